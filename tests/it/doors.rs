//! Every entry point, knocked at by every kind of caller. The table can be checked by someone who reads no Rust.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Value, json};
use zhanjian::{
    ids::{GlobalId, NodeKind, new_id},
    scalars::RevisionScalar,
};

use crate::support::{Engine, House, Reply, on_both_engines};

on_both_engines!(every_door_opens_to_whom_it_should);

/// What is behind the doors: one thing for each audience, of Pudong's station or of one organization.
async fn furnish(house: &House) -> String {
    house.places().await;
    let owner = crate::research::owner_token(house, "fudan").await;
    let mut answers = Vec::new();
    for audience in ["PUBLIC", "PARTNERS", "NETWORK", "DISTRICT", "STATION"] {
        answers.push(
            json!({ "externalId": audience, "question": format!("辅助生殖试剂怎么分类 {audience}"),
            "answer": "答", "audience": audience }),
        );
    }
    answers.push(
        json!({ "externalId": "DRAFT", "question": "辅助生殖试剂怎么分类 DRAFT", "answer": "答",
        "state": "DRAFT" }),
    );
    house.answers(answers).await;
    let mut outputs = Vec::new();
    let mut resources = Vec::new();
    for audience in ["PUBLIC", "PARTNERS", "NETWORK", "ORGANIZATION"] {
        outputs.push(json!({ "externalId": audience, "organization": "fudan", "kind": "PROTOTYPE", "audience": audience,
            "title": format!("辅助生殖样机 {audience}"), "abstract": "样机" }));
        resources.push(json!({ "externalId": audience, "organization": "fudan", "kind": "TESTING",
            "audience": audience, "name": format!("辅助生殖检测 {audience}") }));
    }
    outputs.push(json!({ "externalId": "EMBARGO", "organization": "fudan", "kind": "PROTOTYPE", "audience": "PUBLIC",
        "title": "辅助生殖样机 EMBARGO", "abstract": "样机", "embargoUntil": "2027-01-01" }));
    let lines =
        |rows: Vec<Value>| rows.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let kind = zhanjian::research::ResearchOutputs::default();
    house.import(&kind, "outputs.jsonl", lines(outputs)).await;
    let kind = zhanjian::organizations::Resources::default();
    house.import(&kind, "resources.jsonl", lines(resources)).await;
    house.settle().await;
    owner
}

