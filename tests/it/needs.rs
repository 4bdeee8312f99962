//! Needs: raised for a company that is never named, looked through, shown, and over by the clock.

use serde_json::{Value, json};
use zhanjian::access::{ClientScope, Role};

use crate::{
    consultations::work::{self, COMPANY, Desk, heard},
    support::{House, Member, Reply, on_both_engines},
};

on_both_engines!(
    a_need_is_a_draft_until_it_is_opened_and_is_seen_by_its_audience,
    what_would_tell_who_it_is_for_is_found_and_cleared_by_a_second_person,
    a_need_from_a_case_never_names_who_asked,
    a_need_lapses_by_the_clock_and_is_extended,
    who_may_do_what_with_a_need,
    needs_are_listed_and_followed,
    a_stale_change_is_refused_and_a_repeated_one_is_done_once,
);

/// What is read of a need after every step.
const SEEN: &str =
    "id number version state kind title text expiresOn audience isOwnNeed possibleActions
    findings { field kind start end text open }";

/// Asks for a change of a need.
pub async fn mutate(member: &Member<'_>, name: &str, input: Value) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ it: {name}(input: $input) {{ need {{ {SEEN} }} revision clientMutationId
            userErrors {{ code path message currentVersion }} }} }}"
    );
    member.run(&query, json!({ "input": input })).await
}

/// The need of a change that was made.
#[track_caller]
pub fn done(reply: &Reply) -> Value {
    assert_eq!(reply.at("/it/userErrors"), &json!([]), "{}", reply.text);
    reply.at("/it/need").clone()
}

/// The input of a step on a need as it was last seen.
pub fn step(need: &Value, more: Value) -> Value {
    let mut input = json!({ "id": need["id"], "version": need["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    input
}

/// What a need says that names nobody.
pub fn content() -> Value {
    json!({ "kind": "TECHNOLOGY", "title": "可降解心血管支架涂层", "areas": ["REG-1"], "minTrl": 4, "maxTrl": 7,
        "wantedModes": ["LICENSE", "JOINT"],
        "text": "寻找可降解心血管支架的药物涂层技术，希望已有动物试验数据，可许可或合作开发。" })
}

/// A need that was raised.
pub async fn raised(member: &Member<'_>, audience: &str) -> Value {
    done(&mutate(member, "raiseNeed", json!({ "content": content(), "audience": audience })).await)
}

/// A need that is open.
pub async fn opened(member: &Member<'_>, audience: &str) -> Value {
    let need = raised(member, audience).await;
    done(&mutate(member, "openNeed", step(&need, json!({}))).await)
}

/// What somebody sees of a need: as a node and in the list, which must agree.
async fn sees(member: &Member<'_>, need: &Value) -> bool {
    let query = "query($id: ID!) { node(id: $id) { ... on Need { id } }
        needs(first: 100, filter: { states: [DRAFT, OPEN, MATCHED, IN_TALKS, FULFILLED, LAPSED, WITHDRAWN] }) {
            totalCount nodes { id } } }";
    let reply = member.run(query, json!({ "id": need["id"] })).await;
    let listed = reply.texts("/needs/nodes", "/id").iter().any(|id| need["id"] == id.as_str());
    assert_eq!(reply.at("/node").is_object(), listed, "{}", reply.text);
    listed
}

async fn a_need_is_a_draft_until_it_is_opened_and_is_seen_by_its_audience(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let anybody = house.anybody();
    for (audience, expected) in [
        ("STATION", [false, false, false, false, false]),
        ("DISTRICT", [false, true, false, false, false]),
        ("NETWORK", [true, true, false, false, false]),
        ("PARTNERS", [true, true, true, true, false]),
        ("PUBLIC", [true, true, true, true, true]),
    ] {
        let need = raised(&desk.staff, audience).await;
        assert_eq!(need["state"], "DRAFT");
        let others = [&desk.elsewhere, &desk.district, &desk.portal, &desk.transfer, &anybody];
        for other in others {
            assert!(!sees(other, &need).await);
        }
        assert!(sees(&desk.head, &need).await);
        let need = done(&mutate(&desk.head, "openNeed", step(&need, json!({}))).await);
        assert_eq!(need["state"], "OPEN");
        for (other, expected) in others.into_iter().zip(expected) {
            assert_eq!(sees(other, &need).await, expected, "{audience}");
        }
        // Of the case, the findings and the checks, nobody else is told.
        let query =
            "query($id: ID!) { node(id: $id) { ... on Need { findings { text } checks { isCurrent }
            consultation { id } withdrawalReason possibleActions station { code } } } }";
        let seen = desk.municipal.run(query, json!({ "id": need["id"] })).await;
        if seen.at("/node").is_object() {
            assert_eq!(
                seen.at("/node"),
                &json!({ "findings": null, "checks": null, "consultation": null, "withdrawalReason": null,
                    "possibleActions": [], "station": { "code": "SH-PD" } })
            );
        }
        let reason = json!({ "reason": "改由自研" });
        let need = done(&mutate(&desk.staff, "withdrawNeed", step(&need, reason)).await);
        assert_eq!(need["state"], "WITHDRAWN");
        for other in others {
            assert!(!sees(other, &need).await);
        }
    }
    // What is nobody's to say.
    let input = json!({ "content": content(), "audience": "ORGANIZATION" });
    let reply = mutate(&desk.staff, "raiseNeed", input).await;
    assert_eq!(reply.at("/it/userErrors/0/path"), &json!(["input", "audience"]));
    for (field, wrong) in
        [("minTrl", json!(12)), ("areas", json!(["NO-SUCH"])), ("text", json!(" "))]
    {
        let mut content = content();
        content[field] = wrong;
        let reply = mutate(&desk.staff, "raiseNeed", json!({ "content": content })).await;
        assert_eq!(reply.at("/it/userErrors/0/path"), &json!(["input", "content", field]));
        assert_eq!(reply.at("/it/need"), &Value::Null);
    }
}

