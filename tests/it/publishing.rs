//! How a tech-transfer office publishes what its organization has: drafts and second persons, embargoes by the clock,
//! revisions beside what is shown, withdrawal at once, contacts that nobody else ever sees.

use serde_json::{Value, json};
use zhanjian::access::Role;

use crate::support::{House, Member, Reply, on_both_engines};

#[path = "publishing/dashboard.rs"]
mod dashboard;
#[path = "publishing/embargo.rs"]
mod embargo;
#[path = "publishing/files.rs"]
mod files;
#[path = "publishing/revisions.rs"]
mod revisions;
#[path = "publishing/rights.rs"]
mod rights;
#[path = "publishing/secrecy.rs"]
mod secrecy;

on_both_engines!(
    an_output_goes_from_a_draft_through_a_second_person_to_its_audience,
    what_was_given_back_is_mended_and_handed_in_again,
    an_office_of_one_publishes_alone,
    talks_lead_to_a_transfer_or_back,
    a_stale_version_is_told_the_present_one,
    what_is_wrong_is_told_with_its_place,
    the_same_work_is_shown_where_it_is_there_already,
    asking_twice_does_it_once,
    of_two_that_take_an_id_at_once_one_is_told,
);

/// What of an output a test looks at.
pub const LOOK: &str = "id version state title audience edition possibleActions
    contact { name email } returnedReason revision { state content { title } } duplicates { externalId }";

/// Takes a step by its mutation; gives the reply with `userErrors` and the output under `/it`.
pub async fn step(member: &Member<'_>, mutation: &str, input: Value) -> Reply {
    let kind = match mutation {
        "updateResearchOutput" | "reviseResearchOutput" => "WriteResearchOutputInput".to_owned(),
        "draftResearchOutput"
        | "returnResearchOutput"
        | "publishResearchOutput"
        | "withdrawResearchOutput"
        | "setResearchOutputEmbargo" => {
            format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..])
        }
        _ => "ResearchOutputStepInput".to_owned(),
    };
    let query = format!(
        "mutation($input: {kind}!) {{ it: {mutation}(input: $input) {{
            userErrors {{ code path message currentVersion }} revision researchOutput {{ {LOOK} }} }} }}"
    );
    member.run(&query, json!({ "input": input })).await
}

/// The same for a step that must come off; gives the output as it is then.
#[track_caller]
pub fn well(reply: &Reply) -> Value {
    assert_eq!(reply.at("/it/userErrors"), &json!([]), "{}", reply.text);
    reply.at("/it/researchOutput").clone()
}

/// Why a step did not come off: the code of the first user error.
#[track_caller]
pub fn fault(reply: &Reply) -> String {
    let errors = reply.at("/it/userErrors").as_array().unwrap();
    errors.first().unwrap_or_else(|| panic!("it came off: {}", reply.text))["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// What names an output at its present version.
pub fn at(output: &Value) -> Value {
    json!({ "id": output["id"], "version": output["version"] })
}

/// The same, with more.
pub fn with(output: &Value, more: Value) -> Value {
    let mut input = at(output);
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// Something to publish, under a title.
pub fn content(title: &str) -> Value {
    json!({
        "title": title, "abstract": "示例：可降解镁合金螺钉的缓蚀涂层", "kind": "PROTOTYPE", "trl": 5,
        "contact": { "name": "示例成果办", "email": "secret-office@example.org" },
        "areas": ["REG-1"], "audience": "PUBLIC"
    })
}

/// Two people of one office.
pub async fn office<'a>(house: &'a House) -> (Member<'a>, Member<'a>) {
    let one = house.signed_in(Role::TechTransfer, "demo-univ").await;
    (one, house.signed_in(Role::TechTransfer, "demo-univ").await)
}

/// An output that is published to everybody, by two people.
pub async fn published(author: &Member<'_>, second: &Member<'_>, content: Value) -> Value {
    let draft = well(&step(author, "draftResearchOutput", json!({ "content": content })).await);
    let submitted = well(&step(author, "submitResearchOutput", at(&draft)).await);
    well(&step(second, "publishResearchOutput", at(&submitted)).await)
}

/// Whether somebody finds an output by its id, in the list, and by its title.
pub async fn finds(house: &House, member: &Member<'_>, output: &Value) -> [bool; 3] {
    house.settle().await;
    let query = "query($id: ID!, $title: String!) { node(id: $id) { id }
        researchOutputs(first: 100) { nodes { id } }
        search(query: $title, filter: { kinds: [RESEARCH_OUTPUT] }, first: 50) { nodes { ... on ResearchOutput { id } } } }";
    let variables = json!({ "id": output["id"], "title": output["title"] });
    let reply = member.run(query, variables).await;
    let among = |list: &str| {
        let nodes = reply.at(list).as_array().unwrap();
        nodes.iter().any(|node| node["id"] == output["id"])
    };
    [!reply.at("/node").is_null(), among("/researchOutputs/nodes"), among("/search/nodes")]
}

async fn an_output_goes_from_a_draft_through_a_second_person_to_its_audience(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let draft =
        step(&author, "draftResearchOutput", json!({ "content": content("示例螺钉甲") })).await;
    let draft = well(&draft);
    assert_eq!(draft["state"], "DRAFT");
    assert_eq!(draft["possibleActions"], json!(["EDIT", "SUBMIT", "DISCARD"]));
    assert_eq!(finds(house, &house.anybody(), &draft).await, [false; 3]);
    assert_eq!(finds(house, &second, &draft).await, [true; 3]);

    let edited = with(&draft, json!({ "content": { "trl": 6 } }));
    let draft = well(&step(&author, "updateResearchOutput", edited).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&draft)).await);
    assert_eq!(submitted["state"], "SUBMITTED");
    assert_eq!(submitted["possibleActions"], json!(["RETURN"]));
    let own = step(&author, "publishResearchOutput", at(&submitted)).await;
    assert_eq!(fault(&own), "SECOND_PERSON_NEEDED");

    let shown = well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    assert_eq!((&shown["state"], &shown["edition"]), (&json!("PUBLISHED"), &json!(1)));
    let possible = json!(["WITHDRAW", "NEGOTIATE", "CHANGE_EMBARGO", "REVISE"]);
    assert_eq!(shown["possibleActions"], possible);
    assert_eq!(finds(house, &house.anybody(), &shown).await, [true; 3]);
    // Who has nothing to do with it reads it, and is offered nothing.
    let query =
        "query($id: ID!) { node(id: $id) { ... on ResearchOutput { possibleActions trl } } }";
    let reply = house.anybody().run(query, json!({ "id": shown["id"] })).await;
    assert_eq!(reply.at("/node"), &json!({ "possibleActions": [], "trl": 6 }));
}

