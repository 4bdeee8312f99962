//! How well needs are matched, on the judged needs of `judged/matching`:
//! `cargo run --release -p zhanjian-index --example matching -- [--half tuning|held-back] [--list]
//! [--unjudged]`.
//!
//! Indexes the candidates and the sample data as the service does, and ranks them for every need in four ways: by text
//! alone (what [`Index::similar`] finds), by areas alone, by the weighted sum as the domain's page gives it to begin with,
//! and as it is shipped: candidates by text and by areas, each scored as a pair. Prints for each half nDCG@10 (gain
//! 2^grade - 1), MRR and precision@5 of what has grade 2 or 3, and how the shipped way fares against each other way need
//! by need (wins, losses, and the chance of such a difference by a paired randomisation of signs). `--list` prints what
//! stands first for every need of a half; `--unjudged` prints nothing but the pairs that some way ranks among the first
//! ten and nobody has graded, without saying which way.
//!
//! Who asks sees what the network sees, on 2026-11-22.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    error::Error,
    fs,
    path::Path,
};
use zhanjian_index::{
    Change, Document, Index, Key, Kind, Options, SimilarRequest,
    matching::{self, Component, Offered, OfferedKind, OfferedText, Place, Wanted, WantedKind},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// 2026-11-22, as days since 1970-01-01.
const TODAY: i32 = 20_779;
const TODAY_TEXT: &str = "2026-11-22";
/// The weights that the domain's page gives to begin with: text, areas, device category, maturity, cooperation mode and
/// nearness; there is no track record yet.
const DOMAIN: [f64; 6] = [0.25, 0.35, 0.10, 0.10, 0.10, 0.05];
const WAYS: [&str; 4] = ["text alone", "areas alone", "weights of the domain", "as shipped"];

fn main() -> Result<()> {
    let (mut half, mut list, mut unjudged) = (None, false, false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--half" => half = Some(words.next().ok_or("--half needs a value")?),
            "--list" => list = true,
            "--unjudged" => unjudged = true,
            _ => return Err(format!("{word} means nothing here; see the head of this file").into()),
        }
    }
    let set = Set::read()?;
    if unjudged {
        return set.tell_unjudged();
    }
    for name in ["tuning", "held-back"] {
        if half.as_ref().is_some_and(|half| half != name) {
            continue;
        }
        let needs: Vec<&Need> = set.needs.iter().filter(|need| need.half == name).collect();
        println!("\n{name}: {} needs", needs.len());
        set.tell(&needs, list)?;
    }
    Ok(())
}

/// A thing of the pool.
struct Thing {
    id: String,
    key: Key,
    kind: OfferedKind,
    texts: Vec<(&'static str, bool, String)>,
    areas: Vec<Vec<String>>,
    trl: Option<i32>,
    modes: Vec<String>,
    place: Place,
    /// Whether who asks may see it and it is still offered. What is not, no way ranks and no figure expects.
    open: bool,
}

struct Need {
    id: String,
    half: String,
    wanted: Wanted,
    grades: HashMap<String, u32>,
}

struct Set {
    index: Index,
    _folder: tempfile::TempDir,
    things: Vec<Thing>,
    needs: Vec<Need>,
}

impl Set {
    fn read() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (judged, demo) = (here.join("judged/matching"), here.join("../src/demo"));
        let tree = tree(&demo.join("expertise-areas.csv"))?;
        let places = places(&demo.join("organizations.csv"))?;
        let folder = tempfile::tempdir()?;
        let index = Index::open(folder.path(), Options::default())?;
        let (mut things, mut changes) = (Vec::new(), Vec::new());
        let mut closed: HashSet<String> = HashSet::new();
        let files = [
            judged.join("candidates-a.jsonl"),
            judged.join("candidates-b.jsonl"),
            demo.join("research-outputs.jsonl"),
            demo.join("resources.jsonl"),
        ];
        for row in files.iter().map(|file| rows(file)).collect::<Result<Vec<_>>>()?.concat() {
            let thing = Thing::of(&row, things.len(), &tree, &places);
            if !thing.open {
                closed.insert(thing.id);
                continue;
            }
            changes.push(Change::Put(Box::new(document(&row, &thing))));
            things.push(thing);
        }
        index.apply(changes, 1)?;
        let mut needs = Vec::new();
        for part in ["a", "b"] {
            let mut grades: HashMap<String, HashMap<String, u32>> = HashMap::new();
            for table in ["judgements", "pooled"] {
                let file = judged.join(format!("{table}-{part}.tsv"));
                for line in fs::read_to_string(file)?.lines().skip(1) {
                    let columns: Vec<&str> = line.split('\t').collect();
                    let [need, candidate, grade, _] = columns[..] else { continue };
                    if closed.contains(candidate) {
                        continue;
                    }
                    let of_need = grades.entry(need.to_owned()).or_default();
                    of_need.insert(candidate.to_owned(), grade.parse()?);
                }
            }
            for row in rows(&judged.join(format!("needs-{part}.jsonl")))? {
                needs.push(Need::of(&row, &tree, &mut grades));
            }
        }
        Ok(Self { index, _folder: folder, things, needs })
    }