/// Every door and how to knock at it; `IDS` stands for the ids of everything that not everybody may see.
pub const DOORS: [(&str, &str); 44] = [
    ("node", "node(id: ONE) { id }"),
    ("nodes", "nodes(ids: [IDS]) { id }"),
    ("viewer", "viewer { signedIn }"),
    ("sessions", "sessions { isThisOne }"),
    (
        "search",
        "search(query: \"辅助生殖\", filter: { kinds: [ANSWERED_QUESTION, RESEARCH_OUTPUT, RESOURCE] }) { totalCount }",
    ),
    ("suggest", "suggest(text: \"辅助生殖\", first: 50) { text }"),
    (
        "similarAnsweredQuestions",
        "similarAnsweredQuestions(text: \"辅助生殖试剂怎么分类\", first: 50) { score }",
    ),
    ("answeredQuestions", "answeredQuestions { totalCount }"),
    ("researchOutputs", "researchOutputs { totalCount }"),
    ("researchOutputTombstone", "researchOutputTombstone(id: LEFT) { id }"),
    ("researchOutputTombstones", "researchOutputTombstones { totalCount }"),
    ("researchOutputImport", "researchOutputImport(id: FILE) { id }"),
    ("publisherDashboard", "publisherDashboard { views }"),
    ("resources", "resources { totalCount }"),
    ("organizations", "organizations(filter: { codes: [\"fudan\"] }) { totalCount }"),
    ("station", "station(code: \"SH-PD\") { code }"),
    ("stations", "stations { totalCount }"),
    ("expertiseArea", "expertiseArea(code: \"REG-1\") { code }"),
    ("expertiseAreas", "expertiseAreas(filter: { codes: [\"REG-1\"] }) { code }"),
    ("regulation", "regulation(key: \"sc-739\") { key }"),
    (
        "changes",
        "changes(since: BEGINNING, kinds: [ANSWERED_QUESTION, RESEARCH_OUTPUT, RESOURCE], first: 100) { changes { nodeId } }",
    ),
    ("savedSearches", "savedSearches { totalCount }"),
    ("regulations", "regulations(filter: { keys: [\"sc-739\"] }) { totalCount }"),
    ("members", "members { totalCount }"),
    ("apiClient", "apiClient(id: ONE) { name }"),
    ("apiClients", "apiClients { totalCount }"),
    ("auditEvents", "auditEvents { totalCount }"),
    ("answerReports", "answerReports { totalCount }"),
    ("affectedBy", "affectedBy(input: { recorded: \"sc-739\" }) { totalCount }"),
    ("regulationProposals", "regulationProposals { totalCount }"),
    ("reviewQueue", "reviewQueue { totalCount }"),
    ("reviewLoads", "reviewLoads { count }"),
    ("consultation", "consultation(number: \"SH-PD-2026-0001\") { id }"),
    ("consultations", "consultations { totalCount }"),
    ("consultationQueues", "consultationQueues { mine }"),
    (
        "closedLoopReport",
        "closedLoopReport(input: { from: \"2026-01-01\", to: \"2026-12-31\" }) { asOf }",
    ),
    ("networkStrengths", "networkStrengths { asOf }"),
    ("matchStations", "matchStations(text: \"辅助生殖试剂怎么分类\") { algorithmVersion }"),
    ("needs", "needs { totalCount }"),
    ("matchPartners", "matchPartners(text: \"辅助生殖\") { totalCount }"),
    ("matches", "matches { totalCount }"),
    ("matchNeeds", "matchNeeds(target: ONE) { score }"),
    ("introductions", "introductions { totalCount }"),
    ("similar by id", "similarAnsweredQuestions(id: ONE) { score }"),
];

