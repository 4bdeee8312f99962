//! A page of search results beside the GraphQL request that it makes, both over HTTP, in turns.

use serde_json::json;

use super::{
    Asked, Result, client,
    generate::Stuff,
    measure::{Goal, Table, Times},
    program::Served,
};

/// The document of the page, with its fragments.
const DOCUMENT: &str = concat!(
    include_str!("../../src/console/search/search.graphql"),
    include_str!("../../src/console/parts/viewer.graphql"),
    include_str!("../../src/console/parts/hit.graphql"),
    include_str!("../../src/console/parts/assessment.graphql"),
    include_str!("../../src/console/parts/page.graphql"),
);

pub(super) fn measure(table: &mut Table, served: &Served, asked: &Asked) -> Result<()> {
    println!("pages");
    let texts = Stuff::read()?.queries(asked.seed, if asked.quick { 60 } else { 200 });
    let both = texts.iter().map(|text| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish();
        let variables = json!({ "query": text, "filter": {}, "first": 20 });
        (format!("/?{query}"), client::request(DOCUMENT, &variables))
    });
    let both: Vec<(String, String)> = both.collect();
    let (mut pages, mut requests) = (Times::default(), Times::default());
    let mut client = served.client()?;
    for round in 0..if asked.quick { 3 } else { 6 } {
        for (page, request) in &both {
            if round == 0 {
                client.page(page)?;
                client.ask(request)?;
            } else {
                pages.of(|| client.page(page).map(<[u8]>::len))?;
                requests.of(|| client.ask(request).map(<[u8]>::len))?;
            }
        }
    }
    let goal = || Goal::RatioAtMost(1.5);
    let what = "a page of search results, beside its GraphQL request";
    table.add(&format!("{what}, p50 ms"), pages.median(), Some(requests.median()), goal());
    table.add(&format!("{what}, mean ms"), pages.mean(), Some(requests.mean()), goal());
    table.add(&format!("{what}, p99 ms"), pages.p99(), Some(requests.p99()), Goal::Shown);
    Ok(())
}
