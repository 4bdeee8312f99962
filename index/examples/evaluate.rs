//! How well the index finds, on judged sets:
//! `cargo run --release -p zhanjian-index --example evaluate -- FOLDER [FOLDER…] [--json] [--queries FILE] [--pairs FILE]
//! [--runs FOLDER]`.
//!
//! A FOLDER holds `corpus.jsonl` (`id`, `title`, `text`), `queries.jsonl` (`id`, `text`; `--queries` names another file)
//! and `qrels.tsv` (query, document, relevance). Each is indexed and asked exactly as the service does it. Where all
//! queries are letters and every title is its text, they are what somebody types, and the suggestions are judged.
//!
//! Prints, over all queries with a judgement: nDCG@10 (gain 2^relevance - 1, discount log2(rank + 1)), MRR@10, the
//! recall among 10 and among 100, the time of a search (p50 and p99, one at a time), and the bytes of the texts and of
//! the index. `--json` prints one object a line. The hits go to `RUNS/SET.run` (`target/evaluate` unless named), a line
//! each: query, document, rank, score.
//!
//! `--pairs` names answered questions of the network (JSON Lines, `question`, `answer`), which are indexed beside the set
//! as the service would have them, and counted in its bytes.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use serde_json::{Value, json};
use std::{
    collections::HashMap,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use zhanjian_index::{Document, Index, Key, Kind, Options, Page, SearchRequest};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// So many hits are asked for.
const HITS: usize = 100;

fn main() -> Result<()> {
    let asked = Asked::read()?;
    fs::create_dir_all(&asked.runs)?;
    if !asked.json {
        println!(
            "{:<18} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8} {:>10} {:>11}",
            "set", "nDCG@10", "MRR@10", "R@10", "R@100", "p50 ms", "p99 ms", "text", "index"
        );
    }
    let pairs = asked.pairs.as_deref().map(pairs).transpose()?.unwrap_or_default();
    for folder in &asked.folders {
        let set = Set::read(folder, &asked.queries)?;
        let answered = set.ask(&pairs)?;
        let mut name = set.name.clone();
        if asked.queries != QUERIES {
            let _ = write!(name, "-{}", asked.queries.trim_end_matches(".jsonl"));
        }
        fs::write(asked.runs.join(format!("{name}.run")), set.run(&answered))?;
        set.tell(&name, &answered, asked.json);
    }
    Ok(())
}

/// What the command line asks for.
struct Asked {
    folders: Vec<PathBuf>,
    queries: String,
    runs: PathBuf,
    json: bool,
    pairs: Option<PathBuf>,
}

const QUERIES: &str = "queries.jsonl";

impl Asked {
    fn read() -> Result<Self> {
        let mut asked = Self {
            folders: Vec::new(),
            queries: QUERIES.to_owned(),
            runs: PathBuf::from("target/evaluate"),
            json: false,
            pairs: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--json" => asked.json = true,
                "--queries" => asked.queries = value()?,
                "--pairs" => asked.pairs = Some(value()?.into()),
                "--runs" => asked.runs = value()?.into(),
                _ if word.starts_with("--") => {
                    return Err(
                        format!("{word} means nothing here; see the head of this file").into()
                    );
                }
                _ => asked.folders.push(word.into()),
            }
        }
        if asked.folders.is_empty() {
            return Err("give the folder of a judged set".into());
        }
        Ok(asked)
    }
}

/// A judged set.
struct Set {
    name: String,
    documents: Vec<Text>,
    queries: Vec<Text>,
    /// Of each query the documents that answer it.
    relevant: HashMap<String, HashMap<String, i32>>,
    /// The queries are typed names.
    typed: bool,
}

struct Text {
    id: String,
    title: String,
    text: String,
}

/// What came of the queries.
struct Answered {
    /// Of each query the hits, best first, as (place of the document, score).
    hits: Vec<Vec<(usize, f32)>>,
    times: Vec<Duration>,
    index_bytes: u64,
}

