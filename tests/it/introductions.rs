//! Introductions: asked for, answered, and what came of them; contacts that nobody sees before they are released.

use serde_json::{Value, json};
use zhanjian::{
    access::{Audience, Role},
    introductions, research,
};

use crate::{
    consultations::{
        secrecy::everything,
        work::{Desk, again, heard},
    },
    needs, publishing,
    support::{House, Member, Reply, on_both_engines},
};

on_both_engines!(
    contact_is_asked_for_accepted_and_ends_in_a_contract,
    no_contact_is_seen_before_it_is_released_nor_after_the_thing_is_gone,
    what_is_declined_or_withdrawn_loses_its_contact,
    a_request_expires_by_the_clock_and_can_be_asked_again,
    who_may_do_what_with_an_introduction,
    what_cannot_be_asked_for,
    the_record_is_the_word_of_those_who_asked,
    introductions_are_carried_over_to_a_new_master_key,
);

/// Who looks for something, and how to reach them.
const ASKER: [&str; 4] = ["示例询方甲", "示例询方心泵公司", "021-66660123", "asker@pump.example"];
/// Whom to talk to at the organization.
const OWNER: [&str; 4] = ["示例成果乙", "021-77770123", "owner@lab.example", "示例路七号"];

const SEEN: &str =
    "id version state side purpose message dueOn declineReason declineNote possibleActions
    about { __typename } need { id state } organization { code } station { code } portal
    askingContact { name organization phone email } askedContact { name phone email address }
    outcomes { side outcome reason note }";

async fn mutate(member: &Member<'_>, name: &str, input: Value) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ it: {name}(input: $input) {{ introduction {{ {SEEN} }} revision
            userErrors {{ code path message }} }} }}"
    );
    member.run(&query, json!({ "input": input })).await
}

#[track_caller]
fn done(reply: &Reply) -> Value {
    assert_eq!(reply.at("/it/userErrors"), &json!([]), "{}", reply.text);
    reply.at("/it/introduction").clone()
}

/// What one side sees now.
async fn seen(member: &Member<'_>, introduction: &Value) -> Value {
    let query =
        format!("query($id: ID!) {{ node(id: $id) {{ ... on Introduction {{ {SEEN} }} }} }}");
    member.run(&query, json!({ "id": introduction["id"] })).await.at("/node").clone()
}

/// The input of a step, as the member sees the introduction now.
async fn step(member: &Member<'_>, introduction: &Value, more: Value) -> Value {
    let now = seen(member, introduction).await;
    let version = if now.is_object() { &now["version"] } else { &introduction["version"] };
    let mut input = json!({ "id": introduction["id"], "version": version });
    input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    input
}

/// A step that must succeed.
async fn take(member: &Member<'_>, name: &str, introduction: &Value, more: Value) -> Value {
    done(&mutate(member, name, step(member, introduction, more).await).await)
}

/// An output and a resource of Fudan's, each with its global id.
async fn offered(house: &House) -> (Value, Value) {
    let row = json!({ "externalId": "valve", "organization": "fudan", "kind": "PROTOTYPE", "audience": "PUBLIC",
        "title": "可降解心血管支架样机", "abstract": "药物涂层支架样机，已完成动物试验。", "trl": 5,
        "cooperationModes": ["LICENSE"],
        "contact": { "name": OWNER[0], "phone": OWNER[1], "email": OWNER[2], "address": OWNER[3] } });
    let kind = research::ResearchOutputs {
        audience: Some(Audience::Public),
        ..research::ResearchOutputs::default()
    };
    house.import(&kind, "outputs.jsonl", row.to_string()).await;
    let row = json!({ "externalId": "bench", "organization": "fudan", "kind": "TESTING", "audience": "PUBLIC",
        "name": "支架疲劳试验台", "validUntil": "2027-06-30" });
    house
        .import(&zhanjian::organizations::Resources::default(), "resources.jsonl", row.to_string())
        .await;
    let reply =
        house.ask("{ researchOutputs { nodes { id } } resources { nodes { id version } } }").await;
    (reply.at("/researchOutputs/nodes/0/id").clone(), reply.at("/resources/nodes/0").clone())
}

fn contact() -> Value {
    json!({ "name": ASKER[0], "organization": ASKER[1], "phone": ASKER[2], "email": ASKER[3] })
}

