//! What an office sees of its own outputs at a glance, and nobody else.

use serde_json::{Value, json};
use zhanjian::access::Role;

use super::{content, office, published, step, well, with};
use crate::support::{House, on_both_engines};

on_both_engines!(an_office_sees_how_its_outputs_stand_and_how_often_they_are_opened);

const BOARD: &str = "query($from: Date, $to: Date, $organization: ID) {
    publisherDashboard(from: $from, to: $to, organization: $organization) {
        organization { id code } states { state count } revisions { state count } underEmbargo views
        mostViewed { views researchOutput { id } } } }";

async fn an_office_sees_how_its_outputs_stand_and_how_often_they_are_opened(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let one = published(&author, &second, content("示例夹板甲")).await;
    let two = published(&author, &second, content("示例夹板乙")).await;
    let later = published(&author, &second, content("示例夹板丙")).await;
    let later = with(&later, json!({ "embargoUntil": "2027-01-01" }));
    well(&step(&author, "setResearchOutputEmbargo", later).await);
    well(&step(&author, "draftResearchOutput", json!({ "content": content("示例夹板丁") })).await);
    well(&step(&author, "reviseResearchOutput", super::at(&two)).await);

    let node = "query($id: ID!) { node(id: $id) { id } }";
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } researchOutputs { nodes { id } } }";
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    for member in [&house.anybody(), &staff, &author, &second] {
        member.run(node, json!({ "id": one["id"] })).await.data();
    }
    house.anybody().run(nodes, json!({ "ids": [one["id"], two["id"]] })).await.data();
    zhanjian::research::flush_views(&house.service.app).await.unwrap();
    staff.run(node, json!({ "id": one["id"] })).await.data();
    zhanjian::research::flush_views(&house.service.app).await.unwrap();
    house.clock.advance_days(1);
    let author = house.signed_in(Role::TechTransfer, "demo-univ").await;
    house.anybody().run(node, json!({ "id": two["id"] })).await.data();
    zhanjian::research::flush_views(&house.service.app).await.unwrap();

    let board = author.run(BOARD, json!({})).await;
    let board = board.at("/publisherDashboard");
    assert_eq!(board["organization"]["code"], "demo-univ");
    let states = json!([{ "state": "DRAFT", "count": 1 }, { "state": "PUBLISHED", "count": 3 }]);
    assert_eq!(board["states"], states);
    assert_eq!(board["revisions"], json!([{ "state": "DRAFT", "count": 1 }]));
    assert_eq!((&board["underEmbargo"], &board["views"]), (&json!(1), &json!(6)));
    let most = |output: &Value, views: u32| json!({ "views": views, "researchOutput": { "id": output["id"] } });
    assert_eq!(board["mostViewed"], json!([most(&one, 4), most(&two, 2)]));
    let day = json!({ "from": "2026-11-23", "to": "2026-11-23" });
    let day = author.run(BOARD, day).await;
    assert_eq!(day.at("/publisherDashboard/views"), 1);
    let back = author.run(BOARD, json!({ "from": "2026-11-24", "to": "2026-11-23" })).await;
    assert_eq!(back.code(), "BAD_USER_INPUT");

    let own = json!({ "organization": board["organization"]["id"] });
    let foreign = house.signed_in(Role::TechTransfer, "fudan").await;
    assert_eq!(foreign.run(BOARD, own.clone()).await.code(), "FORBIDDEN");
    assert_eq!(foreign.run(BOARD, json!({})).await.at("/publisherDashboard/views"), 0);
    assert_eq!(house.anybody().run(BOARD, own.clone()).await.code(), "UNAUTHENTICATED");
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    assert_eq!(officer.run(BOARD, own).await.code(), "FORBIDDEN");
}
