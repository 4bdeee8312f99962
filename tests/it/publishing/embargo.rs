//! An embargo ends by the clock alone, and is moved by hand.

use serde_json::{Value, json};

use super::{content, finds, office, published, step, well, with};
use crate::support::{House, on_both_engines};

on_both_engines!(
    what_is_published_under_embargo_appears_on_its_day,
    an_embargo_is_moved_and_lifted_by_hand,
);

async fn what_is_published_under_embargo_appears_on_its_day(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let draft = json!({ "content": content("示例传感器甲") });
    let draft = well(&step(&author, "draftResearchOutput", draft).await);
    let submitted = well(&step(&author, "submitResearchOutput", super::at(&draft)).await);
    let showing = with(&submitted, json!({ "embargoUntil": "2026-12-01" }));
    let hidden = well(&step(&second, "publishResearchOutput", showing).await);
    assert_eq!(finds(house, &house.anybody(), &hidden).await, [false; 3]);
    assert_eq!(finds(house, &author, &hidden).await, [true; 3]);
    house.clock.advance_days(8);
    assert_eq!(finds(house, &house.anybody(), &hidden).await, [false; 3]);
    house.clock.advance_days(1);
    assert_eq!(finds(house, &house.anybody(), &hidden).await, [true; 3]);
}

/// What of the log somebody is told: whether an output was put, and whether it is gone.
async fn told(house: &House, since: &Value) -> (Vec<bool>, Value) {
    let query = "query($since: Revision!) { changes(since: $since, kinds: [RESEARCH_OUTPUT]) {
        revision changes { node { __typename } } } }";
    let reply = house.anybody().run(query, json!({ "since": since })).await;
    let changes = reply.at("/changes/changes").as_array().unwrap();
    let put = changes.iter().map(|change| !change["node"].is_null()).collect();
    (put, reply.at("/changes/revision").clone())
}

async fn an_embargo_is_moved_and_lifted_by_hand(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let shown = published(&author, &second, content("示例传感器乙")).await;
    let beginning = async_graphql::ScalarType::to_value(&zhanjian::scalars::RevisionScalar(0));
    let (put, since) = told(house, &beginning.into_json().unwrap()).await;
    assert_eq!(put, [true]);
    let later = with(&shown, json!({ "embargoUntil": "2027-01-01" }));
    let hidden = well(&step(&author, "setResearchOutputEmbargo", later).await);
    assert_eq!(finds(house, &house.anybody(), &hidden).await, [false; 3]);
    let (put, since) = told(house, &since).await;
    assert_eq!(put, [false], "whoever saw it hears that it is gone");
    // While it is hidden, nobody else hears of what is done to it.
    let later = with(&hidden, json!({ "embargoUntil": "2027-02-01" }));
    let hidden = well(&step(&author, "setResearchOutputEmbargo", later).await);
    assert_eq!(told(house, &since).await.0, [true; 0]);
    let now = with(&hidden, json!({ "embargoUntil": null }));
    let open = well(&step(&author, "setResearchOutputEmbargo", now).await);
    assert_eq!(finds(house, &house.anybody(), &open).await, [true; 3]);
    assert_eq!(told(house, &since).await.0, [true]);
}