fn asking(about: &Value) -> Value {
    json!({ "aboutId": about, "purpose": "TECHNOLOGY_TRANSFER", "contact": contact(),
        "message": "希望了解支架涂层的许可条件。" })
}

async fn requested(member: &Member<'_>, about: &Value) -> Value {
    done(&mutate(member, "requestIntroduction", asking(about)).await)
}

async fn contact_is_asked_for_accepted_and_ends_in_a_contract(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let (output, _) = offered(house).await;
    let need = needs::opened(&desk.staff, "PARTNERS").await;
    let mut input = asking(&output);
    input["needId"] = need["id"].clone();
    let asked = done(&mutate(&desk.staff, "requestIntroduction", input.clone()).await);
    assert_eq!((&asked["state"], &asked["side"]), (&json!("REQUESTED"), &json!("ASKING")));
    // Ten working days from a Sunday in November.
    assert_eq!(asked["dueOn"], "2026-12-04");
    assert_eq!(asked["need"]["state"], "MATCHED");
    assert_eq!(asked["askingContact"]["email"], ASKER[3]);
    // The same is asked for once at a time.
    let twice = mutate(&desk.head, "requestIntroduction", input).await;
    assert_eq!(heard(&twice), "ALREADY_THERE");

    // The organization sees who asks and why, and not how to reach them.
    let list = format!(
        "{{ introductions(filter: {{ states: [REQUESTED], role: ASKED }}) {{ totalCount nodes {{ {SEEN} }} }} }}"
    );
    let waiting = desk.transfer.ask(&list).await;
    let node = waiting.at("/introductions/nodes/0").clone();
    assert_eq!(
        (&node["side"], &node["station"]["code"], &node["need"]["id"], &node["askingContact"]),
        (&json!("ASKED"), &json!("SH-PD"), &need["id"], &Value::Null)
    );
    assert_eq!(node["possibleActions"], json!(["ACKNOWLEDGE", "ACCEPT", "DECLINE"]));
    let node = take(&desk.transfer, "acknowledgeIntroduction", &node, json!({})).await;
    assert_eq!(node["state"], "ACKNOWLEDGED");
    let node = take(&desk.transfer, "acceptIntroduction", &node, json!({})).await;
    assert_eq!(node["state"], "CONTACT_RELEASED");
    assert_eq!(node["askingContact"], contact());
    let mine = seen(&desk.staff, &node).await;
    assert_eq!(
        mine["askedContact"],
        json!({ "name": OWNER[0], "phone": OWNER[1], "email": OWNER[2], "address": OWNER[3] })
    );
    // Each release and each reading is in the audit log, and no value is.
    let log = desk.municipal.ask("{ auditEvents(first: 100) { nodes { action detail } } }").await;
    let actions = log.texts("/auditEvents/nodes", "/action");
    let count = |action: &str| actions.iter().filter(|it| *it == action).count();
    assert_eq!(count("releaseContact"), 2);
    assert!(count("readIntroductionContact") >= 2, "{actions:?}");
    assert!(!ASKER.iter().chain(&OWNER).any(|secret| log.text.contains(secret)));

    // What came of it, by the words of both sides; the need follows the word of those who raised it.
    let word = |outcome: &str| json!({ "outcome": outcome, "note": format!("{outcome} 备注") });
    let told =
        take(&desk.transfer, "recordIntroductionOutcome", &node, word("CONTRACT_SIGNED")).await;
    assert_eq!(told["need"]["state"], "MATCHED");
    let told = take(&desk.staff, "recordIntroductionOutcome", &node, word("IN_TALKS")).await;
    assert_eq!(told["need"]["state"], "IN_TALKS");
    let again = step(&desk.staff, &node, word("IN_TALKS")).await;
    assert_eq!(
        heard(&mutate(&desk.head, "recordIntroductionOutcome", again).await),
        "ALREADY_THERE"
    );
    let failed = step(&desk.staff, &node, json!({ "outcome": "FAILED" })).await;
    assert_eq!(heard(&mutate(&desk.staff, "recordIntroductionOutcome", failed).await), "INVALID");
    let told = take(&desk.staff, "recordIntroductionOutcome", &node, word("CONTRACT_SIGNED")).await;
    assert_eq!(told["need"]["state"], "FULFILLED");
    assert_eq!(
        told["outcomes"],
        json!([
            { "side": "ASKED", "outcome": "CONTRACT_SIGNED", "reason": null, "note": null },
            { "side": "ASKING", "outcome": "IN_TALKS", "reason": null, "note": "IN_TALKS 备注" },
            { "side": "ASKING", "outcome": "CONTRACT_SIGNED", "reason": null, "note": "CONTRACT_SIGNED 备注" },
        ])
    );
    let more = step(&desk.transfer, &node, word("IN_TALKS")).await;
    assert_eq!(
        heard(&mutate(&desk.transfer, "recordIntroductionOutcome", more).await),
        "ALREADY_THERE"
    );
}

