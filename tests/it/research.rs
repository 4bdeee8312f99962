//! What universities and hospitals offer: hidden by the clock while under embargo, its contact hidden always.

use serde_json::{Value, json};

use crate::support::{House, on_both_engines, sample};

mod formats;

on_both_engines!(
    an_embargo_ends_by_the_clock_alone,
    a_contact_is_in_no_answer,
    research_outputs_are_filtered_as_the_files_say,
);

/// Everything that could tell of a research output.
const TRACES: &str = "query($text: String!, $ids: [ID!]!) {
    search(query: $text, first: 50) { totalCount facets(fields: [KIND, ORGANIZATION]) { buckets { value count } }
        nodes { ... on ResearchOutput { externalId } } }
    list: researchOutputs(first: 100) { totalCount nodes { externalId } }
    suggest(text: $text) { text }
    nodes(ids: $ids) { ... on ResearchOutput { externalId } }
}";

async fn an_embargo_ends_by_the_clock_alone(house: &House) {
    house.demo().await;
    let row = sample::rows(sample::OUTPUTS)
        .into_iter()
        .find(|row| row["externalId"] == "demo-ro-008")
        .expect("the sample has one under embargo until 2027-03-31");
    assert_eq!(row["embargoUntil"], "2027-03-31");
    let title = sample::text(&row, "title");
    let owner = owner_token(house, sample::text(&row, "organization")).await;
    let everything = "{ researchOutputs(first: 100) { nodes { id externalId } } }";
    let own = house.member_of([owner.as_str()]);
    let reply = own.ask(everything).await;
    let ids = reply.texts("/researchOutputs/nodes", "/externalId");
    let place = ids.iter().position(|id| id == "demo-ro-008").expect("its owner sees it");
    let id = reply.at(&format!("/researchOutputs/nodes/{place}/id")).clone();
    let variables = json!({ "text": title, "ids": [id] });

    let watermark = || house.service.app.index.state().watermark;
    let before = watermark();
    let hidden = house.anybody().run(TRACES, variables.clone()).await;
    assert!(!hidden.data().to_string().contains("demo-ro-008"), "{}", hidden.text);
    assert_eq!(hidden.at("/nodes"), &json!([null]));
    assert!(!hidden.at("/suggest").to_string().contains(title));
    let shown = own.run(TRACES, variables.clone()).await;
    assert_eq!(shown.at("/nodes/0/externalId"), "demo-ro-008");
    assert_eq!(shown.at("/search/nodes/0/externalId"), "demo-ro-008");

    // One day before its day, and on its day. Nothing is written in between.
    house.clock.advance_days(128);
    let eve = house.anybody().run(TRACES, variables.clone()).await;
    assert!(!eve.data().to_string().contains("demo-ro-008"), "{}", eve.text);
    house.clock.advance_days(1);
    let free = house.anybody().run(TRACES, variables.clone()).await;
    assert_eq!(free.at("/nodes/0/externalId"), "demo-ro-008");
    assert_eq!(free.at("/search/nodes/0/externalId"), "demo-ro-008");
    assert!(free.at("/list").to_string().contains("demo-ro-008"));
    assert!(free.at("/suggest").to_string().contains(title), "{}", free.text);
    let count = |reply: &crate::support::Reply| reply.at("/list/totalCount").as_u64().unwrap();
    assert!(count(&free) > count(&hidden));
    assert_eq!(watermark(), before, "nothing was indexed anew");
}

/// The token of an organization's people.
pub async fn owner_token(house: &House, code: &str) -> String {
    let query =
        "query($code: [String!]) { organizations(filter: { codes: $code }) { nodes { id } } }";
    let reply = house.anybody().run(query, json!({ "code": [code] })).await;
    let id = reply.at("/organizations/nodes/0/id").as_str().unwrap();
    let id = zhanjian::ids::GlobalId::decode("id", id).unwrap().id;
    zhanjian::access::organization_token(id)
}

async fn a_contact_is_in_no_answer(house: &House) {
    house.demo().await;
    let row = &sample::rows(sample::OUTPUTS)[0];
    let contact = [sample::text(&row["contact"], "name"), sample::text(&row["contact"], "email")];
    assert!(contact.iter().all(|text| !text.is_empty()));
    let owner = owner_token(house, sample::text(row, "organization")).await;
    // Whoever holds the organization's token and is no member of its office may read what it has, and no contact.
    let own = house.member_of([owner.as_str(), "network", "partners"]);
    let all = own
        .ask(
            "{ researchOutputs(first: 100) { nodes { id title abstract kind trl patents { applicationNo kind }
                clinicalStage trialIds cooperationModes advantages doi identifiers { scheme value }
                contributors { name orcid } organization { name { zh } source } externalId
                contact { name email phone address } versions { content { title } } revision { state } } } }",
        )
        .await;
    all.data();
    for text in contact {
        assert!(!all.text.contains(text), "{text} is shown");
        // Not even as the reason why something is found.
        let found = own
            .run(
                "query($q: String!) { search(query: $q, first: 100) { didYouMean totalCount
                    edges { highlights { fragments { text } } node { __typename } } }
                    suggest(text: $q) { text } similarAnsweredQuestions(text: $q) { node { id } } }",
                json!({ "q": text }),
            )
            .await;
        found.data();
        assert!(!found.text.contains(text), "{text}: {}", found.text);
    }
    let exact = json!({ "q": format!("\"{}\"", contact[1]) });
    let found = own.run("query($q: String!) { search(query: $q) { totalCount } }", exact).await;
    assert_eq!(found.at("/search/totalCount"), 0);
}

async fn research_outputs_are_filtered_as_the_files_say(house: &House) {
    house.demo().await;
    const LIST: &str = "query($filter: ResearchOutputFilter) {
        researchOutputs(filter: $filter, first: 100) { totalCount nodes { externalId } } }";
    let today = "2026-11-22";
    let rows = sample::rows(sample::OUTPUTS);
    let shown = |row: &&Value| {
        let embargo = sample::text(row, "embargoUntil");
        matches!(sample::text(row, "audience"), "PUBLIC" | "PARTNERS" | "NETWORK")
            && (embargo.is_empty() || embargo <= today)
    };
    type Model = fn(&Value) -> bool;
    let cases: [(Value, Model); 6] = [
        (json!({}), |_| true),
        (json!({ "organizations": ["demo-biomaterials"] }), |row| {
            row["organization"] == "demo-biomaterials"
        }),
        (json!({ "kinds": ["SOFTWARE"] }), |row| row["kind"] == "SOFTWARE"),
        (json!({ "ipStatuses": ["GRANTED"] }), |row| row["ipStatus"] == "GRANTED"),
        (json!({ "minTrl": 4, "maxTrl": 6 }), |row| {
            row["trl"].as_i64().is_some_and(|trl| (4..=6).contains(&trl))
        }),
        (json!({ "areas": ["FLD-3-02"] }), |row| row["areas"].to_string().contains("\"FLD-3-02\"")),
    ];
    for (filter, model) in cases {
        let viewer = house.member_of(["network", "partners"]);
        let reply = viewer.run(LIST, json!({ "filter": filter })).await;
        let mut found = reply.texts("/researchOutputs/nodes", "/externalId");
        found.sort_unstable();
        let expected = rows.iter().filter(shown).filter(|row| model(row));
        let mut expected: Vec<_> = expected.map(|row| sample::text(row, "externalId")).collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{filter}");
        assert_eq!(reply.at("/researchOutputs/totalCount"), &json!(expected.len()));
    }
}
