//! What it costs to be matched: partners for a need beside a plain search of the same text, and what the publishing of one
//! research output sets in motion where thousands of needs are open.
//!
//! The generated answers become as many research outputs (the question its title, the answer its abstract), in a data
//! folder of their own, so that the other parts find theirs as it was.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    Asked, Result,
    client::{Client, request},
    fresh,
    measure::{Goal, Table, Times},
    prepare::{self, Place},
    program::{self, Served},
};

/// Open needs, at most.
const NEEDS: usize = 10_000;
/// Outputs that are published, one after the other.
const PUBLISHED: usize = 7;
/// Needs that are matched, in turns with searches.
const QUESTIONS: usize = 60;
/// Needs that are opened with one sign-in, which is good for some minutes.
const OPENED_SIGNED_IN: usize = 100;
/// The same for looking whether there are pairs.
const LOOKED_SIGNED_IN: usize = 3_000;
/// How long new pairs may take to be proposed.
const PATIENCE: Duration = Duration::from_mins(30);
const STAFF: &str = "bench-matching";
const PASSWORD: &str = "only for measuring, then gone";

const SIGN_IN: &str = "mutation($login: String!, $password: String!) { signIn(input: { login: $login, password: $password }) { session { accessToken } userErrors { message } } }";
const MATCH: &str = "query($text: String!) { matchPartners(text: $text, first: 20, filter: { kind: TECHNOLOGY, minTrl: 5 }) { totalCount edges { score components { name weight value } terms { term weight value passages { field text } } reason { zh } node { ... on ResearchOutput { title } ... on Resource { name } ... on Organization { code } ... on Station { code } } } } }";
const SEARCH: &str = "query($text: String!) { search(query: $text, first: 20, filter: { kinds: [RESEARCH_OUTPUT, RESOURCE, ORGANIZATION, STATION] }) { totalCount edges { score highlights { field fragments { text } } node { ... on ResearchOutput { title } ... on Resource { name } ... on Organization { code } ... on Station { code } } } } }";
const RAISE: &str = "mutation($input: RaiseNeedInput!) { raiseNeed(input: $input) { need { id version } userErrors { message } } }";
const OPEN: &str = "mutation($input: OpenNeedInput!) { openNeed(input: $input) { need { id } userErrors { message } } }";
const PROPOSED: &str =
    "query($need: ID) { matches(filter: { need: $need }, first: 1) { totalCount } }";

pub(super) fn measure(table: &mut Table, place: &Place, asked: &Asked) -> Result<()> {
    println!("matching");
    let data = place.data.with_file_name("matching");
    let texts = prepare_outputs(place, &data)?;
    // On a copy: the next run must not find the needs that this one opens.
    let copy = data.with_file_name("matched");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    fresh::copy_folder(&data, &copy)?;
    let data = copy;
    let served = Served::start(&data)?;
    let mut client = sign_in(&served)?;
    let questions = if asked.quick { QUESTIONS / 4 } else { QUESTIONS };
    let texts: Vec<&String> = texts.iter().take(questions).collect();
    let (mut matches, mut searches) = (Times::default(), Times::default());
    for round in 0..4 {
        for text in &texts {
            let variables = json!({ "text": text });
            let (matching, search) = (request(MATCH, &variables), request(SEARCH, &variables));
            if round == 0 {
                client.ask(&matching)?;
                client.ask(&search)?;
            } else {
                matches.of(|| client.ask(&matching).map(<[u8]>::len))?;
                searches.of(|| client.ask(&search).map(<[u8]>::len))?;
            }
        }
    }
    let goal = Goal::RatioAtMost(3.0);
    let what = "partners for a text, beside a search of the same text";
    table.add(&format!("{what}, p50 ms"), matches.median(), Some(searches.median()), goal);
    table.add(&format!("{what}, mean ms"), matches.mean(), Some(searches.mean()), goal);
    table.add(&format!("{what}, p99 ms"), matches.p99(), Some(searches.p99()), Goal::Shown);
    publish_some(table, &data, &served, &texts, asked)?;
    served.end()?;
    let _ = fs::remove_dir_all(&data);
    Ok(())
}

/// A client of a station's staff; good for some minutes.
fn sign_in(served: &Served) -> Result<Client> {
    let who = json!({ "login": STAFF, "password": PASSWORD });
    let signed = served.client()?.json(SIGN_IN, &who)?;
    let token = signed["data"]["signIn"]["session"]["accessToken"].as_str();
    let token = token.ok_or_else(|| format!("nobody signed in: {signed}"))?;
    Ok(served.client()?.signed_in(token))
}