/// A finding, as somebody declares it harmless.
fn harmless(finding: &Value, reason: &str) -> Value {
    json!({ "field": finding["field"], "kind": finding["kind"], "start": finding["start"],
        "end": finding["end"], "reason": reason })
}

async fn what_would_tell_who_it_is_for_is_found_and_cleared_by_a_second_person(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let mut content = content();
    content["text"] = json!("预算约300万元，请联系 021-55550123 索取资料，寻找支架涂层技术。");
    let need = done(&mutate(&desk.staff, "raiseNeed", json!({ "content": content })).await);
    let kinds: Vec<&str> = need["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["AMOUNT", "TELEPHONE"]);
    let reply = mutate(&desk.staff, "openNeed", step(&need, json!({}))).await;
    assert_eq!(heard(&reply), "FINDINGS_OPEN");
    let message = reply.at("/it/userErrors/0/message").as_str().unwrap();
    assert!(message.contains("text ") && !message.contains("5555"), "{message}");
    assert_eq!(reply.at("/it/need/findings/0/open"), &json!(true));

    let amount = harmless(&need["findings"][0], "仅为预算量级");
    let telephone = harmless(&need["findings"][1], "公开的服务热线");
    // Whoever wrote it is no second person; another station does not see it at all.
    let both = json!({ "findings": [amount, telephone] });
    let clear =
        async |member: &Member<'_>, input: Value| mutate(member, "clearNeedFindings", input).await;
    assert_eq!(heard(&clear(&desk.staff, step(&need, both.clone())).await), "SECOND_PERSON_NEEDED");
    assert_eq!(heard(&clear(&desk.elsewhere, step(&need, both.clone())).await), "NOT_FOUND");
    // What was not found cannot be harmless, and the reason does not repeat the words.
    let strange = json!({ "findings": [{ "field": "text", "kind": "EMAIL", "start": 0, "end": 2, "reason": "无" }] });
    assert_eq!(heard(&clear(&desk.head, step(&need, strange)).await), "INVALID");
    let told = json!({ "findings": [harmless(&need["findings"][1], "021-55550123 是热线")] });
    assert_eq!(heard(&clear(&desk.head, step(&need, told)).await), "INVALID");
    // One by one: what is left out stays open.
    let need = done(&clear(&desk.head, step(&need, json!({ "findings": [amount] }))).await);
    assert_eq!(
        (&need["findings"][0]["open"], &need["findings"][1]["open"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        heard(&mutate(&desk.staff, "openNeed", step(&need, json!({}))).await),
        "FINDINGS_OPEN"
    );
    let need = done(&clear(&desk.head, step(&need, json!({ "findings": [telephone] }))).await);
    let need = done(&mutate(&desk.staff, "openNeed", step(&need, json!({}))).await);

    // A change of the text leaves the decision behind, and what is shown stays as it was.
    content["text"] = json!("预算约400万元，请联系 021-55550123 索取资料，寻找支架涂层技术。");
    let reply = mutate(&desk.staff, "updateNeed", step(&need, json!({ "content": content }))).await;
    assert_eq!(heard(&reply), "FINDINGS_OPEN");
    assert!(reply.at("/it/need/text").as_str().unwrap().contains("300"));
    // A name of a company that becomes known later is found at the next step.
    let checks = "query($id: ID!) { node(id: $id) { ... on Need { checks { isCurrent by { id } findings { kind reason } } } } }";
    let seen = desk.staff.run(checks, json!({ "id": need["id"] })).await;
    assert_eq!(seen.at("/node/checks").as_array().unwrap().len(), 2);
    assert_eq!(seen.at("/node/checks/0/findings/0/reason"), "公开的服务热线");

    // A portal has nobody to look at it: it changes the text.
    let input = json!({ "content": content, "audience": "PARTNERS" });
    let need = done(&mutate(&desk.portal, "raiseNeed", input).await);
    assert!(!need["possibleActions"].to_string().contains("CLEAR_FINDINGS"));
    let clearing = json!({ "findings": [amount] });
    assert_eq!(heard(&clear(&desk.portal, step(&need, clearing)).await), "FORBIDDEN");
    let rewritten = step(&need, json!({ "content": crate::needs::content() }));
    let need = done(&mutate(&desk.portal, "updateNeed", rewritten).await);
    assert_eq!(need["findings"], json!([]));
    done(&mutate(&desk.portal, "openNeed", step(&need, json!({}))).await);
}

async fn a_need_from_a_case_never_names_who_asked(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let case = desk.triaged("DISTRICT").await;
    let mut content = content();
    content["text"] = json!("示例心脉寻找支架涂层技术。");
    let input = json!({ "content": content, "consultationId": case.id });
    let need = done(&mutate(&desk.staff, "raiseNeed", input.clone()).await);
    assert_eq!(need["findings"][0]["kind"], "CONFIDENTIAL");
    // Nobody can call a confidential value harmless.
    let finding = &need["findings"][0];
    let decision = json!({ "findings": [{ "field": "text", "kind": "CONFIDENTIAL", "start": finding["start"],
        "end": finding["end"], "reason": "不会认出" }] });
    let reply = mutate(&desk.head, "clearNeedFindings", step(&need, decision)).await;
    assert_eq!(heard(&reply), "FINDINGS_OPEN");
    assert_eq!(
        heard(&mutate(&desk.staff, "openNeed", step(&need, json!({}))).await),
        "FINDINGS_OPEN"
    );
    // Whoever may not see the case raises nothing from it.
    assert_eq!(heard(&mutate(&desk.elsewhere, "raiseNeed", input.clone()).await), "NOT_FOUND");
    assert_eq!(heard(&mutate(&desk.portal, "raiseNeed", input).await), "NOT_FOUND");
    // Without the case, the short form of a name that nobody keeps is not known to be one.
    let need = done(&mutate(&desk.staff, "raiseNeed", json!({ "content": content })).await);
    assert_eq!(need["findings"], json!([]));
    // Nothing of it is in the audit log.
    let log = desk.municipal.ask("{ auditEvents(first: 100) { nodes { action detail } } }").await;
    assert!(log.text.contains("raiseNeed") && log.text.contains("clearNeedFindings"));
    for secret in [COMPANY, "心脉", "支架"] {
        assert!(!log.text.contains(secret), "{}", log.text);
    }
}

async fn a_need_lapses_by_the_clock_and_is_extended(house: &House) {
    house.places().await;
    let mut desk = Desk::of(house).await;
    let input = json!({ "content": content(), "expiresOn": "2026-12-01" });
    let need = done(&mutate(&desk.staff, "raiseNeed", input).await);
    let need = done(&mutate(&desk.staff, "openNeed", step(&need, json!({}))).await);
    house.settle().await;
    desk.days_later(9).await;
    assert!(sees(&desk.elsewhere, &need).await);
    // The day after its last day, before anything has been written down.
    desk.days_later(1).await;
    assert!(!sees(&desk.elsewhere, &need).await);
    let lapsed =
        "{ needs(filter: { states: [LAPSED] }) { nodes { id state version possibleActions } }
        usual: needs { totalCount } open: needs(filter: { states: [OPEN] }) { totalCount } }";
    let before = desk.staff.ask(lapsed).await;
    assert_eq!(before.at("/needs/nodes/0/state"), "LAPSED");
    assert_eq!(
        (before.at("/usual/totalCount"), before.at("/open/totalCount")),
        (&json!(0), &json!(0))
    );
    // Written down once, whoever does it, and told to those who follow.
    let app = &house.service.app;
    assert_eq!(zhanjian::needs::tick(app).await.unwrap(), 1);
    assert_eq!(zhanjian::needs::tick(app).await.unwrap(), 0);
    let after = desk.staff.ask(lapsed).await;
    assert_eq!(after.at("/needs/nodes/0/state"), "LAPSED");
    assert!(!sees(&desk.elsewhere, &need).await);
    // It is open again as soon as it is extended, and not further than the settings allow.
    let need = after.at("/needs/nodes/0").clone();
    let far = step(&need, json!({ "expiresOn": "2030-01-01" }));
    assert_eq!(heard(&mutate(&desk.staff, "extendNeed", far).await), "INVALID");
    let soon = step(&need, json!({ "expiresOn": "2027-01-31" }));
    let need = done(&mutate(&desk.staff, "extendNeed", soon).await);
    assert_eq!((&need["state"], &need["expiresOn"]), (&json!("OPEN"), &json!("2027-01-31")));
    assert!(sees(&desk.elsewhere, &need).await);
    let need = done(&mutate(&desk.staff, "fulfilNeed", step(&need, json!({}))).await);
    assert_eq!(need["state"], "FULFILLED");
    assert!(!sees(&desk.elsewhere, &need).await);
    assert_eq!(
        heard(&mutate(&desk.staff, "openNeed", step(&need, json!({}))).await),
        "WRONG_STATE"
    );
}

async fn who_may_do_what_with_a_need(house: &House) {
    house.places().await;
    let everybody = crate::rights::everybody(house).await;
    let mut rows = Vec::new();
    let mut heards = Vec::new();
    for (_, member) in &everybody {
        let reply = mutate(member, "raiseNeed", json!({ "content": content() })).await;
        heards.push(crate::rights::heard(&reply));
    }
    rows.push(("raiseNeed".to_owned(), heards));
    let staff = &everybody[2].1;
    for (name, more) in [
        ("updateNeed", json!({ "content": content() })),
        ("openNeed", json!({})),
        ("extendNeed", json!({ "expiresOn": "2027-01-31" })),
        ("clearNeedFindings", json!({ "findings": [] })),
        ("fulfilNeed", json!({})),
        ("withdrawNeed", json!({ "reason": "示例" })),
    ] {
        for (open, audience) in [(false, "PUBLIC"), (true, "PUBLIC")] {
            let mut heards = Vec::new();
            for (_, member) in &everybody {
                let need = if open {
                    opened(staff, audience).await
                } else {
                    raised(staff, audience).await
                };
                heards.push(crate::rights::heard(
                    &mutate(member, name, step(&need, more.clone())).await,
                ));
            }
            rows.push((format!("{name}{}", if open { ", open" } else { "" }), heards));
        }
    }
    insta::assert_snapshot!(crate::rights::table(&rows), @"
                                      anonymous       portal          staff           head            district        municipal       transfer        admin
    raiseNeed                         UNAUTHENTICATED ok              ok              ok              ok              ok              FORBIDDEN       FORBIDDEN
    updateNeed                        UNAUTHENTICATED NOT_FOUND       ok              ok              NOT_FOUND       NOT_FOUND       FORBIDDEN       FORBIDDEN
    updateNeed, open                  UNAUTHENTICATED FORBIDDEN       ok              ok              FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    openNeed                          UNAUTHENTICATED NOT_FOUND       ok              ok              NOT_FOUND       NOT_FOUND       FORBIDDEN       FORBIDDEN
    openNeed, open                    UNAUTHENTICATED FORBIDDEN       WRONG_STATE     WRONG_STATE     FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    extendNeed                        UNAUTHENTICATED NOT_FOUND       ok              ok              NOT_FOUND       NOT_FOUND       FORBIDDEN       FORBIDDEN
    extendNeed, open                  UNAUTHENTICATED FORBIDDEN       ok              ok              FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    clearNeedFindings                 UNAUTHENTICATED FORBIDDEN       SECOND_PERSON_NEEDEDINVALID         NOT_FOUND       NOT_FOUND       FORBIDDEN       FORBIDDEN
    clearNeedFindings, open           UNAUTHENTICATED FORBIDDEN       WRONG_STATE     WRONG_STATE     FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    fulfilNeed                        UNAUTHENTICATED NOT_FOUND       WRONG_STATE     WRONG_STATE     NOT_FOUND       NOT_FOUND       FORBIDDEN       FORBIDDEN
    fulfilNeed, open                  UNAUTHENTICATED FORBIDDEN       ok              ok              FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    withdrawNeed                      UNAUTHENTICATED NOT_FOUND       ok              ok              NOT_FOUND       NOT_FOUND       FORBIDDEN       FORBIDDEN
    withdrawNeed, open                UNAUTHENTICATED FORBIDDEN       ok              ok              FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    ");
    // Without the scope, a portal raises nothing.
    let portal = work::portal(house, "示例服务平台", &[ClientScope::Read]).await;
    let reply = mutate(&portal, "raiseNeed", json!({ "content": content() })).await;
    assert_eq!(heard(&reply), "FORBIDDEN");
    // An officer's need is the bureau's: the colleague sees its draft, a station of the district does not.
    let officer = &everybody[4].1;
    let need = raised(officer, "NETWORK").await;
    assert!(sees(&house.signed_in(Role::DistrictOfficer, "PD").await, &need).await);
    assert!(!sees(staff, &need).await);
    assert!(!sees(&house.signed_in(Role::MunicipalOfficer, "").await, &need).await);
}

async fn needs_are_listed_and_followed(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let follow = "query($since: Revision) { changes(since: $since, kinds: [NEED]) { revision changes { type nodeId } } }";
    let start = desk.elsewhere.run(follow, json!({})).await;
    let since = start.at("/changes/revision").clone();
    let one = opened(&desk.staff, "NETWORK").await;
    let hidden = raised(&desk.staff, "NETWORK").await;
    let other = opened(&desk.portal, "PARTNERS").await;
    let told = desk.elsewhere.run(follow, json!({ "since": since })).await;
    let ids = told.texts("/changes/changes", "/nodeId");
    assert_eq!(ids, [one["id"].as_str().unwrap(), other["id"].as_str().unwrap()]);
    let since = told.at("/changes/revision").clone();
    let reason = json!({ "reason": "示例" });
    done(&mutate(&desk.staff, "withdrawNeed", step(&one, reason)).await);
    let told = desk.elsewhere.run(follow, json!({ "since": since })).await;
    assert_eq!(told.at("/changes/changes/0/type"), "GONE");

    let list = "query($filter: NeedFilter, $order: NeedOrder) { needs(filter: $filter, orderBy: $order) { totalCount nodes { id } } }";
    let listed = async |member: &Member<'_>, filter: Value| {
        let reply = member.run(list, json!({ "filter": filter, "order": "OLDEST" })).await;
        reply.texts("/needs/nodes", "/id")
    };
    let id = |need: &Value| need["id"].as_str().unwrap().to_owned();
    assert_eq!(listed(&desk.staff, json!({})).await, [id(&hidden), id(&other)]);
    assert_eq!(listed(&desk.staff, json!({ "mine": true })).await, [id(&hidden)]);
    assert_eq!(listed(&desk.portal, json!({ "mine": true })).await, [id(&other)]);
    assert_eq!(listed(&desk.staff, json!({ "states": ["WITHDRAWN"] })).await, [id(&one)]);
    assert_eq!(listed(&desk.staff, json!({ "kinds": ["TESTING"] })).await, Vec::<String>::new());
    assert_eq!(listed(&desk.staff, json!({ "districts": ["PD"] })).await, [id(&hidden)]);
    assert_eq!(listed(&desk.elsewhere, json!({ "areas": ["REG-1"] })).await, [id(&other)]);
    // A page costs the same for few and for many.
    let query = "query($first: Int) { needs(first: $first) { nodes { number areas { code } station { code district { code } }
        district { code } raisedBy { name } findings { kind } checks { by { id } } possibleActions } } }";
    for _ in 0..6 {
        raised(&desk.staff, "NETWORK").await;
    }
    // Some of them with findings that a second person has looked at.
    for _ in 0..4 {
        let mut told = content();
        told["text"] = json!("请联系 021-55550123 索取资料，寻找支架涂层技术。");
        let input = json!({ "content": told, "audience": "NETWORK" });
        let need = done(&mutate(&desk.staff, "raiseNeed", input).await);
        let findings = json!({ "findings": [harmless(&need["findings"][0], "公开的服务热线")] });
        done(&mutate(&desk.head, "clearNeedFindings", step(&need, findings)).await);
    }
    let few = house.cost(&desk.staff, query, json!({ "first": 2 })).await;
    assert_eq!(house.cost(&desk.staff, query, json!({ "first": 11 })).await, few);
}

async fn a_stale_change_is_refused_and_a_repeated_one_is_done_once(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let input = json!({ "content": content(), "clientMutationId": "一次" });
    let first = done(&mutate(&desk.staff, "raiseNeed", input.clone()).await);
    let again = done(&mutate(&desk.staff, "raiseNeed", input).await);
    assert_eq!(first["id"], again["id"]);
    let changed = step(&first, json!({ "content": content() }));
    done(&mutate(&desk.head, "updateNeed", changed.clone()).await);
    let reply = mutate(&desk.staff, "updateNeed", changed).await;
    assert_eq!(heard(&reply), "CONFLICT");
    assert_eq!(reply.at("/it/userErrors/0/currentVersion"), &json!(2));
}