async fn what_was_given_back_is_mended_and_handed_in_again(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let unfinished = json!({ "content": { "title": "示例螺钉乙", "kind": "PROTOTYPE" } });
    let draft = well(&step(&author, "draftResearchOutput", unfinished).await);
    let empty = step(&author, "submitResearchOutput", at(&draft)).await;
    assert_eq!(empty.at("/it/userErrors/0/path"), &json!(["input", "abstract"]));
    let mended = with(&draft, json!({ "content": { "abstract": "示例摘要" } }));
    let draft = well(&step(&author, "updateResearchOutput", mended).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&draft)).await);
    let why = with(&submitted, json!({ "reason": "请补充成熟度" }));
    let returned = well(&step(&second, "returnResearchOutput", why).await);
    assert_eq!(returned["state"], "RETURNED");
    assert_eq!(returned["returnedReason"], "请补充成熟度");
    let unchanged = step(&author, "submitResearchOutput", at(&returned)).await;
    assert_eq!(fault(&unchanged), "WRONG_STATE");
    let mended = with(&returned, json!({ "content": { "trl": 4 } }));
    let draft = well(&step(&author, "updateResearchOutput", mended).await);
    assert_eq!(draft["state"], "DRAFT");
    let submitted = well(&step(&author, "submitResearchOutput", at(&draft)).await);
    assert_eq!(submitted["returnedReason"], Value::Null);
    // Nobody has said who is to see it: whoever publishes does.
    let unsaid = step(&second, "publishResearchOutput", at(&submitted)).await;
    assert_eq!(unsaid.at("/it/userErrors/0/path"), &json!(["input", "audience"]));
    let network = with(&submitted, json!({ "audience": "NETWORK" }));
    let shown = well(&step(&second, "publishResearchOutput", network).await);
    assert_eq!(finds(house, &house.anybody(), &shown).await, [false; 3]);
    assert_eq!(finds(house, &house.member_of(["network"]), &shown).await, [true; 3]);
}

async fn an_office_of_one_publishes_alone(house: &House) {
    house.places().await;
    let alone = house.signed_in(Role::TechTransfer, "fudan").await;
    let shown = published(&alone, &alone, content("示例螺钉丙")).await;
    assert_eq!(shown["state"], "PUBLISHED");
}

async fn talks_lead_to_a_transfer_or_back(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let shown = published(&author, &second, content("示例螺钉丁")).await;
    let talks = well(&step(&author, "negotiateResearchOutput", at(&shown)).await);
    assert_eq!(talks["state"], "NEGOTIATING");
    assert_eq!(finds(house, &house.anybody(), &talks).await, [true; 3]);
    let again = well(&step(&author, "resumeResearchOutput", at(&talks)).await);
    assert_eq!(again["state"], "PUBLISHED");
    let early = step(&author, "transferResearchOutput", at(&again)).await;
    assert_eq!(fault(&early), "WRONG_STATE");
    let talks = well(&step(&second, "negotiateResearchOutput", at(&again)).await);
    let gone = well(&step(&author, "transferResearchOutput", at(&talks)).await);
    assert_eq!((&gone["state"], &gone["edition"]), (&json!("TRANSFERRED"), &json!(1)));
    assert_eq!(gone["possibleActions"], json!(["WITHDRAW"]));
}