impl Set {
    fn read(folder: &Path, queries: &str) -> Result<Self> {
        let documents = texts(&folder.join("corpus.jsonl"))?;
        let queries = texts(&folder.join(queries))?;
        let mut relevant: HashMap<String, HashMap<String, i32>> = HashMap::new();
        for line in fs::read_to_string(folder.join("qrels.tsv"))?.lines() {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let [query, document, relevance] = columns[..] else { continue };
            let relevance: i32 = relevance.parse()?;
            if relevance > 0 {
                let of_query = relevant.entry(query.to_owned()).or_default();
                of_query.insert(document.to_owned(), relevance);
            }
        }
        let letters =
            |text: &Text| text.text.chars().all(|ch| ch.is_ascii_lowercase() || ch == ' ');
        let typed = queries.iter().all(letters) && documents.iter().all(|it| it.title == it.text);
        let name = folder.canonicalize()?;
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, documents, queries, relevant, typed })
    }

    fn ask(&self, pairs: &[Document]) -> Result<Answered> {
        let folder = tempfile::tempdir()?;
        let index = Index::open(folder.path(), Options::default())?;
        let mut rebuild = index.begin_rebuild()?;
        for (part, texts) in self.documents.chunks(1_000).enumerate() {
            let document = |(at, text): (usize, &Text)| Document {
                audience: vec!["public".to_owned()],
                title: text.title.clone(),
                body: if self.typed { String::new() } else { text.text.clone() },
                ..Document::new(Key {
                    kind: Kind::AnsweredQuestion,
                    id: (part * 1_000 + at) as u128,
                })
            };
            rebuild.add(texts.iter().enumerate().map(document).collect())?;
        }
        rebuild.add(pairs.to_vec())?;
        rebuild.finish(1)?;
        let mut answered =
            Answered { hits: Vec::new(), times: Vec::new(), index_bytes: index.state().bytes };
        // Once before the clock runs: dictionaries are loaded, files are in memory.
        for query in self.queries.iter().take(50) {
            self.hits(&index, query)?;
        }
        for query in &self.queries {
            let began = Instant::now();
            let hits = self.hits(&index, query)?;
            answered.times.push(began.elapsed());
            answered.hits.push(hits);
        }
        answered.times.sort_unstable();
        Ok(answered)
    }

    fn hits(&self, index: &Index, query: &Text) -> Result<Vec<(usize, f32)>> {
        let tokens = vec!["public".to_owned()];
        let text = query.text.clone();
        if self.typed {
            let names = index.suggest(&tokens, 0, &text, &[], 10)?;
            return names.iter().map(|name| Ok((usize::try_from(name.key.id)?, 1.0))).collect();
        }
        let page = Page::First { limit: HITS, after: None };
        let request = SearchRequest { tokens, text, page, ..SearchRequest::default() };
        let found = index.search(&request)?;
        found.hits.iter().map(|hit| Ok((usize::try_from(hit.key.id)?, hit.score))).collect()
    }

    fn run(&self, answered: &Answered) -> String {
        let mut lines = String::new();
        for (query, hits) in self.queries.iter().zip(&answered.hits) {
            for (rank, (at, score)) in (1..).zip(hits) {
                let document = &self.documents[*at].id;
                let _ = writeln!(lines, "{}\t{document}\t{rank}\t{score}", query.id);
            }
        }
        lines
    }

    fn tell(&self, name: &str, answered: &Answered, as_json: bool) {
        let [ndcg10, mrr10, recall10, recall100] = self.judge(answered);
        let time = |of_thousand: usize| {
            let at =
                (answered.times.len() * of_thousand / 1_000).min(answered.times.len().max(1) - 1);
            answered.times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        let (p50, p99) = (time(500), time(990));
        let text_bytes: usize =
            self.documents.iter().map(|it| it.title.len() + it.text.len()).sum();
        let index_bytes = answered.index_bytes;
        if as_json {
            let line = json!({
                "set": name, "ndcg10": ndcg10, "mrr10": mrr10, "recall10": recall10,
                "recall100": recall100, "p50_ms": p50, "p99_ms": p99,
                "text_bytes": text_bytes, "index_bytes": index_bytes,
            });
            println!("{line}");
            return;
        }
        println!(
            "{name:<18} {ndcg10:>7.4} {mrr10:>7.4} {recall10:>7.4} {recall100:>7.4} {p50:>8.2} {p99:>8.2} \
             {text_bytes:>10} {index_bytes:>11}"
        );
    }

    /// nDCG@10, MRR@10 and recall among 10 and 100, over all queries with a judgement.
    fn judge(&self, answered: &Answered) -> [f64; 4] {
        let mut sums = [0.0; 4];
        let mut judged = 0.0;
        for (query, hits) in self.queries.iter().zip(&answered.hits) {
            let Some(relevant) = self.relevant.get(&query.id) else { continue };
            judged += 1.0;
            let of = |at: usize| relevant.get(&self.documents[at].id).copied().unwrap_or_default();
            let found: Vec<i32> = hits.iter().map(|(at, _)| of(*at)).collect();
            let mut best: Vec<i32> = relevant.values().copied().collect();
            best.sort_unstable_by(|a, b| b.cmp(a));
            let first = found.iter().take(10).position(|relevance| *relevance > 0);
            let share = |among: usize| {
                let found = found.iter().take(among).filter(|relevance| **relevance > 0).count();
                number(found) / number(relevant.len())
            };
            sums[0] += gain(&found) / gain(&best);
            sums[1] += first.map_or(0.0, |at| 1.0 / number(at + 1));
            sums[2] += share(10);
            sums[3] += share(100);
        }
        sums.map(|sum| sum / f64::max(judged, 1.0))
    }
}

/// The discounted gain of the first ten.
fn gain(relevance: &[i32]) -> f64 {
    let of = |(at, relevance): (usize, &i32)| (2f64.powi(*relevance) - 1.0) / number(at + 2).log2();
    relevance.iter().take(10).enumerate().map(of).sum()
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Answered questions of the network, which nobody who asks here may see: what they have in common with the set is only
/// how rare words are.
fn pairs(file: &Path) -> Result<Vec<Document>> {
    let rows = fs::read_to_string(file)?;
    let pair = |(at, line): (u128, &str)| {
        let row: Value = serde_json::from_str(line)?;
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        Ok(Document {
            audience: vec!["network".to_owned()],
            title: text("question"),
            body: text("answer"),
            ..Document::new(Key { kind: Kind::AnsweredQuestion, id: u128::MAX - at })
        })
    };
    (0..).zip(rows.lines()).map(pair).collect()
}

fn texts(path: &Path) -> Result<Vec<Text>> {
    let lines = fs::read_to_string(path)?;
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    lines
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let row: Value = serde_json::from_str(line)?;
            Ok(Text { id: text(&row, "id"), title: text(&row, "title"), text: text(&row, "text") })
        })
        .collect()
}