/// A data folder with as many outputs as there are rows; gives texts of needs.
fn prepare_outputs(place: &Place, data: &Path) -> Result<Vec<String>> {
    let done = data.with_extension("done");
    let texts: PathBuf = data.with_extension("texts.json");
    if !done.exists() {
        if data.exists() {
            fs::remove_dir_all(data)?;
        }
        fs::create_dir_all(data)?;
        prepare::runtime()?.block_on(prepare::load_samples(data))?;
        let file = data.join("outputs.jsonl");
        let mut outputs = BufWriter::new(File::create(&file)?);
        let mut some = Vec::new();
        for (number, line) in BufReader::new(File::open(&place.rows)?).lines().enumerate() {
            let row: Value = serde_json::from_str(&line?)?;
            if number % 97 == 0 && some.len() < 1_000 {
                some.push(row["question"].clone());
            }
            let output = json!({ "externalId": format!("bench-{number}"), "organization": "demo-univ",
                "title": row["question"], "abstract": row["answer"], "kind": "PROTOTYPE", "trl": number % 9 + 1,
                "areas": row["areas"], "cooperationModes": ["LICENSE"], "audience": "PUBLIC", "state": "PUBLISHED" });
            writeln!(outputs, "{output}")?;
        }
        outputs.flush()?;
        fs::write(&texts, serde_json::to_vec(&some)?)?;
        program::run(data, &["import", "research-outputs", &file.to_string_lossy()])?;
        program::run(data, &["index", "rebuild"])?;
        let password = data.join("password");
        fs::write(&password, PASSWORD)?;
        let who = ["account", "add", "--login", STAFF, "--name", "示例联系人", "--role", "STAFF"];
        let more = ["--station", "SH-PD", "--undertaking-signed-on", "2026-01-01"];
        let secret = ["--password-file", &password.to_string_lossy()].map(str::to_owned);
        let secret: Vec<&str> = secret.iter().map(String::as_str).collect();
        program::run(data, &[&who[..], &more, &secret].concat())?;
        fs::write(&done, "")?;
    }
    Ok(serde_json::from_slice(&fs::read(texts)?)?)
}

/// Opens needs, publishes outputs, and waits for what each sets in motion; then the same with ten times as many needs.
fn publish_some(
    table: &mut Table,
    data: &Path,
    served: &Served,
    texts: &[&String],
    asked: &Asked,
) -> Result<()> {
    let most = NEEDS.min(asked.rows / 2).min(if asked.quick { 400 } else { NEEDS });
    let few = most / 10;
    let mut seconds = Vec::new();
    for (from, to) in [(0, few), (few, most)] {
        open_needs(served, texts, from..to)?;
        let mut client = sign_in(served)?;
        let mut times = Times::default();
        for round in 0..PUBLISHED {
            times.push(publish_one(
                data,
                &mut client,
                &format!("{to}-{round}"),
                texts[round % texts.len()],
            )?);
        }
        seconds.push(times.median());
    }
    let what = format!(
        "an output published, until its pairs are proposed: {most} needs open, beside {few}, p50 ms"
    );
    table.add(&what, seconds[1], Some(seconds[0]), Goal::RatioAtMost(2.0));
    Ok(())
}

/// Opens needs, and waits until the matchmaker has been through them.
fn open_needs(served: &Served, texts: &[&String], numbers: Range<usize>) -> Result<()> {
    let mut last = Value::Null;
    let mut client = sign_in(served)?;
    for number in numbers {
        if number % OPENED_SIGNED_IN == 0 {
            client = sign_in(served)?;
        }
        let text = texts[number % texts.len()];
        let content = json!({ "kind": "TECHNOLOGY", "areas": ["FLD-3-02"], "minTrl": 5, "wantedModes": ["LICENSE"],
            "text": format!("寻找技术：{text}（第{number}项）") });
        let input = json!({ "input": { "content": content, "audience": "NETWORK" } });
        let raised = client.json(RAISE, &input)?;
        let need = &raised["data"]["raiseNeed"]["need"];
        let input = json!({ "input": { "id": need["id"], "version": need["version"] } });
        let opened = client.json(OPEN, &input)?;
        last = opened["data"]["openNeed"]["need"]["id"].clone();
        if last.is_null() {
            return Err(format!("a need was not opened: {raised} {opened}").into());
        }
    }
    proposed(served, &last)
}

/// Publishes one output and gives how long it takes until it is proposed to somebody.
fn publish_one(data: &Path, client: &mut Client, name: &str, text: &str) -> Result<Duration> {
    let file = data.join("one.jsonl");
    let id = format!("bench-new-{}-{name}", std::process::id());
    // Under a title of its own: one that is there already would be no new output, but a double that is left out.
    let title = format!("{text}（{id}）");
    let output = json!({ "externalId": id, "organization": "demo-univ", "title": title, "abstract": text,
        "kind": "PROTOTYPE", "trl": 6, "areas": ["FLD-3-02"], "cooperationModes": ["LICENSE"], "audience": "PUBLIC",
        "state": "PUBLISHED" });
    fs::write(&file, output.to_string())?;
    program::run(data, &["import", "research-outputs", &file.to_string_lossy()])?;
    let began = Instant::now();
    let newest =
        "{ matches(first: 1) { nodes { target { ... on ResearchOutput { externalId } } } } }";
    loop {
        let found = client.json(newest, &json!({}))?;
        if found["data"]["matches"]["nodes"][0]["target"]["externalId"] == id.as_str() {
            break;
        }
        wait(began)?;
    }
    Ok(began.elapsed())
}

/// Waits until there are pairs of a need.
fn proposed(served: &Served, need: &Value) -> Result<()> {
    let began = Instant::now();
    let mut client = sign_in(served)?;
    for looked in 1.. {
        if looked % LOOKED_SIGNED_IN == 0 {
            client = sign_in(served)?;
        }
        let reply = client.json(PROPOSED, &json!({ "need": need }))?;
        match reply["data"]["matches"]["totalCount"].as_u64() {
            None => return Err(format!("no count: {reply}").into()),
            Some(0) => wait(began)?,
            Some(_) => break,
        }
    }
    Ok(())
}

fn wait(began: Instant) -> Result<()> {
    if began.elapsed() > PATIENCE {
        return Err("no pairs were proposed".into());
    }
    std::thread::sleep(Duration::from_millis(10));
    Ok(())
}