/// Everything that could tell of an introduction or a contact.
const EVERYWHERE: &str = "query($id: ID!, $about: ID!, $text: String!, $since: Revision) {
    node(id: $id) { ... on Introduction { message askingContact { name organization phone email address }
        askedContact { name organization phone email address } outcomes { note } about { __typename } } }
    about: node(id: $about) { __typename id }
    introductions { totalCount nodes { message askingContact { name phone email } askedContact { name phone email } } }
    search(query: $text) { totalCount edges { highlights { fragments { text } } } }
    suggest(text: $text) { text }
    changes(since: $since) { changes { nodeId node { ... on Introduction { message askingContact { name phone email }
        askedContact { name phone email } } } } } }";

async fn no_contact_is_seen_before_it_is_released_nor_after_the_thing_is_gone(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let (_, bench) = offered(house).await;
    let start = house.ask("{ changes { revision } }").await.at("/changes/revision").clone();
    let asked = requested(&desk.staff, &bench["id"]).await;
    house.settle().await;
    let own_colleague = house.signed_in(Role::TechTransfer, "fudan").await;
    let other_office = house.signed_in(Role::TechTransfer, "demo-univ").await;
    let anybody = house.anybody();
    let sides =
        [(&desk.staff, true), (&desk.head, true), (&desk.transfer, false), (&own_colleague, false)];
    let strangers = [
        &anybody,
        &desk.elsewhere,
        &desk.district,
        &desk.municipal,
        &desk.portal,
        &desk.administrator,
        &other_office,
    ];
    let look = async |member: &Member<'_>| {
        let mut text = String::new();
        for secret in ASKER.iter().chain(&OWNER) {
            let variables =
                json!({ "id": asked["id"], "about": bench["id"], "text": secret, "since": start });
            let reply = member.run(EVERYWHERE, variables).await;
            reply.data();
            text += &reply.text;
        }
        text
    };
    let tells = |text: &str, secrets: &[&str]| secrets.iter().any(|secret| text.contains(secret));
    let expect = async |released: bool| {
        for (member, asking) in sides {
            let text = look(member).await;
            assert_eq!(tells(&text, &ASKER), asking || released, "{text}");
            assert_eq!(tells(&text, &OWNER), released, "{text}");
            assert!(text.contains("许可条件"));
        }
        for member in strangers {
            let text = look(member).await;
            assert!(
                !tells(&text, &ASKER) && !tells(&text, &OWNER) && !text.contains("许可条件"),
                "{text}"
            );
            assert_eq!(seen(member, &asked).await, Value::Null);
        }
        // In no table, no log, no index in plain.
        for (place, value) in everything(house).await {
            assert!(!tells(&value, &ASKER), "{place}: {value}");
            // The output's own contact came by file, and stands with it.
            let own = place.starts_with("research_outputs.");
            assert!(own || !tells(&value, &OWNER), "{place}: {value}");
        }
    };
    expect(false).await;
    // A resource has no contact of its own: whoever accepts says whom to talk to.
    let bare = step(&desk.transfer, &asked, json!({})).await;
    assert_eq!(heard(&mutate(&desk.transfer, "acceptIntroduction", bare).await), "INVALID");
    let owner = json!({ "contact": { "name": OWNER[0], "phone": OWNER[1], "email": OWNER[2], "address": OWNER[3] } });
    take(&desk.transfer, "acceptIntroduction", &asked, owner).await;
    house.settle().await;
    // Whoever gave their own contact sees it; so does, from now on, the other side.
    expect(true).await;

    // Once the resource is taken back, each side is left with what is its own.
    let retire = "mutation($input: RetireResourceInput!) { retireResource(input: $input) { userErrors { code } } }";
    let input = json!({ "id": bench["id"], "version": bench["version"] });
    let reply = desk.transfer.run(retire, json!({ "input": input })).await;
    assert_eq!(reply.at("/retireResource/userErrors"), &json!([]));
    let (mine, theirs) = (seen(&desk.staff, &asked).await, seen(&desk.transfer, &asked).await);
    assert_eq!((&mine["askedContact"], &mine["about"]), (&Value::Null, &Value::Null));
    assert_eq!(mine["askingContact"]["name"], ASKER[0]);
    assert_eq!(theirs["askingContact"], Value::Null);
    assert_eq!(theirs["askedContact"]["name"], OWNER[0]);
}

