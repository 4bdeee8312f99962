//! Things by their global ids: what is hidden looks like what is not there.

use serde_json::{Value, json};

use crate::support::{House, Reply, on_both_engines, sample::EVERY_STATION};

on_both_engines!(
    every_kind_of_thing_is_found_by_its_id,
    what_is_no_id_is_refused,
    what_is_hidden_looks_like_what_is_not_there,
    an_id_of_another_kind_is_refused_by_name,
);

const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

async fn every_kind_of_thing_is_found_by_its_id(house: &House) {
    house.demo().await;
    let viewer = house.member_of(EVERY_STATION);
    let reply = viewer
        .ask(
            "{ answeredQuestions(first: 1) { nodes { id } } researchOutputs(first: 1) { nodes { id } }
                resources(first: 1) { nodes { id } } organizations(first: 1) { nodes { id } }
                station(code: \"SH-PD\") { id district { id } servicePoints { id } }
                expertiseArea(code: \"REG-1\") { id }
                regulation(key: \"nmpa-2025-107\") { id actsOn { id } } }",
        )
        .await;
    let expected = [
        ("AnsweredQuestion", "/answeredQuestions/nodes/0/id"),
        ("ResearchOutput", "/researchOutputs/nodes/0/id"),
        ("Resource", "/resources/nodes/0/id"),
        ("Organization", "/organizations/nodes/0/id"),
        ("Station", "/station/id"),
        ("District", "/station/district/id"),
        ("ServicePoint", "/station/servicePoints/0/id"),
        ("ExpertiseArea", "/expertiseArea/id"),
        ("Regulation", "/regulation/id"),
        ("RegulationRelation", "/regulation/actsOn/0/id"),
    ];
    let ids: Vec<&Value> = expected.iter().map(|(_, path)| reply.at(path)).collect();
    let nodes = viewer.run(NODES, json!({ "ids": ids })).await;
    for (place, (kind, _)) in expected.iter().enumerate() {
        let node = json!({ "__typename": kind, "id": ids[place] });
        assert_eq!(nodes.at(&format!("/nodes/{place}")), &node);
        let one = viewer.run(
            "query($id: ID!) { node(id: $id) { __typename id } }",
            json!({ "id": ids[place] }),
        );
        assert_eq!(one.await.at("/node"), &node);
    }
    // In the order asked for, each as often as asked for, nothing where there is nothing.
    let nobody =
        zhanjian::ids::GlobalId::encode(zhanjian::ids::NodeKind::Station, zhanjian::ids::new_id());
    let mixed = json!([ids[1], nobody.as_str(), ids[0], ids[1]]);
    let nodes = viewer.run(NODES, json!({ "ids": mixed })).await;
    let kinds: Vec<&Value> = (0..4).map(|place| &nodes.at("/nodes")[place]["__typename"]).collect();
    assert_eq!(json!(kinds), json!(["ResearchOutput", null, "AnsweredQuestion", "ResearchOutput"]));
    assert_eq!(viewer.run(NODES, json!({ "ids": [] })).await.at("/nodes"), &json!([]));
}

async fn what_is_no_id_is_refused(house: &House) {
    house.places().await;
    // Station:1, Thing:<an id>, a bare id, and what is no Base64.
    let thing = "VGhpbmc6MDAwMDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw";
    for id in ["", "x", "🦀", "U3RhdGlvbjox", thing, "00000000-0000-7000-8000-000000000000"] {
        let one = "query($id: ID!) { node(id: $id) { id } }";
        let one = house.anybody().run(one, json!({ "id": id })).await;
        assert_eq!(
            (one.code(), one.status.as_u16()),
            ("BAD_USER_INPUT", 200),
            "{id}: {}",
            one.text
        );
        let many = house.anybody().run(NODES, json!({ "ids": [id] })).await;
        assert_eq!(many.code(), "BAD_USER_INPUT", "{id}");
    }
    let number = house.ask("{ node(id: 7) { id } }").await;
    assert_eq!(number.code(), "BAD_USER_INPUT");
    let nobody =
        zhanjian::ids::GlobalId::encode(zhanjian::ids::NodeKind::Station, zhanjian::ids::new_id());
    let many = json!({ "ids": vec![nobody.as_str(); 101] });
    let code = house.anybody().run(NODES, many).await.code().to_owned();
    assert!(matches!(code.as_str(), "BAD_USER_INPUT" | "QUERY_TOO_COMPLEX"), "{code}");
}

async fn what_is_hidden_looks_like_what_is_not_there(house: &House) {
    house.places().await;
    house
        .answers([json!({ "externalId": "hidden", "question": "内部问题", "answer": "答", "audience": "STATION" })])
        .await;
    let own = house.member_of(["station:SH-PD"]);
    let list =
        "{ answeredQuestions(filter: { externalIds: [\"hidden\"] }) { nodes { id number } } }";
    let reply = own.ask(list).await;
    let hidden = reply.at("/answeredQuestions/nodes/0/id").clone();
    let number = reply.at("/answeredQuestions/nodes/0/number").clone();
    let absent = zhanjian::ids::GlobalId::encode(
        zhanjian::ids::NodeKind::AnsweredQuestion,
        zhanjian::ids::new_id(),
    );
    let absent = json!(absent.as_str());
    // Everything that takes an id says the same of both, but for the id of the request.
    let said = |reply: &Reply| {
        let mut body = reply.body.clone();
        if let Some(error) = body.pointer_mut("/errors/0/extensions") {
            error.as_object_mut().unwrap().remove("requestId");
        }
        (reply.status, body)
    };
    for query in [
        "query($id: ID!) { node(id: $id) { id } }",
        "query($id: ID!) { nodes(ids: [$id]) { id } }",
        "query($id: ID!) { similarAnsweredQuestions(id: $id) { score } }",
    ] {
        for viewer in [house.anybody(), house.member_of(["network", "partners", "station:SH-XH"])] {
            let of_hidden = viewer.run(query, json!({ "id": hidden })).await;
            let of_absent = viewer.run(query, json!({ "id": absent })).await;
            assert_eq!(said(&of_hidden), said(&of_absent), "{query}");
        }
        own.run(query, json!({ "id": hidden })).await.data();
    }
    let similar = "query($id: ID!) { similarAnsweredQuestions(id: $id) { score } }";
    assert_eq!(house.anybody().run(similar, json!({ "id": hidden })).await.code(), "NOT_FOUND");
    let by_number =
        "query($n: [String!]) { answeredQuestions(filter: { numbers: $n }) { totalCount } }";
    let by_number = house.anybody().run(by_number, json!({ "n": [number] })).await;
    assert_eq!(by_number.at("/answeredQuestions/totalCount"), 0);
}

async fn an_id_of_another_kind_is_refused_by_name(house: &House) {
    house.places().await;
    let reply = house.ask("{ station(code: \"SH-PD\") { id } }").await;
    let id = reply.at("/station/id");
    let similar = "query($id: ID!) { similarAnsweredQuestions(id: $id) { score } }";
    let reply = house.anybody().run(similar, json!({ "id": id })).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
    assert_eq!(
        reply.message(),
        "id: this is the id of a Station, and a AnsweredQuestion is wanted"
    );
}