async fn a_stale_version_is_told_the_present_one(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let draft = json!({ "content": content("示例螺钉戊") });
    let draft = well(&step(&author, "draftResearchOutput", draft).await);
    let mine = with(&draft, json!({ "content": { "trl": 6 } }));
    well(&step(&author, "updateResearchOutput", mine).await);
    let theirs = with(&draft, json!({ "content": { "trl": 7 } }));
    let stale = step(&second, "updateResearchOutput", theirs).await;
    assert_eq!(fault(&stale), "CONFLICT");
    assert_eq!(stale.at("/it/userErrors/0/currentVersion"), &json!(2));
    assert_eq!(stale.at("/it/researchOutput/version"), &json!(2));
}

async fn what_is_wrong_is_told_with_its_place(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let cases = [
        (json!({ "kind": "OTHER" }), "title"),
        (json!({ "title": "x", "kind": "OTHER", "trl": 12 }), "trl"),
        (json!({ "title": "x", "kind": "OTHER", "doi": "no" }), "doi"),
        (json!({ "title": "x", "kind": "OTHER", "areas": ["NONE-1"] }), "areas"),
        (json!({ "title": "x", "kind": "OTHER", "audience": "STATION" }), "audience"),
        (
            json!({ "title": "x", "kind": "OTHER", "patents": [{ "applicationNo": "201710601862.4" }] }),
            "patents.0.applicationNo",
        ),
        (
            json!({ "title": "x", "kind": "OTHER", "contributors": [{ "name": "y", "orcid": "0000-0002-1825-0098" }] }),
            "contributors.0.orcid",
        ),
    ];
    for (content, place) in cases {
        let reply = step(&author, "draftResearchOutput", json!({ "content": content })).await;
        let path: Vec<&str> = ["input", "content"].into_iter().chain(place.split('.')).collect();
        assert_eq!(reply.at("/it/userErrors/0/path"), &json!(path), "{}", reply.text);
        assert_eq!(reply.at("/it/researchOutput"), &Value::Null);
    }
    let twice = json!({ "externalId": "own-1", "content": content("示例螺钉己") });
    well(&step(&author, "draftResearchOutput", twice.clone()).await);
    let again = step(&author, "draftResearchOutput", twice).await;
    assert_eq!(fault(&again), "ALREADY_THERE");
}

async fn the_same_work_is_shown_where_it_is_there_already(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let other = house.signed_in(Role::TechTransfer, "fudan").await;
    let with_number = |id: &str, title: &str, number: &str| {
        let mut content = content(title);
        content["patents"] = json!([{ "applicationNo": number }]);
        json!({ "externalId": id, "content": content })
    };
    let first = with_number("first", "示例螺钉庚", "201710601862.3");
    assert_eq!(well(&step(&author, "draftResearchOutput", first).await)["duplicates"], json!([]));
    let same = with_number("second", "另一个标题", "CN201710601862.3");
    let same = well(&step(&author, "draftResearchOutput", same).await);
    assert_eq!(same["duplicates"], json!([{ "externalId": "first" }]));
    let titled = json!({ "externalId": "third", "content": content("　示例螺钉－庚。") });
    let titled = well(&step(&author, "draftResearchOutput", titled).await);
    assert_eq!(titled["duplicates"], json!([{ "externalId": "first" }]));
    // What another organization has in its drafts is nobody's business.
    let foreign = with_number("first", "示例螺钉庚", "201710601862.3");
    let foreign = well(&step(&other, "draftResearchOutput", foreign).await);
    assert_eq!(foreign["duplicates"], json!([]));
}

async fn asking_twice_does_it_once(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let input = json!({ "content": content("示例螺钉辛"), "clientMutationId": "once" });
    let first = well(&step(&author, "draftResearchOutput", input.clone()).await);
    let second = well(&step(&author, "draftResearchOutput", input).await);
    assert_eq!(first["id"], second["id"]);
}

async fn of_two_that_take_an_id_at_once_one_is_told(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    for round in 0..5 {
        let input = |title: &str| {
            let title = format!("示例螺钉壬{round}{title}");
            json!({ "externalId": format!("once-{round}"), "content": content(&title) })
        };
        let (one, other) = tokio::join!(
            step(&author, "draftResearchOutput", input("甲")),
            step(&second, "draftResearchOutput", input("乙")),
        );
        let came_off = |reply: &Reply| reply.at("/it/userErrors") == &json!([]);
        let refused = match (came_off(&one), came_off(&other)) {
            (true, false) => other,
            (false, true) => one,
            _ => panic!("one comes off: {} {}", one.text, other.text),
        };
        assert_eq!(fault(&refused), "ALREADY_THERE", "{}", refused.text);
    }
}