async fn what_is_declined_or_withdrawn_loses_its_contact(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let (output, bench) = offered(house).await;
    let asked = requested(&desk.portal, &output).await;
    assert_eq!(asked["portal"], "示例园区");
    let more = json!({ "reason": "IP_UNCLEAR", "note": "内部：权属待定" });
    let theirs = take(&desk.transfer, "declineIntroduction", &asked, more).await;
    assert_eq!(theirs["declineNote"], "内部：权属待定");
    let mine = seen(&desk.portal, &asked).await;
    assert_eq!(
        (&mine["state"], &mine["declineReason"], &mine["declineNote"], &mine["askingContact"]),
        (&json!("DECLINED"), &json!("IP_UNCLEAR"), &Value::Null, &Value::Null)
    );
    let late = step(&desk.transfer, &asked, json!({})).await;
    assert_eq!(heard(&mutate(&desk.transfer, "acceptIntroduction", late).await), "WRONG_STATE");
    // It can be asked for again.
    let again = requested(&desk.portal, &output).await;
    let mine = take(&desk.portal, "withdrawIntroduction", &again, json!({})).await;
    assert_eq!((&mine["state"], &mine["askingContact"]), (&json!("WITHDRAWN"), &Value::Null));
    requested(&desk.portal, &bench["id"]).await;
    // What the organization's own page is made of.
    let all = introductions::of_organizations(
        house.db().read(),
        vec![fudan(house).await],
        house.clock.today(),
    );
    let all = all.await.unwrap().into_values().next().unwrap();
    let reasons: Vec<_> = all.iter().filter_map(|brief| brief.decline_reason).collect();
    assert_eq!((all.len(), reasons), (3, vec![introductions::DeclineReason::IpUnclear]));
}

async fn fudan(house: &House) -> sea_orm::prelude::Uuid {
    let found =
        zhanjian::organizations::by_codes(house.db().read(), vec!["fudan".to_owned()]).await;
    found.unwrap()["fudan"].id
}

async fn a_request_expires_by_the_clock_and_can_be_asked_again(house: &House) {
    house.places().await;
    let mut desk = Desk::of(house).await;
    let (output, _) = offered(house).await;
    let asked = requested(&desk.staff, &output).await;
    desk.days_later(12).await;
    assert_eq!(seen(&desk.staff, &asked).await["state"], "REQUESTED");
    desk.days_later(1).await;
    // Nothing has been written down yet.
    let transfer = again(house, &desk.transfer).await;
    let node = seen(&transfer, &asked).await;
    assert_eq!((&node["state"], &node["possibleActions"]), (&json!("EXPIRED"), &json!([])));
    let late = step(&transfer, &asked, json!({})).await;
    assert_eq!(heard(&mutate(&transfer, "acceptIntroduction", late).await), "WRONG_STATE");
    let states = "{ old: introductions(filter: { states: [EXPIRED] }) { totalCount }
        open: introductions(filter: { states: [REQUESTED, ACKNOWLEDGED] }) { totalCount } }";
    let lists = desk.staff.ask(states).await;
    assert_eq!((lists.at("/old/totalCount"), lists.at("/open/totalCount")), (&json!(1), &json!(0)));
    // Asking again writes it down, and the round finds nothing more of it to do.
    let anew = requested(&desk.head, &output).await;
    let app = &house.service.app;
    assert_eq!(introductions::tick(app).await.unwrap(), 0);
    assert_eq!(seen(&desk.staff, &asked).await["askingContact"], Value::Null);
    desk.days_later(20).await;
    assert_eq!(introductions::tick(app).await.unwrap(), 1);
    assert_eq!(introductions::tick(app).await.unwrap(), 0);
    let anew = seen(&desk.staff, &anew).await;
    assert_eq!((&anew["state"], &anew["askingContact"]), (&json!("EXPIRED"), &Value::Null));
}

