//! Time goes on, and nothing else happens.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use zhanjian::{access::Role, research::ResearchOutputs, transitions};

use super::{answer, relate, relation, rules, status};
use crate::support::{Engine, House, on_both_engines, sample::EVERY_STATION};

on_both_engines!(
    what_the_calendar_changes_is_told_once_whoever_asks,
    days_that_nobody_told_of_are_made_up_for,
);

mod a_replaced_rule_flips_on_its_day_by_the_clock_alone {
    use super::*;

    #[tokio::test]
    async fn sqlite() {
        story(Engine::Sqlite).await;
    }

    #[tokio::test]
    async fn postgres() {
        story(Engine::Postgres).await;
    }

    /// The Good Manufacturing Practice for devices was made known on 2025-11-04 and came into force a year later.
    async fn story(engine: Engine) {
        let house = House::opened_at(engine, "2025-11-03T04:00:00Z").await;
        house.demo().await;
        let before = rows(&house).await;
        for (days, expected) in
            [(0, "CURRENT"), (1, "UPCOMING"), (361, "UPCOMING"), (1, "STALE"), (200, "STALE")]
        {
            house.clock.advance_days(days);
            let today = house.clock.today();
            assert_eq!(status(&house, "demo-aq-053").await, expected, "{today}");
            for searched in ["CURRENT", "UPCOMING", "STALE"] {
                let found = search(&house, searched).await.contains("demo-aq-053");
                assert_eq!(found, searched == expected, "{searched} on {today}");
            }
            // On the list of its station once it is known, if one looks far enough ahead.
            let staff = house.signed_in(Role::Staff, "SH-JD").await;
            let far = queue(&staff, 400).await.contains("demo-aq-053");
            assert_eq!(far, expected != "CURRENT", "{today}");
            let near = queue(&staff, 90).await.contains("demo-aq-053");
            let soon = today >= "2026-08-03".parse().unwrap();
            assert_eq!(near, soon, "{today}");
        }
        assert_eq!(rows(&house).await, before, "nothing was written");
        house.leave().await;
    }

    async fn rows(house: &House) -> Value {
        let all = "{ answeredQuestions(first: 100) { nodes { externalId version updatedAt } } }";
        house.member_of(EVERY_STATION).ask(all).await.data().clone()
    }

    async fn search(house: &House, status: &str) -> BTreeSet<String> {
        const NARROWED: &str = "query($status: Currency!) {
            search(query: \"\", first: 100, filter: { kinds: [ANSWERED_QUESTION], currency: [$status],
                    stations: [\"SH-JD\"] }) { nodes { ... on AnsweredQuestion { externalId } } } }";
        let viewer = house.member_of(EVERY_STATION);
        let reply = viewer.run(NARROWED, json!({ "status": status })).await;
        reply.texts("/search/nodes", "/externalId").into_iter().collect()
    }

    async fn queue(member: &crate::support::Member<'_>, within: i32) -> BTreeSet<String> {
        const QUEUE: &str = "query($within: Int) {
            reviewQueue(first: 100, filter: { upcomingWithinDays: $within }) {
                nodes { answeredQuestion { externalId } } } }";
        let reply = member.run(QUEUE, json!({ "within": within })).await;
        reply.texts("/reviewQueue/nodes", "/answeredQuestion/externalId").into_iter().collect()
    }
}

/// How many notes the log of changes has of a kind.
async fn notes(house: &House, kind: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM outbox WHERE kind = '{kind}'");
    let statement = Statement::from_string(house.db().engine(), sql);
    let row = house.db().read().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn what_the_calendar_changes_is_told_once_whoever_asks(house: &House) {
    house.places().await;
    let app = &house.service.app;
    transitions::tell(app).await.unwrap();
    rules(house, &[("old", "2020-01-01"), ("new", "2026-11-20")]).await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    super::done(&relate(&officer, relation("new", "REPLACES", "old", "2026-11-24")).await);
    let due =
        json!({ "externalId": "due", "question": "问", "answer": "答", "reviewBy": "2026-11-23" });
    house.answers([answer("flips", "old", &[], 3), answer("stays", "new", &[], 0), due]).await;
    let outputs = [("shown", "2026-11-24"), ("hidden", "2026-11-25")].map(|(id, day)| {
        json!({ "externalId": id, "organization": "fudan", "kind": "PROTOTYPE", "audience": "PUBLIC",
            "title": format!("示例样机 {id}"), "abstract": "样机", "embargoUntil": day }).to_string()
    });
    house.import(&ResearchOutputs::default(), "outputs.jsonl", outputs.join("\n")).await;
    house.settle().await;
    // The day before, nothing happens.
    house.clock.advance_days(1);
    assert_eq!(transitions::tell(app).await.unwrap(), 0);
    house.clock.advance_days(1);
    let (answers, outputs) =
        (notes(house, "ANSWERED_QUESTION").await, notes(house, "RESEARCH_OUTPUT").await);
    // Two processes notice at once that a day has begun.
    let (one, other) = tokio::join!(transitions::tell(app), transitions::tell(app));
    assert_eq!(one.unwrap() + other.unwrap(), 3);
    assert_eq!(transitions::tell(app).await.unwrap(), 0);
    assert_eq!(notes(house, "ANSWERED_QUESTION").await, answers + 2);
    assert_eq!(notes(house, "RESEARCH_OUTPUT").await, outputs + 1);
    assert_eq!(status(house, "flips").await, "STALE");
    assert_eq!(status(house, "due").await, "REVIEW_DUE");
}

async fn days_that_nobody_told_of_are_made_up_for(house: &House) {
    house.places().await;
    let app = &house.service.app;
    transitions::tell(app).await.unwrap();
    house
        .answers([("a", "2026-11-24"), ("b", "2026-11-28"), ("c", "2027-06-01")].map(|(id, day)| {
            json!({ "externalId": id, "question": id, "answer": "答", "reviewBy": day })
        }))
        .await;
    house.clock.advance_days(10);
    assert_eq!(transitions::tell(app).await.unwrap(), 2);
    // A clock that was put back has nothing new to tell.
    assert_eq!(transitions::tell(app).await.unwrap(), 0);
}