    fn tell(&self, needs: &[&Need], list: bool) -> Result<()> {
        let mut figures: Vec<Vec<[f64; 3]>> = vec![Vec::new(); WAYS.len()];
        for need in needs {
            let ranked = self.ranked(need)?;
            for (way, ranking) in ranked.iter().enumerate() {
                let grade = |at: &usize| need.grades.get(&self.things[*at].id).copied();
                let grades: Vec<u32> =
                    ranking.iter().map(|at| grade(at).unwrap_or_default()).collect();
                figures[way].push(need.figures(&grades));
            }
            if list {
                self.list(need, &ranked[WAYS.len() - 1]);
            }
        }
        self.tell_scores(needs);
        println!("{:<24} {:>8} {:>8} {:>12}", "", "nDCG@10", "MRR", "precision@5");
        for (way, figures) in figures.iter().enumerate() {
            let mean =
                |at: usize| figures.iter().map(|all| all[at]).sum::<f64>() / count(figures.len());
            println!("{:<24} {:>8.3} {:>8.3} {:>12.3}", WAYS[way], mean(0), mean(1), mean(2));
        }
        let shipped = figures.last().map(Vec::as_slice).unwrap_or_default();
        for (way, other) in figures.iter().enumerate().take(WAYS.len() - 1) {
            let differences: Vec<f64> =
                shipped.iter().zip(other).map(|(ours, theirs)| ours[0] - theirs[0]).collect();
            let better = differences.iter().filter(|by| **by > 1e-9).count();
            let worse = differences.iter().filter(|by| **by < -1e-9).count();
            println!(
                "shipped against {:<22} better {better:>2}, worse {worse:>2}, p = {:.4}",
                WAYS[way],
                chance(&differences)
            );
        }
        Ok(())
    }

