//! An embargo ends by the clock alone, and is moved by hand.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use zhanjian::access::Role;
use zhanjian_migrations::{Migrator, MigratorTrait as _};

use super::{content, finds, office, published, step, well, with};
use crate::support::{House, Member, on_both_engines};

on_both_engines!(
    what_is_published_under_embargo_appears_on_its_day,
    an_embargo_is_moved_and_lifted_by_hand,
    what_was_replaced_under_embargo_is_never_shown,
    former_texts_from_before_are_narrowed,
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

const FORMER: &str = "query($id: ID!) { node(id: $id) { ... on ResearchOutput {
    edition versions { content { abstract } } } } }";

/// An output under embargo until 2026-12-01 whose first text was replaced before that day.
async fn replaced_under_embargo(author: &Member<'_>, second: &Member<'_>) -> Value {
    let mut claim = content("示例传感器丙");
    claim["abstract"] = json!("示例：尚未公开的要点");
    let draft = well(&step(author, "draftResearchOutput", json!({ "content": claim })).await);
    let submitted = well(&step(author, "submitResearchOutput", super::at(&draft)).await);
    let showing = with(&submitted, json!({ "embargoUntil": "2026-12-01" }));
    let hidden = well(&step(second, "publishResearchOutput", showing).await);
    let harmless = with(&hidden, json!({ "content": { "abstract": "示例：可以公开的说法" } }));
    let revised = well(&step(author, "reviseResearchOutput", harmless).await);
    let submitted = well(&step(author, "submitResearchOutput", super::at(&revised)).await);
    let showing = with(&submitted, json!({ "embargoUntil": "2026-12-01" }));
    well(&step(second, "publishResearchOutput", showing).await)
}

async fn former(member: &Member<'_>, output: &Value) -> Value {
    let reply = member.run(FORMER, json!({ "id": output["id"] })).await;
    reply.at("/node").clone()
}

async fn what_was_replaced_under_embargo_is_never_shown(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let hidden = replaced_under_embargo(&author, &second).await;
    house.clock.advance_days(9);
    assert_eq!(finds(house, &house.anybody(), &hidden).await, [true; 3]);
    let nothing = json!({ "edition": 2, "versions": [] });
    assert_eq!(former(&house.anybody(), &hidden).await, nothing);
    assert_eq!(former(&house.member_of(["network"]), &hidden).await, nothing);
    // Its owner, whose it was, reads it as before. Whoever was away for so long signs in again.
    let author = house.signed_in(Role::TechTransfer, "demo-univ").await;
    let own = former(&author, &hidden).await;
    assert_eq!(own["versions"][0]["content"]["abstract"], "示例：尚未公开的要点");
}

async fn former_texts_from_before_are_narrowed(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let hidden = replaced_under_embargo(&author, &second).await;
    // As they were kept before: for the audience that the output was to have.
    let db = house.db();
    let wide = "UPDATE research_output_versions SET audience_token = 'public'";
    db.for_migrations().execute_unprepared(wide).await.unwrap();
    let since = Migrator::migrations().len() - 14;
    let since = u32::try_from(since).unwrap();
    Migrator::down(db.for_migrations(), Some(since)).await.unwrap();
    Migrator::up(db.for_migrations(), None).await.unwrap();
    house.clock.advance_days(9);
    assert_eq!(former(&house.anybody(), &hidden).await["versions"], json!([]));
}
