//! Several matchmakers at once, cut off at any moment: no pair is lost, none is told twice.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::json;
use zhanjian::matching::Matchmaker;

use super::{KEPT, heard, need, output, publish};
use crate::{
    consultations::work::Desk,
    following::present,
    support::{House, on_both_engines},
};

on_both_engines!(several_matchmakers_that_are_cut_off_lose_nothing_and_say_nothing_twice);

async fn several_matchmakers_that_are_cut_off_lose_nothing_and_say_nothing_twice(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let since = present(house).await;
    let need = need(&desk.staff, "PARTNERS").await;
    let names: Vec<String> = (0..12).map(|number| format!("M{number:02}")).collect();
    for (round, name) in names.iter().enumerate() {
        let makers: Vec<_> = (0..3)
            .map(|_| {
                let maker = Matchmaker::new(Arc::clone(&house.service.app));
                tokio::spawn(maker.run(Duration::from_millis(1)))
            })
            .collect();
        publish(house, &[output(name, json!({}))]).await;
        // Each is cut off at another moment.
        tokio::time::sleep(Duration::from_millis(7 * round as u64)).await;
        makers.iter().for_each(tokio::task::JoinHandle::abort);
    }
    let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    let kept = heard(&desk.staff, &need, &wanted).await;
    for node in kept.at("/matches/nodes").as_array().unwrap() {
        assert_eq!((&node["state"], &node["version"]), (&json!("PROPOSED"), &json!(1)), "{node}");
    }
    assert_eq!(
        kept.at("/matches/totalCount"),
        desk.staff.run(KEPT, json!({})).await.at("/matches/totalCount")
    );
    let query = "query($since: Revision) { changes(since: $since, kinds: [MATCH], first: 100) { changes { type nodeId } } }";
    let told = desk.staff.run(query, json!({ "since": since })).await;
    let mut times = BTreeMap::new();
    for id in told.texts("/changes/changes", "/nodeId") {
        *times.entry(id).or_insert(0) += 1;
    }
    assert!(times.len() >= wanted.len(), "{}", told.text);
    assert!(times.values().all(|times| *times == 1), "{}", told.text);
}