async fn who_may_do_what_with_an_introduction(house: &House) {
    house.places().await;
    let (output, _) = offered(house).await;
    let mut everybody = crate::rights::everybody(house).await;
    everybody[6].1 = house.signed_in(Role::TechTransfer, "fudan").await;
    let mut rows = Vec::new();
    let mut heards = Vec::new();
    for (_, member) in &everybody {
        let reply = mutate(member, "requestIntroduction", asking(&output)).await;
        heards.push(crate::rights::heard(&reply));
    }
    rows.push(("requestIntroduction".to_owned(), heards));
    let other = house.signed_in(Role::Staff, "SH-XH").await;
    let transfer = &everybody[6].1;
    let outcome = json!({ "outcome": "IN_TALKS" });
    for (name, released, more) in [
        ("acknowledgeIntroduction", false, json!({})),
        ("acceptIntroduction", false, json!({})),
        ("declineIntroduction", false, json!({ "reason": "OTHER" })),
        ("withdrawIntroduction", false, json!({})),
        ("recordIntroductionOutcome", true, outcome),
    ] {
        let mut heards = Vec::new();
        for (standing, member) in &everybody {
            // The staff's own station asks; everybody else knocks at what another station has asked.
            let asker = if *standing == "staff" { member } else { &other };
            let (_, id) = fresh_output(house, &format!("{name}{standing}")).await;
            let mut asked = requested(asker, &id).await;
            if released {
                asked = take(transfer, "acceptIntroduction", &asked, json!({})).await;
            }
            let input = json!({ "id": asked["id"], "version": asked["version"] });
            let mut input = input;
            input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            heards.push(crate::rights::heard(&mutate(member, name, input).await));
        }
        rows.push((name.to_owned(), heards));
    }
    insta::assert_snapshot!(crate::rights::table(&rows), @"
                                      anonymous       portal          staff           head            district        municipal       transfer        admin
    requestIntroduction               UNAUTHENTICATED ok              ok              ALREADY_THERE   ok              FORBIDDEN       FORBIDDEN       FORBIDDEN
    acknowledgeIntroduction           UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN
    acceptIntroduction                UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN
    declineIntroduction               UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN
    withdrawIntroduction              UNAUTHENTICATED NOT_FOUND       ok              NOT_FOUND       NOT_FOUND       FORBIDDEN       FORBIDDEN       FORBIDDEN
    recordIntroductionOutcome         UNAUTHENTICATED NOT_FOUND       ok              NOT_FOUND       NOT_FOUND       FORBIDDEN       ok              FORBIDDEN
    ");
}

/// One more output of Fudan's.
async fn fresh_output(house: &House, name: &str) -> (String, Value) {
    let row = json!({ "externalId": name, "organization": "fudan", "kind": "PROTOTYPE", "audience": "PUBLIC",
        "title": name, "abstract": "样机", "contact": { "name": OWNER[0], "phone": OWNER[1] } });
    let kind = research::ResearchOutputs {
        audience: Some(Audience::Public),
        ..research::ResearchOutputs::default()
    };
    house.import(&kind, "outputs.jsonl", row.to_string()).await;
    let reply = house.ask("{ researchOutputs(first: 100) { nodes { id externalId } } }").await;
    let nodes = reply.at("/researchOutputs/nodes").as_array().unwrap();
    let node = nodes.iter().find(|node| node["externalId"] == name).unwrap();
    (name.to_owned(), node["id"].clone())
}

async fn what_cannot_be_asked_for(house: &House) {
    house.places().await;
    let mut desk = Desk::of(house).await;
    let (output, bench) = offered(house).await;
    let ask = async |member: &Member<'_>, more: Value| {
        let mut input = asking(&output);
        input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        let reply = mutate(member, "requestIntroduction", input).await;
        let path = reply.body.pointer("/data/it/userErrors/0/path/1").cloned().unwrap_or_default();
        (heard(&reply), path)
    };
    // A message that names somebody, a contact that leads nowhere, another's need, a closed one, no such thing.
    let message = json!({ "message": "我司电话 021-55550123，请回电。" });
    assert_eq!(ask(&desk.staff, message).await, ("FINDINGS_OPEN".to_owned(), json!("message")));
    let nowhere = json!({ "contact": { "name": "示例" } });
    assert_eq!(ask(&desk.staff, nowhere).await, ("INVALID".to_owned(), json!("contact")));
    let others = needs::opened(&desk.elsewhere, "NETWORK").await;
    assert_eq!(ask(&desk.staff, json!({ "needId": others["id"] })).await.1, json!("needId"));
    let hidden = needs::raised(&desk.elsewhere, "NETWORK").await;
    assert_eq!(ask(&desk.staff, json!({ "needId": hidden["id"] })).await.0, "NOT_FOUND");
    let draft = needs::raised(&desk.staff, "NETWORK").await;
    assert_eq!(ask(&desk.staff, json!({ "needId": draft["id"] })).await.1, json!("needId"));
    assert_eq!(ask(&desk.staff, json!({ "aboutId": draft["id"] })).await.0, "BAD_USER_INPUT");
    // The municipal level and the offices themselves ask for none.
    assert_eq!(ask(&desk.municipal, json!({})).await.0, "FORBIDDEN");
    assert_eq!(ask(&desk.transfer, json!({})).await.0, "FORBIDDEN");
    // What was handed over is still shown, and there is nothing left to talk about.
    let read = "query($id: ID!) { node(id: $id) { ... on ResearchOutput { id version } } }";
    let mut now = desk.transfer.run(read, json!({ "id": output })).await.at("/node").clone();
    for name in ["negotiateResearchOutput", "transferResearchOutput"] {
        let taken = publishing::step(&desk.transfer, name, publishing::at(&now)).await;
        now = publishing::well(&taken);
    }
    assert_eq!(ask(&desk.staff, json!({})).await, ("INVALID".to_owned(), json!("aboutId")));
    // What is no longer valid is shown and not introduced.
    desk.days_later(300).await;
    let about = json!({ "aboutId": bench["id"] });
    assert_eq!(ask(&desk.staff, about).await, ("INVALID".to_owned(), json!("aboutId")));
    let shown =
        house.ask("{ resources { nodes { state isValid isAccredited validUntil } } }").await;
    assert_eq!(
        shown.at("/resources/nodes/0"),
        &json!({ "state": "EXPIRED", "isValid": false, "isAccredited": false, "validUntil": "2027-06-30" })
    );
}

