//! How soon a service with a warm index is ready, and how much memory of its own it takes to serve it.

use super::{
    Asked, Result,
    measure::{Goal, Table, Times, number},
    prepare::Place,
    program::Served,
    search,
};

/// Searches before the memory is looked at.
const SEARCHES: usize = 1_000;

pub(super) fn measure(table: &mut Table, place: &Place, asked: &Asked) -> Result<()> {
    println!("start");
    let mut ready = Times::default();
    let starts = if asked.quick { 3 } else { 7 };
    for _ in 0..starts {
        let served = Served::start(&place.data)?;
        ready.push(served.ready_after);
        served.end()?;
    }
    let what = format!("start until ready, worst of {}, ms", ready.len());
    table.add("start until ready, p50 ms", ready.median(), None, Goal::Shown);
    table.add(&what, ready.millis_at(1_000), None, Goal::Below(2_000.0));

    let served = Served::start(&place.data)?;
    table.add("anonymous memory when ready, MB", served.anonymous_memory()?, None, Goal::Shown);
    let mut client = served.client()?;
    for (_, request) in search::requests(asked.seed + 1, SEARCHES)? {
        client.ask(&request)?;
    }
    let what = format!("anonymous memory after {} searches, MB", number(SEARCHES));
    table.add(&what, served.anonymous_memory()?, None, Goal::Below(400.0));
    served.end()
}
