//! Listeners who come and go at random, while things change at random: whoever has followed has what is there, whoever may
//! not see something has never heard of it, and nothing comes twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;

use super::{
    CHANGED,
    listener::{Listener, served},
    present, write,
};
use crate::{
    gate::support::line::Served,
    support::{House, chance::seed, on_both_engines},
};

on_both_engines!(whoever_follows_has_in_the_end_what_is_there);

const AUDIENCES: [&str; 5] = ["PUBLIC", "PARTNERS", "NETWORK", "DISTRICT", "STATION"];
const VIEWERS: [&[&str]; 4] = [
    &[],
    &["partners"],
    &["partners", "network"],
    &["partners", "network", "district:PD", "station:SH-PD"],
];
const STEPS: usize = 120;

/// One who follows, and keeps what they were told.
struct Follower {
    tokens: &'static [&'static str],
    since: String,
    listener: Option<Listener>,
    kept: BTreeMap<String, String>,
    revisions: Vec<i64>,
}

impl Follower {
    async fn come(&mut self, served: &Served) {
        let changed =
            format!("changed(kinds: [ANSWERED_QUESTION], since: {:?}) {CHANGED}", self.since);
        self.listener = Some(Listener::holding(served, self.tokens, &changed).await);
    }

    fn take(&mut self, event: &Value) {
        let text = |field: &str| event[field].as_str().unwrap().to_owned();
        self.since = text("revision");
        self.revisions.push(number(&self.since));
        if event["type"] == "PUT" {
            let id = event["node"]["externalId"].as_str().unwrap().to_owned();
            self.kept.insert(text("nodeId"), id);
        } else {
            self.kept.remove(&text("nodeId"));
        }
    }

    /// Reads until nothing more comes for a while.
    async fn read(&mut self, patience: Duration) {
        while let Some(listener) = &mut self.listener
            && let Some(event) = listener.event_within(patience).await
        {
            self.take(&event);
        }
    }
}

/// The number behind a revision, which only a test may look at.
fn number(revision: &str) -> i64 {
    let value = async_graphql::Value::String(revision.to_owned());
    <zhanjian::scalars::RevisionScalar as async_graphql::ScalarType>::parse(value).ok().unwrap().0
}

async fn whoever_follows_has_in_the_end_what_is_there(house: &House) {
    house.places().await;
    let mut dice = StdRng::seed_from_u64(seed());
    let served = served(house).await;
    let since = present(house).await;
    let follower = |tokens| Follower {
        tokens,
        since: since.clone(),
        listener: None,
        kept: BTreeMap::new(),
        revisions: Vec::new(),
    };
    let mut followers: Vec<Follower> = VIEWERS.map(follower).into();
    // Who was ever allowed to see what, by the model.
    let mut ever: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for step in 0..STEPS {
        let id = format!("a{}", dice.random_range(0..8));
        let audience = dice.random_range(0..AUDIENCES.len());
        for viewer in 0..VIEWERS.len() {
            // DISTRICT and STATION are for the last viewer alone.
            if audience.min(3) <= viewer {
                ever.entry(viewer).or_default().insert(id.clone());
            }
        }
        write(house, &id, AUDIENCES[audience], &format!("第{step}步")).await;
        for follower in &mut followers {
            match dice.random_range(0..6) {
                0 => follower.listener = None,
                1 | 2 if follower.listener.is_none() => follower.come(&served).await,
                3 => follower.read(Duration::from_millis(5)).await,
                _ => {}
            }
        }
    }
    write(house, "last", "PUBLIC", "最后").await;
    for (place, follower) in followers.iter_mut().enumerate() {
        if follower.listener.is_none() {
            follower.come(&served).await;
        }
        while !follower.kept.values().any(|id| id == "last") {
            let event = follower.listener.as_mut().unwrap().event().await;
            follower.take(&event);
        }
        let viewer = house.member_of(follower.tokens.iter().copied());
        let reply =
            viewer.ask("{ answeredQuestions(first: 100) { nodes { id externalId } } }").await;
        let nodes = reply.at("/answeredQuestions/nodes").as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let there: BTreeMap<String, String> =
            nodes.iter().map(|node| (text(&node["id"]), text(&node["externalId"]))).collect();
        assert_eq!(follower.kept, there, "viewer {place}");
        assert!(
            follower.revisions.is_sorted_by(|a, b| a < b),
            "viewer {place}: {:?}",
            follower.revisions
        );
        let known: BTreeSet<String> = there.values().filter(|id| *id != "last").cloned().collect();
        assert!(known.is_subset(ever.get(&place).unwrap_or(&BTreeSet::new())));
    }
}
