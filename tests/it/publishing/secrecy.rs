//! Contacts are shown to their own organization and to nobody else, by whatever way: in no field, list, search, version,
//! log of changes or audit log.

use serde_json::{Value, json};

use super::{at, content, office, published, step, well, with};
use crate::{
    rights::everybody,
    support::{House, on_both_engines},
};

on_both_engines!(a_contact_is_seen_by_its_own_organization_alone);

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
