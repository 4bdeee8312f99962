//! What a page costs in statements: a fixed small number, however many things are on it.

use serde_json::{Value, json};

use crate::support::{House, on_both_engines, sample::EVERY_STATION};

on_both_engines!(
    a_page_of_hits_costs_a_fixed_number_of_statements,
    a_page_of_a_list_costs_a_fixed_number_of_statements,
    what_only_some_answers_have_costs_a_fixed_number_too,
    many_nodes_cost_few_statements,
);

/// What a page may cost at most.
const FEW: u64 = 12;

const ANSWER: &str = "
    id number question
    station { code name district { code } areas { code } }
    areas { code label { zh } parent { code } }
    citations { articles role regulation { key title { zh } } }
    currency { status explanation { zh } }";

/// What only some answers have: a page with none of it costs less.
const MORE: &str = "
    confirmations { regulation { key } } supersededBy { number } versions { version }
    currency { path { regulation { number } } notes { path { regulation { number } } } }";

async fn cost(house: &House, query: &str, variables: &Value) -> u64 {
    house.cost(&house.member_of(EVERY_STATION), query, variables.clone()).await
}

async fn costs_the_same(house: &House, name: &str, query: &str) {
    let few = cost(house, query, &json!({ "first": 5 })).await;
    let many = cost(house, query, &json!({ "first": 50 })).await;
    assert_eq!(few, many, "{name} costs {few} statements for 5, {many} for 50");
    assert!(many <= FEW, "{name} costs {many} statements");
}

async fn a_page_of_hits_costs_a_fixed_number_of_statements(house: &House) {
    house.demo().await;
    let answers = format!(
        "query($first: Int) {{ search(query: \"注册\", filter: {{ kinds: [ANSWERED_QUESTION] }}, first: $first) {{
            totalCount edges {{ score highlights {{ fragments {{ text }} }}
            node {{ ... on AnsweredQuestion {{ {ANSWER} }} }} }} }} }}"
    );
    costs_the_same(house, "search", &answers).await;
    let outputs = "query($first: Int) {
        search(query: \"\", filter: { kinds: [RESEARCH_OUTPUT] }, first: $first) {
            totalCount edges { score node { ... on ResearchOutput {
                title areas { code } organization { code name { zh } district { code } areas { code } } } } } } }";
    costs_the_same(house, "search for research outputs", outputs).await;
}

async fn a_page_of_a_list_costs_a_fixed_number_of_statements(house: &House) {
    house.demo().await;
    let answers = format!(
        "query($first: Int) {{ answeredQuestions(first: $first) {{ totalCount nodes {{ {ANSWER} }} }} }}"
    );
    costs_the_same(house, "answeredQuestions", &answers).await;
    for (name, fields) in [
        (
            "researchOutputs",
            "title areas { code } organization { code district { code } areas { code } }",
        ),
        ("resources", "name areas { code } organization { code district { code } areas { code } }"),
        ("organizations", "code district { code name { zh } } areas { code label { zh } }"),
        (
            "stations",
            "code district { code } parent { code } servicePoints { name } areas { code }",
        ),
        (
            "regulations",
            "key actsOn { kind from { key } to { key title { zh } } } actedUponBy { from { key } to { key } }",
        ),
    ] {
        let query = format!(
            "query($first: Int) {{ {name}(first: $first) {{ totalCount nodes {{ {fields} }} }} }}"
        );
        costs_the_same(house, name, &query).await;
    }
}

async fn what_only_some_answers_have_costs_a_fixed_number_too(house: &House) {
    house.demo().await;
    for entry in [
        "search(query: \"注册\", filter: { kinds: [ANSWERED_QUESTION] }, first: $first)",
        "answeredQuestions(first: $first)",
    ] {
        let query = format!(
            "query($first: Int) {{ {entry} {{ nodes {{ ... on AnsweredQuestion {{ {ANSWER} {MORE} }} }} }} }}"
        );
        let some = cost(house, &query, &json!({ "first": 40 })).await;
        let many = cost(house, &query, &json!({ "first": 80 })).await;
        // Successors and versions may begin to occur in between, each by two statements at most.
        assert!(many <= some + 4 && many <= FEW + 8, "{entry} costs {some} for 40, {many} for 80");
    }
}

async fn many_nodes_cost_few_statements(house: &House) {
    house.demo().await;
    let viewer = house.member_of(EVERY_STATION);
    let reply = viewer.ask("{ answeredQuestions(first: 50) { nodes { id } } }").await;
    let ids = reply.texts("/answeredQuestions/nodes", "/id");
    let query = format!(
        "query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on AnsweredQuestion {{ {ANSWER} }} }} }}"
    );
    let few = cost(house, &query, &json!({ "ids": ids[..5] })).await;
    let many = cost(house, &query, &json!({ "ids": ids })).await;
    assert_eq!(few, many);
    assert!(many <= FEW, "nodes costs {many} statements");
    let search =
        "query($first: Int) { search(query: \"\", first: $first) { nodes { __typename } } }";
    // All six kinds are loaded, each by one statement.
    assert!(cost(house, search, &json!({ "first": 100 })).await <= FEW);
}
