//! Who listens at one node hears of what was done at another, at once: it is told, and need not look.

use std::time::{Duration, Instant};

use async_graphql::{ScalarType as _, Value};
use zhanjian::{outbox, scalars::RevisionScalar, stations::Stations, vault::Vault};

use super::pair::{Node, STATIONS, import, write};
use crate::{
    gate::support::line::Line,
    support::{
        Engine,
        process::{PATIENCE, tell},
    },
};

/// What the contract says.
const SOON: Duration = Duration::from_secs(2);
const ROUNDS: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_done_at_one_node_is_told_at_the_other_and_a_listener_may_change_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let place = Engine::Postgres.fresh(folder.path()).await;
    let keys = Vault::new_master_key();
    let first = Node::start(&place.settings, &keys).await;
    let second = Node::start(&place.settings, &keys).await;
    import(&first.database, &Stations, "stations.csv", STATIONS.to_owned()).await;
    // The second node listens once it has its connection for that; until then nothing wakes it.
    for attempt in 0.. {
        write(&first.database, &format!("SL-0-{attempt}")).await;
        if second.finds(&format!("SL-0-{attempt}"), Duration::from_secs(1)).await.is_some() {
            break;
        }
        assert!(attempt < 20, "the second node is never woken");
    }

    let head = outbox::head(first.database.read()).await.unwrap();
    let mut since = RevisionScalar(head).to_value();
    let mut slowest = Duration::ZERO;
    for (series, node) in [&second, &first, &second].into_iter().enumerate() {
        // Whoever was at another node comes to this one, with the last revision that they saw there.
        write(&first.database, &format!("SL-missed-{series}")).await;
        let mut line = listen(node, &since).await;
        since = hear(&mut line, &format!("SL-missed-{series}")).await;
        for round in 0..ROUNDS {
            let number = format!("SL-{series}-{round}");
            write(&first.database, &number).await;
            let began = Instant::now();
            since = hear(&mut line, &number).await;
            slowest = slowest.max(began.elapsed());
        }
    }
    tell!("told at the other node: slowest {slowest:?} of {ROUNDS}");
    assert!(slowest < SOON, "{slowest:?}");
    first.end().await;
    second.end().await;
    place.remove().await;
}

async fn listen(node: &Node, since: &Value) -> Line {
    let mut line = Line::open(node.address, &[]).await.unwrap();
    line.init(serde_json::json!({})).await;
    let query = format!(
        "subscription {{ changed(kinds: [ANSWERED_QUESTION], since: {since}) {{
            revision node {{ ... on AnsweredQuestion {{ number }} }} }} }}"
    );
    line.subscribe("s", &query).await;
    line
}

/// Hears of the answer of a number, and of nothing before it. Gives the revision.
async fn hear(line: &mut Line, number: &str) -> Value {
    let event = tokio::time::timeout(PATIENCE, line.hear()).await.unwrap();
    let change = &event["payload"]["data"]["changed"];
    assert_eq!(change["node"]["number"], number, "{event}");
    Value::String(change["revision"].as_str().unwrap().to_owned())
}
