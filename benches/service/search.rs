//! A search over GraphQL over HTTP beside the same words asked of the bare engine.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use serde_json::json;
use zhanjian_index::baseline::Bare;

use super::{
    Asked, Result, client,
    generate::Stuff,
    measure::{Goal, Table, Times, cores, number},
    prepare::Place,
    program::Served,
};

/// Twenty hits with station and highlights.
const QUERY: &str = "query($text: String!) { search(query: $text, first: 20) { totalCount edges { score highlights { field fragments { text matched } } node { ... on AnsweredQuestion { id question station { code name } } } } } }";

/// How many a page of hits has.
const HITS: usize = 20;

/// Clients at full load.
const CLIENTS: usize = 16;

/// The requests that searches for these texts are.
pub(super) fn requests(seed: u64, count: usize) -> Result<Vec<(String, String)>> {
    let texts = Stuff::read()?.queries(seed, count);
    let with = |text: String| (client::request(QUERY, &json!({ "text": text })), text);
    Ok(texts.into_iter().map(with).map(|(request, text)| (text, request)).collect())
}

pub(super) fn measure(
    table: &mut Table,
    place: &Place,
    served: &Served,
    asked: &Asked,
) -> Result<()> {
    println!("search");
    let bare = place.bare()?;
    let requests = requests(asked.seed, if asked.quick { 100 } else { 400 })?;
    one_client(table, &bare, served, &requests, if asked.quick { 2 } else { 5 })?;
    let window = Duration::from_secs(if asked.quick { 3 } else { 8 });
    full_load(table, &bare, served, &requests, window)?;
    table.add(
        "anonymous memory after full load, MB",
        served.anonymous_memory()?,
        None,
        Goal::Shown,
    );
    Ok(())
}

/// The bare engine can go for the best hits alone, passing over what cannot come among them, or read all hits, which also
/// counts them. Which is faster differs from query to query; ours is held against the faster one on the whole.
#[derive(Clone, Copy)]
enum Way {
    BestAlone,
    AllOfAudience,
}

impl Way {
    fn search(self, bare: &Bare, text: &str) -> Result<()> {
        match self {
            Self::BestAlone => drop(bare.search(text, HITS)?),
            Self::AllOfAudience => drop(bare.search_and_count("public", text, HITS)?),
        }
        Ok(())
    }
}

fn one_client(
    table: &mut Table,
    bare: &Bare,
    served: &Served,
    requests: &[(String, String)],
    rounds: usize,
) -> Result<()> {
    let mut client = served.client()?;
    for (text, request) in requests.iter().take(100) {
        client.ask(request)?;
        bare.search(text, HITS)?;
    }
    let (mut ours, mut best, mut all) = (Times::default(), Times::default(), Times::default());
    let mut slowest = (Duration::ZERO, "");
    for _ in 0..rounds {
        for (text, request) in requests {
            let began = Instant::now();
            ours.of(|| client.ask(request).map(<[u8]>::len))?;
            slowest = slowest.max((began.elapsed(), text));
            best.of(|| Way::BestAlone.search(bare, text))?;
            all.of(|| Way::AllOfAudience.search(bare, text))?;
        }
    }
    println!("  the slowest: {} ms for {:?}", slowest.0.as_millis(), slowest.1);
    let goal = Goal::RatioAtMost(2.0);
    let faster = |of: &dyn Fn(&Times) -> f64| Some(of(&best).min(of(&all)));
    table.add("search, one client, p50 ms", ours.median(), faster(&Times::median), goal);
    table.add("search, one client, mean ms", ours.mean(), faster(&Times::mean), goal);
    table.add("search, one client, p99 ms", ours.p99(), faster(&Times::p99), goal);
    let one = [("best alone", &best), ("all of an audience", &all)];
    for (way, theirs) in one {
        let what = format!("… beside the engine going for {way}, p50 ms");
        table.add(&what, ours.median(), Some(theirs.median()), Goal::Shown);
        let what = format!("… beside the engine going for {way}, mean ms");
        table.add(&what, ours.mean(), Some(theirs.mean()), Goal::Shown);
    }
    Ok(())
}

fn full_load(
    table: &mut Table,
    bare: &Bare,
    served: &Served,
    requests: &[(String, String)],
    window: Duration,
) -> Result<()> {
    let (mut ours, mut best, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        ours.push(throughput(CLIENTS, window, |end, done| {
            let mut client = served.client()?;
            while !end.load(Ordering::Relaxed) {
                let (_, request) = &requests[done.fetch_add(1, Ordering::Relaxed) % requests.len()];
                client.ask(request)?;
            }
            Ok(())
        })?);
        for (way, rates) in [(Way::BestAlone, &mut best), (Way::AllOfAudience, &mut all)] {
            rates.push(throughput(cores(), window, |end, done| {
                while !end.load(Ordering::Relaxed) {
                    let at = done.fetch_add(1, Ordering::Relaxed) % requests.len();
                    way.search(bare, &requests[at].0)?;
                }
                Ok(())
            })?);
        }
    }
    let (ours, best, all) = (middle(ours), middle(best), middle(all));
    let what = "search, 16 clients, answers a second";
    table.add(what, ours, Some(best.max(all)), Goal::RatioAtLeast(0.6));
    let what = "… beside the engine going for best alone, a second";
    table.add(what, ours, Some(best), Goal::Shown);
    Ok(())
}

/// How much several workers get done a second.
fn throughput(
    workers: usize,
    window: Duration,
    work: impl Fn(&AtomicBool, &AtomicUsize) -> Result<()> + Sync,
) -> Result<f64> {
    let (end, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let began = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(|| work(&end, &done))).collect();
        std::thread::sleep(window);
        end.store(true, Ordering::Relaxed);
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err("a worker of the benchmark panicked".into()))
        })
    })?;
    Ok(number(done.into_inner()) / began.elapsed().as_secs_f64())
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