async fn the_record_is_the_word_of_those_who_asked(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    offered(house).await;
    let record = async || {
        let found = introductions::track_record(house.db().read(), vec![fudan(house).await]).await;
        found.unwrap().into_values().next().unwrap_or_default()
    };
    assert_eq!(record().await, introductions::TrackRecord::default());
    for (name, outcome) in [("甲", "CONTRACT_SIGNED"), ("乙", "FAILED"), ("丙", "CONTRACT_SIGNED")]
    {
        let (_, output) = fresh_output(house, name).await;
        let asked = requested(&desk.staff, &output).await;
        let node = take(&desk.transfer, "acceptIntroduction", &asked, json!({})).await;
        // The organization's own word alone betters nothing.
        let own = json!({ "outcome": "CONTRACT_SIGNED" });
        take(&desk.transfer, "recordIntroductionOutcome", &node, own).await;
        let before = record().await;
        assert!(before.value().is_none());
        let reason = if outcome == "FAILED" { json!("BENEFIT_UNCLEAR") } else { Value::Null };
        let word = json!({ "outcome": outcome, "reason": reason });
        take(&desk.staff, "recordIntroductionOutcome", &node, word).await;
    }
    let record = record().await;
    assert_eq!((record.released, record.succeeded, record.failed), (3, 2, 1));
    assert_eq!((record.value(), record.median_days_to_answer), (Some(0.7), Some(0)));
}

async fn introductions_are_carried_over_to_a_new_master_key(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let (output, _) = offered(house).await;
    let asked = requested(&desk.staff, &output).await;
    let zhanjian::vault::Source::File(file) = house.keys() else { panic!("no file") };
    let vault = zhanjian::vault::Vault::rotate_file(&file).unwrap();
    assert_eq!(introductions::rewrap(house.db(), &vault).await.unwrap(), 1);
    assert_eq!(introductions::rewrap(house.db(), &vault).await.unwrap(), 0);
    house.service.app.vault.reload().unwrap();
    assert_eq!(seen(&desk.staff, &asked).await["askingContact"]["name"], ASKER[0]);
}
