//! What stations are good at, counted over everything, and whom to ask about a text, beside a plain search of the same
//! words.

use serde_json::json;

use super::{
    Asked, Result, client,
    measure::{Goal, Table, Times},
    program::Served,
};

const MAP: &str = "{ networkStrengths { cells { station { code } area { code } value evidence { answers current stale } } } }";

const PROFILE: &str = "{ station(code: \"SH-PD\") { strengths { total { answers } areas { area { code } score evidence { answers sound uses } comparison { rank share } answers(first: 3) { number } } } } }";

const WHOM: &str = "query($text: String!) { matchStations(text: $text) { matches { score station { code name } components { component value } evidence { score answeredQuestion { number } } reason { zh } } } }";

const SEARCH: &str = "query($text: String!) { search(query: $text, first: 20) { totalCount edges { score node { ... on AnsweredQuestion { number question station { code name } } } } } }";

const TEXTS: [&str; 4] = [
    "植入材料的生物学评价可以引用同类产品的数据吗？",
    "注册人委托生产，现场检查由谁负责？",
    "体外诊断试剂临床试验的样本量怎么定？",
    "进口医疗器械转国内生产要补充哪些资料？",
];

pub(super) fn measure(table: &mut Table, served: &Served, asked: &Asked) -> Result<()> {
    println!("strengths");
    let mut client = served.client()?;
    let rounds = if asked.quick { 5 } else { 25 };
    for (name, query) in
        [("map of the network, p50 ms", MAP), ("profile of a station, p50 ms", PROFILE)]
    {
        let request = client::request(query, &json!({}));
        client.json(query, &json!({}))?;
        let mut ours = Times::default();
        for _ in 0..rounds {
            ours.of(|| client.ask(&request).map(<[u8]>::len))?;
        }
        table.add(name, ours.median(), None, Goal::Below(100.0));
    }
    let (mut whom, mut search) = (Times::default(), Times::default());
    for round in 0..rounds {
        for text in TEXTS {
            let variables = json!({ "text": text });
            if round == 0 {
                client.json(WHOM, &variables)?;
            }
            let (ask, find) =
                (client::request(WHOM, &variables), client::request(SEARCH, &variables));
            whom.of(|| client.ask(&ask).map(<[u8]>::len))?;
            search.of(|| client.ask(&find).map(<[u8]>::len))?;
        }
    }
    let goal = Goal::RatioAtMost(3.0);
    table.add("whom to ask, p50 ms, beside a search", whom.median(), Some(search.median()), goal);
    Ok(())
}
