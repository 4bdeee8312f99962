//! Finds official determinations by their product's name, over HTTP, and prints how often that works.
//!
//! `scripts/real-input FILE` runs it. FILE is JSON Lines with `externalId`, `question`, `answer` and `productName`. It is
//! imported twice (the second time must add nothing), and then the running service is asked three things: each name in
//! Simplified and in Traditional characters, and each product's description with its clauses in another order and the
//! name left out. Any answer about a product of the same name counts.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::{
    collections::{HashMap, HashSet},
    error::Error,
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const QUERY: &str = "query($text: String!) { search(query: $text, first: 10) { totalCount nodes { ... on AnsweredQuestion { externalId } } } }";

/// How long the service may take until it can be asked.
const PATIENCE: Duration = Duration::from_mins(2);

struct Row {
    external_id: String,
    name: String,
    answer: String,
}

fn main() -> Result<()> {
    let file = std::env::args().nth(1).ok_or("give a file of determinations")?;
    let file = fs::canonicalize(file)?;
    let rows = read(&fs::read_to_string(&file)?)?;
    let folder = tempfile::tempdir()?;
    prepare(folder.path(), &file)?;
    let service = Service::start(folder.path())?;
    let whole = service.wait_for(&rows)?;
    println!("{} rows; the last one was found {:.1} s after the start", rows.len(), whole);

    let named: HashMap<&str, HashSet<&str>> = rows.iter().fold(HashMap::new(), |mut named, row| {
        named.entry(row.name.as_str()).or_default().insert(row.external_id.as_str());
        named
    });
    let traditional = traditional();
    let report = |what: &str, wanted: &str, question: &dyn Fn(&Row) -> Option<String>| {
        let tally = Tally::of(&service, &rows, &named, question)?;
        println!("{what:<42} {tally}   {wanted}");
        Result::Ok(())
    };
    let goal = "goal: first 95 %, among ten 99 %";
    report("name, Simplified", goal, &|row| Some(row.name.clone()))?;
    report("name, Traditional", goal, &|row| {
        Some(row.name.chars().map(|ch| *traditional.get(&ch).unwrap_or(&ch)).collect())
    })?;
    report("description in another order, without name", "goal: among ten in most", &other_order)?;
    Ok(())
}

fn read(lines: &str) -> Result<Vec<Row>> {
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line)?;
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        Ok(Row {
            external_id: text("externalId"),
            name: text("productName"),
            answer: text("answer"),
        })
    };
    lines.lines().filter(|line| !line.trim().is_empty()).map(row).collect()
}

/// The program, which was built into the folder above this example's.
fn program(data: &Path) -> Result<Command> {
    let examples = std::env::current_exe()?;
    let program = examples.ancestors().nth(2).map(|built| built.join("zhanjian"));
    let program = program.filter(|program| program.exists());
    let mut command = Command::new(program.ok_or("build the program first: scripts/real-input")?);
    command.arg("--data-dir").arg(data).current_dir(data).stdin(Stdio::null());
    Ok(command)
}

/// A fresh data folder with stations and areas, and the file, twice.
fn prepare(data: &Path, file: &Path) -> Result<()> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo");
    import(data, "expertise-areas", &samples.join("expertise-areas.csv"), &[])?;
    import(data, "stations", &samples.join("stations.csv"), &[])?;
    let of = ["--station", "SH-PD", "--audience", "PUBLIC"];
    println!("{}", import(data, "answered-questions", file, &of)?);
    let again = import(data, "answered-questions", file, &of)?;
    println!("{again}");
    if !again.contains("added 0, updated 0") {
        return Err("the second import was to change nothing".into());
    }
    Ok(())
}

/// What the import says at its end.
fn import(data: &Path, kind: &str, file: &Path, options: &[&str]) -> Result<String> {
    let done = program(data)?.args(["import", kind]).arg(file).args(options).output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into());
    }
    let said = String::from_utf8_lossy(&done.stdout);
    Ok(said.lines().last().unwrap_or_default().to_owned())
}

struct Service {
    child: Child,
    url: String,
    agent: ureq::Agent,
    log: PathBuf,
}