    /// The pairs among the first ten of any way that have no grade.
    fn tell_unjudged(&self) -> Result<()> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for need in &self.needs {
            for at in self.ranked(need)?.iter().flat_map(|ranking| ranking.iter().take(10)) {
                let id = self.things[*at].id.as_str();
                if !need.grades.contains_key(id) {
                    pairs.push((&need.id, id));
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        for (need, candidate) in pairs {
            println!("{need}\t{candidate}");
        }
        Ok(())
    }

    /// How many of each grade lie above the score that a pair must have to be shown.
    fn tell_scores(&self, needs: &[&Need]) {
        let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for need in needs {
            let seeker = self.index.seeker(need.wanted.clone());
            for thing in &self.things {
                let Some(grade) = need.grades.get(&thing.id) else { continue };
                let shown = seeker.score(&thing.offered()).score >= matching::LEAST;
                let counts = counts.entry(*grade).or_default();
                counts.0 += usize::from(shown);
                counts.1 += 1;
            }
        }
        for (grade, (shown, all)) in counts.iter().rev() {
            println!(
                "grade {grade}: {shown} of {all} judged pairs score {} or more",
                matching::LEAST
            );
        }
    }

    fn list(&self, need: &Need, ranking: &[usize]) {
        println!("{} {}", need.id, need.wanted.text);
        for at in ranking.iter().take(5) {
            let thing = &self.things[*at];
            let score = self.index.seeker(need.wanted.clone()).score(&thing.offered());
            let words: Vec<String> = score
                .words
                .iter()
                .take(8)
                .map(|met| format!("{}×{:.2}", met.text, met.value))
                .collect();
            println!(
                "    {} {:.3} {} {} [{}]",
                need.grades.get(&thing.id).map_or("-".to_owned(), u32::to_string),
                score.score,
                thing.id,
                thing.texts[0].2,
                words.join(" ")
            );
        }
    }

    /// The pool in the order of each way.
    fn ranked(&self, need: &Need) -> Result<Vec<Vec<usize>>> {
        let request = SimilarRequest {
            tokens: ["public", "partners", "network"].map(str::to_owned).to_vec(),
            today: TODAY,
            as_of: TODAY,
            text: need.wanted.text.clone(),
            kinds: vec![Kind::ResearchOutput, Kind::Resource],
            limit: self.things.len(),
            ..SimilarRequest::default()
        };
        let hits = self.index.similar(&request)?;
        let place = |key: Key| self.things.iter().position(|thing| thing.key == key);
        let text: Vec<(usize, f64)> =
            hits.iter().filter_map(|hit| Some((place(hit.key)?, f64::from(hit.score)))).collect();
        let of_text: HashMap<usize, f64> = text.iter().copied().collect();
        let seeker = self.index.seeker(need.wanted.clone());
        let scores: Vec<matching::Score> =
            self.things.iter().map(|thing| seeker.score(&thing.offered())).collect();
        let value = |at: usize, component: Component| {
            scores[at].parts.iter().find(|part| part.component == component)?.value
        };
        let areas = |at: usize| value(at, Component::Areas).unwrap_or_default();
        let domain = |at: usize| {
            let (wanted, offered) = (&need.wanted.areas, &self.things[at].areas);
            let values = [
                Some(of_text.get(&at).copied().unwrap_or_default()),
                nearest(wanted, offered, |root| root != "CAT"),
                nearest(wanted, offered, |root| root == "CAT"),
                value(at, Component::Maturity),
                value(at, Component::CooperationMode),
                value(at, Component::Nearness),
            ];
            let known = values.into_iter().zip(DOMAIN);
            let known = known.filter_map(|(value, weight)| Some((value? * weight, weight)));
            let (sum, weights) = known.fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
            sum / weights
        };
        let by = |value: &dyn Fn(usize) -> f64| {
            let mut ranked: Vec<(usize, f64)> =
                (0..self.things.len()).map(|at| (at, value(at))).collect();
            ranked.sort_by(|a, b| {
                b.1.total_cmp(&a.1).then_with(|| self.things[a.0].id.cmp(&self.things[b.0].id))
            });
            ranked.into_iter().map(|(at, _)| at).collect()
        };
        Ok(vec![
            text.into_iter().map(|(at, _)| at).collect(),
            by(&areas),
            by(&domain),
            by(&|at| scores[at].score),
        ])
    }
}

impl Need {
    fn of(
        row: &Value,
        tree: &BTreeMap<String, Vec<String>>,
        grades: &mut HashMap<String, HashMap<String, u32>>,
    ) -> Self {
        let kind = match text(row, "kind").as_str() {
            "TECHNOLOGY" => Some(WantedKind::Technology),
            "CLINICAL" => Some(WantedKind::Clinical),
            "TESTING" => Some(WantedKind::Testing),
            "TRAINING" => Some(WantedKind::Training),
            "MANUFACTURING" => Some(WantedKind::Manufacturing),
            "EXPERTISE" => Some(WantedKind::Expertise),
            _ => None,
        };
        let district = row["district"].as_str().map(str::to_owned);
        Self {
            id: text(row, "id"),
            half: text(row, "half"),
            grades: grades.remove(&text(row, "id")).unwrap_or_default(),
            wanted: Wanted {
                text: text(row, "text"),
                kind,
                areas: paths(row, tree),
                least_trl: number_of(&row["minTrl"]),
                modes: list(row, "modes"),
                place: Place { district, region: None },
            },
        }
    }

    /// nDCG@10, the reciprocal rank of the first that fits, and how many of the first five fit; of the grades in their
    /// order.
    fn figures(&self, grades: &[u32]) -> [f64; 3] {
        let gain = |grades: &[u32]| -> f64 {
            let gains = (2..).zip(grades).take(10);
            gains.map(|(rank, grade)| f64::from((1 << grade) - 1) / f64::from(rank).log2()).sum()
        };
        let mut best: Vec<u32> = self.grades.values().copied().collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        let fits = |grade: &u32| *grade >= 2;
        let first = (1..).zip(grades).find(|(_, grade)| fits(grade));
        [
            gain(grades) / gain(&best).max(1e-9),
            first.map_or(0.0, |(rank, _)| 1.0 / f64::from(rank)),
            count(grades.iter().take(5).filter(|grade| fits(grade)).count()) / 5.0,
        ]
    }
}

impl Thing {
    fn of(
        row: &Value,
        number: usize,
        tree: &BTreeMap<String, Vec<String>>,
        places: &HashMap<String, Place>,
    ) -> Self {
        let resource = !row["name"].is_null();
        let kind = match text(row, "kind").as_str() {
            "CLINICAL" => OfferedKind::ClinicalResource,
            "TESTING" => OfferedKind::TestingResource,
            "TRAINING" => OfferedKind::TrainingResource,
            "MANUFACTURING" => OfferedKind::ManufacturingResource,
            "KNOW_HOW" => OfferedKind::KnowHow,
            "PROTOCOL" | "STANDARD" => OfferedKind::Method,
            "DATASET" => OfferedKind::Data,
            "JOURNAL_ARTICLE" | "PREPRINT" | "THESIS" => OfferedKind::Publication,
            "CLINICAL_TRIAL" => OfferedKind::Study,
            _ => OfferedKind::Technology,
        };
        let fields: &[(&'static str, bool)] = if resource {
            &[("name", true), ("description", false)]
        } else {
            &[("title", true), ("abstract", false), ("advantages", false), ("clinicalStage", false)]
        };
        let mut texts: Vec<(&'static str, bool, String)> = fields
            .iter()
            .map(|(field, head)| (*field, *head, text(row, field)))
            .filter(|(_, _, text)| !text.is_empty())
            .collect();
        if resource {
            texts.extend(
                list(row, "capabilities").into_iter().map(|text| ("capabilities", false, text)),
            );
        }
        let place = places.get(&text(row, "organization")).cloned().unwrap_or_default();
        let of_kind = if resource { Kind::Resource } else { Kind::ResearchOutput };
        Self {
            id: text(row, "externalId"),
            key: Key { kind: of_kind, id: number as u128 },
            kind,
            texts,
            areas: paths(row, tree),
            trl: number_of(&row["trl"]),
            modes: list(row, "cooperationModes"),
            place,
            open: ["PUBLIC", "PARTNERS", "NETWORK"].contains(&text(row, "audience").as_str())
                && row["embargoUntil"].as_str().is_none_or(|until| until <= TODAY_TEXT)
                && row["validUntil"].as_str().is_none_or(|until| until >= TODAY_TEXT),
        }
    }

    fn offered(&self) -> Offered<'_> {
        let texts = self.texts.iter();
        let texts = texts.map(|(field, head, text)| OfferedText { field, head: *head, text });
        Offered {
            kind: self.kind,
            texts: texts.collect(),
            areas: self.areas.clone(),
            trl: self.trl,
            modes: self.modes.clone(),
            place: self.place.clone(),
            track_record: None,
        }
    }
}

/// How near the areas that are asked for are to the nearest of those that are offered, as the domain's page has it: by
/// their depth in the tree, a parent or sibling less. None where a side names none of these facets.
fn nearest(
    wanted: &[Vec<String>],
    offered: &[Vec<String>],
    of_facet: impl Fn(&str) -> bool,
) -> Option<f64> {
    let of_facet = |path: &&Vec<String>| path.first().is_some_and(|root| of_facet(root));
    let wanted: Vec<_> = wanted.iter().filter(of_facet).collect();
    let offered: Vec<_> = offered.iter().filter(of_facet).collect();
    if wanted.is_empty() || offered.is_empty() {
        return None;
    }
    let near = |one: &[String], other: &[String]| {
        let common = one.iter().zip(other).take_while(|(a, b)| a == b).count();
        match common {
            _ if common == one.len().max(other.len()) => 1.0,
            0 | 1 => 0.0,
            _ if common == one.len().min(other.len()) => 0.6,
            _ => 0.25,
        }
    };
    let best =
        wanted.iter().map(|one| offered.iter().map(|other| near(one, other)).fold(0.0, f64::max));
    Some(best.sum::<f64>() / count(wanted.len()))
}

/// A thing as the service indexes it.
fn document(row: &Value, thing: &Thing) -> Document {
    let body = thing.texts.iter().filter(|(_, head, _)| !head).map(|(_, _, text)| text.as_str());
    let audience = match text(row, "audience").as_str() {
        "PUBLIC" => "public",
        "PARTNERS" => "partners",
        "NETWORK" => "network",
        _ => "owner",
    };
    let mut areas: Vec<String> = thing.areas.iter().flatten().cloned().collect();
    areas.sort_unstable();
    areas.dedup();
    Document {
        audience: vec![audience.to_owned()],
        title: thing.texts[0].2.clone(),
        body: body.collect::<Vec<_>>().join("\n"),
        areas,
        ..Document::new(thing.key)
    }
}

/// Of each area the path from the root of its facet.
fn tree(file: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in fs::read_to_string(file)?.lines().skip(1) {
        let mut columns = line.split(',');
        let (code, parent) =
            (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        let mut path = paths.get(parent).cloned().unwrap_or_default();
        path.push(code.to_owned());
        paths.insert(code.to_owned(), path);
    }
    Ok(paths)
}

/// Where each organization is; the columns are counted from behind, for names have commas.
fn places(file: &Path) -> Result<HashMap<String, Place>> {
    let mut places = HashMap::new();
    for line in fs::read_to_string(file)?.lines().skip(1) {
        let code = line.split(',').next().unwrap_or_default();
        let columns: Vec<&str> = line.rsplitn(5, ',').collect();
        let some =
            |at: usize| columns.get(at).filter(|it| !it.is_empty()).map(|it| (*it).to_owned());
        places.insert(code.to_owned(), Place { region: some(2), district: some(3) });
    }
    Ok(places)
}

fn rows(file: &Path) -> Result<Vec<Value>> {
    let text = fs::read_to_string(file)?;
    Ok(text.lines().map(serde_json::from_str).collect::<serde_json::Result<_>>()?)
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_owned()
}

fn list(row: &Value, field: &str) -> Vec<String> {
    let texts = row[field].as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn paths(row: &Value, tree: &BTreeMap<String, Vec<String>>) -> Vec<Vec<String>> {
    list(row, "areas").iter().filter_map(|code| tree.get(code).cloned()).collect()
}

fn number_of(value: &Value) -> Option<i32> {
    i32::try_from(value.as_i64()?).ok()
}

#[expect(clippy::cast_precision_loss, reason = "few are counted")]
fn count(of: usize) -> f64 {
    of as f64
}

/// How often random signs give a mean as far from 0 as these differences have.
fn chance(differences: &[f64]) -> f64 {
    const ROUNDS: u32 = 20_000;
    let seen: f64 = differences.iter().sum::<f64>().abs();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut sign = || {
        // xorshift: good enough for signs, and the same in every run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state >> 63 == 0 { 1.0 } else { -1.0 }
    };
    let mut as_far = 0_u32;
    for _ in 0..ROUNDS {
        let sum: f64 = differences.iter().map(|by| by * sign()).sum();
        as_far += u32::from(sum.abs() >= seen - 1e-12);
    }
    f64::from(as_far) / f64::from(ROUNDS)
}