async fn every_door_opens_to_whom_it_should(house: &House) {
    let owner = furnish(house).await;
    let all = ["partners", "network", "district:PD", "station:SH-PD", owner.as_str()];
    let reply = house
        .member_of(all)
        .ask(
            "{ answeredQuestions(first: 100) { nodes { id externalId } } researchOutputs(first: 100) { nodes { id } }
                resources(first: 100) { nodes { id } } }",
        )
        .await;
    let mut ids = Vec::new();
    for list in ["answeredQuestions", "researchOutputs", "resources"] {
        ids.extend(reply.texts(&format!("/{list}/nodes"), "/id"));
    }
    assert_eq!(ids.len(), 15);
    let answers = reply.at("/answeredQuestions/nodes").as_array().unwrap();
    let one =
        answers.iter().find(|node| node["externalId"] == "NETWORK").unwrap()["id"].to_string();
    let ids: Vec<String> = ids.iter().map(|id| json!(id).to_string()).collect();
    let output = reply.at("/researchOutputs/nodes/0/id").to_string();
    let import = GlobalId::encode(NodeKind::ResearchOutputImport, new_id()).0;
    let import = json!(import).to_string();

    let viewers: [(&str, &[&str]); 6] = [
        ("anonymous", &[]),
        ("partner", &["partners"]),
        ("network", &["partners", "network"]),
        ("district", &["partners", "network", "district:PD"]),
        ("own station", &["partners", "network", "district:PD", "station:SH-PD"]),
        ("owner", &[owner.as_str()]),
    ];
    let beginning = async_graphql::ScalarType::to_value(&RevisionScalar(0)).to_string();
    let mut table = format!("{:26}", "door");
    viewers.iter().for_each(|(name, _)| write!(table, "{name:16}").unwrap());
    table = table.trim_end().to_owned() + "\n";
    for (door, knock) in DOORS {
        let query =
            format!("{{ it: {} }}", knock.replace("IDS", &ids.join(", ")).replace("ONE", &one));
        let query = query.replace("BEGINNING", &beginning);
        let query = query.replace("LEFT", &output).replace("FILE", &import);
        let mut row = format!("{door:26}");
        for (_, tokens) in viewers {
            let reply = house.member_of(tokens.iter().copied()).ask(&query).await;
            write!(row, "{:16}", heard(&reply)).unwrap();
        }
        table += row.trim_end();
        table.push('\n');
    }
    insta::assert_snapshot!(table, @"
    door                      anonymous       partner         network         district        own station     owner
    node                      nothing         nothing         ok              ok              ok              nothing
    nodes                     3               6               9               10              12              10
    viewer                    ok              ok              ok              ok              ok              ok
    sessions                  0               0               0               0               0               0
    search                    3               6               9               10              12              10
    suggest                   3               6               9               10              12              10
    similarAnsweredQuestions  1               2               3               4               6               1
    answeredQuestions         1               2               3               4               6               1
    researchOutputs           1               2               3               3               3               5
    researchOutputTombstone   nothing         nothing         nothing         nothing         nothing         nothing
    researchOutputTombstones  0               0               0               0               0               0
    researchOutputImport      nothing         nothing         nothing         nothing         nothing         nothing
    publisherDashboard        UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    resources                 1               2               3               3               3               4
    organizations             1               1               1               1               1               1
    station                   ok              ok              ok              ok              ok              ok
    stations                  12              12              12              12              12              12
    expertiseArea             ok              ok              ok              ok              ok              ok
    expertiseAreas            1               1               1               1               1               1
    regulation                ok              ok              ok              ok              ok              ok
    changes                   3               6               9               10              12              10
    savedSearches             0               0               0               0               0               0
    regulations               1               1               1               1               1               1
    members                   0               0               0               0               0               0
    apiClient                 UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    apiClients                UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    auditEvents               UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    answerReports             0               0               0               0               0               0
    affectedBy                UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    regulationProposals       UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    reviewQueue               UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    reviewLoads               UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    consultation              nothing         nothing         nothing         nothing         nothing         nothing
    consultations             0               0               0               0               0               0
    consultationQueues        ok              ok              ok              ok              ok              ok
    closedLoopReport          UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    networkStrengths          ok              ok              ok              ok              ok              ok
    matchStations             ok              ok              ok              ok              ok              ok
    needs                     0               0               0               0               0               0
    matchPartners             UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    matches                   UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED UNAUTHENTICATED
    matchNeeds                BAD_USER_INPUT  BAD_USER_INPUT  BAD_USER_INPUT  BAD_USER_INPUT  BAD_USER_INPUT  BAD_USER_INPUT
    introductions             0               0               0               0               0               0
    similar by id             NOT_FOUND       NOT_FOUND       2               3               5               NOT_FOUND
    ");
}

/// What is heard at a door: how many things, one thing, nothing, or the code of an error.
fn heard(reply: &Reply) -> String {
    if reply.body.get("errors").is_some() {
        return reply.code().to_owned();
    }
    let it = reply.at("/it");
    match it {
        Value::Null => "nothing".to_owned(),
        Value::Array(items) => items.iter().filter(|item| !item.is_null()).count().to_string(),
        Value::Object(fields) => match (fields.get("totalCount"), fields.get("changes")) {
            (Some(count), _) => count.to_string(),
            (_, Some(changes)) => changes.as_array().unwrap().len().to_string(),
            _ => "ok".to_owned(),
        },
        other => other.to_string(),
    }
}

#[tokio::test]
async fn there_is_no_door_that_nobody_knocked_at() {
    let house = House::new(Engine::Sqlite).await;
    let reply = house.ask("{ __schema { queryType { fields { name } } } }").await;
    let doors: BTreeSet<String> =
        reply.texts("/__schema/queryType/fields", "/name").into_iter().collect();
    let knocked: BTreeSet<String> = DOORS.iter().map(|(door, _)| (*door).to_owned()).collect();
    let missing: Vec<&String> = doors.difference(&knocked).collect();
    assert!(missing.is_empty(), "nobody knocks at {missing:?}");
    house.leave().await;
}