impl Service {
    fn start(data: &Path) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let log = data.join("serve.log");
        let mut command = program(data)?;
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
        command.stdout(Stdio::null()).stderr(fs::File::create(&log)?);
        let child = command.spawn()?;
        let url = format!("http://127.0.0.1:{port}");
        Ok(Self { child, url, agent: ureq::Agent::new_with_defaults(), log })
    }

    /// Waits until the service is ready and the last row is found; tells how many seconds that took.
    fn wait_for(&self, rows: &[Row]) -> Result<f64> {
        let began = Instant::now();
        let last = rows.last().ok_or("the file is empty")?;
        loop {
            let ready = self.agent.get(format!("{}/health/ready", self.url)).call().is_ok();
            if ready && self.ask(&last.external_id)?.contains(&last.external_id) {
                return Ok(began.elapsed().as_secs_f64());
            }
            if began.elapsed() > PATIENCE {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                return Err(format!("the service does not get ready: {log}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The external ids of the first ten hits.
    fn ask(&self, text: &str) -> Result<Vec<String>> {
        let request = json!({ "query": QUERY, "variables": { "text": text } }).to_string();
        let url = format!("{}/graphql", self.url);
        let mut answer =
            self.agent.post(url).header("content-type", "application/json").send(request)?;
        let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
        let nodes = answer["data"]["search"]["nodes"].as_array().ok_or(answer.to_string())?;
        let id = |node: &Value| node["externalId"].as_str().unwrap_or_default().to_owned();
        Ok(nodes.iter().map(id).collect())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The data folder goes with it: there is nothing to finish.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How often what was looked for was found.
#[derive(Default)]
struct Tally {
    asked: u32,
    first: u32,
    among_ten: u32,
    times: Vec<Duration>,
}

impl Tally {
    fn of(
        service: &Service,
        rows: &[Row],
        named: &HashMap<&str, HashSet<&str>>,
        question: &dyn Fn(&Row) -> Option<String>,
    ) -> Result<Self> {
        let mut tally = Self::default();
        for row in rows {
            let Some(text) = question(row) else { continue };
            let began = Instant::now();
            let hits = service.ask(&text)?;
            tally.times.push(began.elapsed());
            let same = |hit: &String| {
                named.get(row.name.as_str()).is_some_and(|ids| ids.contains(hit.as_str()))
            };
            let place = hits.iter().position(same);
            tally.asked += 1;
            tally.first += u32::from(place == Some(0));
            tally.among_ten += u32::from(place.is_some());
        }
        tally.times.sort_unstable();
        Ok(tally)
    }

    /// The time within which so many of a hundred were answered, in milliseconds.
    fn millis_at(&self, of_hundred: usize) -> f64 {
        let time = self.times.get(self.times.len() * of_hundred / 100);
        time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |count: u32| 100.0 * f64::from(count) / f64::from(self.asked.max(1));
        write!(
            out,
            "{:>5} asked: first {:6.2} %, among ten {:6.2} %; p50 {:.1} ms, p99 {:.1} ms",
            self.asked,
            share(self.first),
            share(self.among_ten),
            self.millis_at(50),
            self.millis_at(99),
        )
    }
}

/// The clauses of a description from the last to the first, without the product's name.
fn other_order(row: &Row) -> Option<String> {
    let (_, description) = row.answer.split_once("产品描述：")?;
    let clauses =
        description.split(['，', '。', '、', '；']).filter(|part| !part.trim().is_empty());
    let mut clauses: Vec<&str> = clauses.collect();
    if clauses.len() < 3 {
        return None;
    }
    clauses.reverse();
    clauses.truncate(8);
    Some(clauses.join(" ").replace(&row.name, ""))
}

/// Simplified to Traditional, by the table that the index folds by: where several fold to one, the first.
fn traditional() -> HashMap<char, char> {
    let table = include_str!("../index/dictionaries/traditional.txt");
    let mut map = HashMap::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t').filter_map(|field| field.chars().next());
        if let (Some(traditional), Some(simplified)) = (fields.next(), fields.next()) {
            map.entry(simplified).or_insert(traditional);
        }
    }
    map
}
