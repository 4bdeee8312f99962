//! Several nodes on one PostgreSQL: every change reaches every index, whoever wrote it, and however slow they were.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::support::{
    Engine,
    process::{PATIENCE, run, tell, wait_for},
    site::{Client, Running, SERVE, Site},
};

mod following;
mod order;
mod pair;

#[test]
fn two_nodes_that_start_at_once_on_an_empty_database_both_come_up() {
    for _ in 0..3 {
        let site = Site::new(Engine::Postgres);
        let nodes: Vec<Running> = ["a", "b", "c"]
            .map(|node| Running::of(site.command_in(&site.folder.path().join(node), SERVE)))
            .into();
        for node in nodes {
            node.listening().ready().terminate().expect_status(0);
        }
    }
}

#[test]
fn a_node_without_the_keys_of_the_others_says_so_and_does_not_start() {
    let site = Site::new(Engine::Postgres);
    let first = site.serve().ready();
    let mut stranger = site.command_in(&site.folder.path().join("stranger"), SERVE);
    stranger.env("ZHANJIAN_KEYS_FILE", site.folder.path().join("other.keys"));
    let ended = run(stranger);
    assert_ne!(ended.status, Some(0));
    assert!(ended.err.contains("other.keys"), "{}", ended.err);
    first.terminate().expect_status(0);
}

#[test]
fn one_node_is_killed_and_the_other_does_not_notice() {
    let site = Site::with_stations(Engine::Postgres);
    let other = site.folder.path().join("other");
    let killed = site.serve().ready();
    let left = Running::of(site.command_in(&other, SERVE)).listening().ready();
    site.import_answers((0..50).map(|row| format!("SL-1-{row}")));
    killed.finds("SL-1-49");
    left.finds("SL-1-49");

    let busy = Arc::new(AtomicBool::new(true));
    let client = std::thread::spawn({
        let (busy, asked) = (Arc::clone(&busy), left.address.clone());
        move || ask_all_the_time(&asked, &busy)
    });
    std::thread::sleep(Duration::from_millis(300));
    assert!(killed.kill());
    site.import_answers((0..50).map(|row| format!("SL-2-{row}")));
    let took = left.finds("SL-2-49");
    std::thread::sleep(Duration::from_millis(300));
    busy.store(false, Ordering::Relaxed);
    let (asked, slowest) = client.join().unwrap();
    tell!(
        "{asked} searches, the slowest in {slowest:?}; what was written was found after {took:?}"
    );
    assert!(asked > 20, "only {asked} searches");
    assert!(slowest < Duration::from_secs(2), "a search took {slowest:?}");

    let back = site.serve().ready();
    assert!(
        back.found("SL-2-49").is_some(),
        "ready means: caught up with what was there at the start"
    );
    site.expect_verified();
    site.expect_verified_in(&other);
    for node in [back, left] {
        node.terminate().expect_status(0);
    }
}

/// Searches one after the other, each of which must be answered. How many, and how long the slowest took.
fn ask_all_the_time(address: &str, busy: &AtomicBool) -> (usize, Duration) {
    let client = Client::of(address);
    let (mut asked, mut slowest) = (0, Duration::ZERO);
    while busy.load(Ordering::Relaxed) {
        let began = Instant::now();
        assert!(client.found("SL-1-7").is_some());
        slowest = slowest.max(began.elapsed());
        asked += 1;
    }
    (asked, slowest)
}

#[test]
fn a_node_that_was_killed_while_it_indexed_catches_up() {
    let site = Site::with_stations(Engine::Postgres);
    let node = site.serve().ready();
    site.import_answers((0..400).map(|row| format!("SL-1-{row}")));
    assert!(node.kill());
    site.import_answers((0..100).map(|row| format!("SL-2-{row}")));
    let node = site.serve();
    wait_for("the node is ready again", PATIENCE, || (node.health("ready").0 == 200).then_some(()));
    for number in ["SL-1-0", "SL-1-399", "SL-2-99"] {
        assert!(node.found(number).is_some(), "{number}");
    }
    site.expect_verified();
    node.terminate().expect_status(0);
}
