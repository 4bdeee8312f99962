//! Contacts are shown to their own organization and to nobody else, by whatever way: in no field, list, search, version,
//! log of changes or audit log.

use serde_json::{Value, json};

use super::{at, content, office, published, step, well, with};
use crate::{
    rights::everybody,
    support::{House, on_both_engines},
};

on_both_engines!(
    a_contact_is_seen_by_its_own_organization_alone,
    work_beside_what_is_shown_leaves_no_trace_for_others,
);

const SECRETS: [&str; 3] = ["示例密件办公室", "secret-office@example.org", "13900000000"];

/// Every field of an output that can be read, in all the places where one can be found.
const EVERYTHING: &str = "query($id: ID!, $q: String!) {
    node(id: $id) { ...all }
    researchOutputs(first: 5) { nodes { ...all } }
    search(query: $q, first: 5) { totalCount didYouMean edges { highlights { field fragments { text } }
        node { __typename ... on ResearchOutput { ...all } } } }
    suggest(text: $q) { text }
    similarAnsweredQuestions(text: $q) { node { id } }
    changes(since: BEGINNING, kinds: [RESEARCH_OUTPUT], first: 5) { changes { node { ... on ResearchOutput { ...all } } } }
    researchOutputTombstones { nodes { id reason } }
}
fragment all on ResearchOutput {
    title abstract kind trl clinicalStage trialIds cooperationModes doi advantages externalId state
    identifiers { scheme value } patents { applicationNo publicationNo } contributors { name orcid }
    contact { name email phone address } returnedReason editedColumns
    revision { content { title abstract advantages } contact { name email phone address } }
    versions { content { title abstract advantages identifiers { value } contributors { name } } }
}";

async fn a_contact_is_seen_by_its_own_organization_alone(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let mut said = content("示例密封圈");
    said["contact"] = json!({ "name": SECRETS[0], "email": SECRETS[1], "phone": SECRETS[2] });
    let shown = published(&author, &second, said).await;
    assert_eq!(shown["contact"]["email"], SECRETS[1]);
    // In a former text, and in a revision that is under way.
    let changes = with(&shown, json!({ "content": { "trl": 8 } }));
    let revised = well(&step(&author, "reviseResearchOutput", changes).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&revised)).await);
    let again = well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    let changes = with(&again, json!({ "content": { "trl": 9 } }));
    well(&step(&author, "reviseResearchOutput", changes).await);
    house.settle().await;

    let beginning =
        async_graphql::ScalarType::to_value(&zhanjian::scalars::RevisionScalar(0)).to_string();
    let query = EVERYTHING.replace("BEGINNING", &beginning);
    for (name, member) in everybody(house).await {
        for secret in SECRETS.into_iter().chain(["示例密封圈"]) {
            let reply = member.run(&query, json!({ "id": shown["id"], "q": secret })).await;
            reply.data();
            let told = SECRETS.iter().any(|secret| reply.text.contains(secret));
            assert_eq!(told, name == "transfer", "{name}: {}", reply.text);
            if SECRETS.contains(&secret) && name != "transfer" {
                let exact = json!({ "id": shown["id"], "q": format!("\"{secret}\"") });
                let found = member.run(&query, exact).await;
                assert_eq!(found.at("/search/totalCount"), &json!(0), "{name} finds {secret}");
            }
        }
    }
    // Not in what is kept beside it either.
    use sea_orm::{ConnectionTrait as _, Statement};
    let texts = [
        "SELECT CAST(content AS TEXT) FROM research_output_versions",
        "SELECT CAST(tokens_after AS TEXT) || CAST(tokens_before AS TEXT) FROM outbox",
        "SELECT coalesce(detail, '') || action FROM audit_events",
    ];
    for sql in texts {
        let statement = Statement::from_string(house.db().engine(), sql);
        let rows = house.db().read().query_all_raw(statement).await.unwrap();
        assert!(!rows.is_empty(), "{sql}");
        for row in rows {
            let text: String = row.try_get_by_index(0).unwrap();
            let told: Vec<&&str> =
                SECRETS.iter().filter(|secret| text.contains(**secret)).collect();
            assert!(told.is_empty(), "{sql}: {told:?}");
        }
    }
    let _: Value = again;
}

/// All of an output that tells when something was done to it.
const TRACES: &str = "query($id: ID!) { node(id: $id) { ... on ResearchOutput {
    version edition publishedAt updatedAt versions { number replacedAt } } }
    changes(since: BEGINNING, kinds: [RESEARCH_OUTPUT], first: 50) { changes { revision } } }";

async fn work_beside_what_is_shown_leaves_no_trace_for_others(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let shown = published(&author, &second, content("示例密封圈乙")).await;
    let beginning =
        async_graphql::ScalarType::to_value(&zhanjian::scalars::RevisionScalar(0)).to_string();
    let query = TRACES.replace("BEGINNING", &beginning);
    let traces = async || {
        let mut seen = Vec::new();
        for member in [house.anybody(), house.member_of(["network"])] {
            let reply = member.run(&query, json!({ "id": shown["id"] })).await;
            reply.data();
            seen.push(reply.body["data"].clone());
        }
        seen
    };
    let before = traces().await;
    house.clock.advance_days(1);
    // Whoever was away for so long signs in again.
    let (author, second) = office(house).await;
    let changes = with(&shown, json!({ "content": { "title": "示例密封圈丙" } }));
    let revised = well(&step(&author, "reviseResearchOutput", changes).await);
    assert_eq!(traces().await, before, "a revision is begun");
    let submitted = well(&step(&author, "submitResearchOutput", at(&revised)).await);
    assert_eq!(traces().await, before, "it is handed to a second person");
    let why = with(&submitted, json!({ "reason": "示例：请补充" }));
    let returned = well(&step(&second, "returnResearchOutput", why).await);
    assert_eq!(traces().await, before, "it is given back");
    let more = with(&returned, json!({ "content": { "trl": 7 } }));
    let again = well(&step(&author, "updateResearchOutput", more).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&again)).await);
    assert_eq!(traces().await, before, "it is mended");
    // Whoever works on it names the version that they have seen, and that does move.
    assert!(submitted["version"].as_i64() > shown["version"].as_i64());
    well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    for (before, after) in before.iter().zip(traces().await) {
        for field in ["version", "edition", "publishedAt", "updatedAt"] {
            assert_ne!(after["node"][field], before["node"][field], "{field}");
        }
    }
}
