//! How the index does with many documents: time to build, to open, to search, to suggest, to apply one change; memory.
//!
//! `cargo run --release -p zhanjian-index --example scale -- 1000000 [FOLDER]` makes documents from the domain dictionary
//! with natural word frequencies (the same ones every time), or opens FOLDER when it holds them already. Searches are held
//! against the bare engine with an index of its own, asked for the same pairs of characters by OR, and against the plain
//! recipe in two stages: the best 200 of those, scored again by characters and pairs, with no count and no regard to who
//! asks.
#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "it is there to print figures"
)]

use pinyin::ToPinyin;
use std::{error::Error, fs, path::PathBuf, time::Instant};
use tantivy::{
    DocAddress, DocSet, Searcher, Term,
    collector::{Count, TopDocs},
    postings::Postings,
    query::{BooleanQuery, Occur, Query, TermQuery},
    schema::IndexRecordOption,
};
use zhanjian_index::{
    Change, Document, FacetField, Index, Key, Kind, Options, Page, SearchRequest, SimilarRequest,
    baseline::Bare,
};

/// A small generator of chance, seeded, so that every run makes the same documents.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % end
    }

    /// Small numbers often, large ones rarely.
    fn skewed(&mut self, end: usize) -> usize {
        let (a, b, c) = (self.below(end), self.below(end), self.below(end));
        a.min(b).min(c)
    }
}

fn words() -> Vec<&'static str> {
    let dictionary = include_str!("../dictionaries/domain.txt").lines();
    let functions = include_str!("../dictionaries/function-words.txt").lines().take(60);
    dictionary.chain(functions).filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
}

/// Rare parts of names, so that the vocabulary grows with the documents.
fn rare(chance: &mut Chance) -> String {
    (0..2)
        .filter_map(|_| char::from_u32(0x4e00 + u32::try_from(chance.skewed(6_000)).unwrap_or(0)))
        .collect()
}

fn document(id: u128, words: &[&str], chance: &mut Chance) -> Document {
    let sentence = |chance: &mut Chance, length: usize| -> String {
        (0..length)
            .map(|_| {
                if chance.below(4) == 0 {
                    rare(chance)
                } else {
                    words[chance.skewed(words.len())].to_owned()
                }
            })
            .collect()
    };
    let mut body = String::new();
    for _ in 0..8 + chance.below(12) {
        let length = 3 + chance.below(5);
        body.push_str(&sentence(chance, length));
        body.push('，');
    }
    let station = format!("SH-{}", chance.below(12));
    let area = format!("REG-{}", chance.below(40));
    Document {
        audience: vec![["public", "partners", "network"][chance.skewed(3)].to_owned()],
        owner: vec![format!("station:{station}")],
        title: format!("{}是否需要{}？", sentence(chance, 3), sentence(chance, 2)),
        body,
        station: Some(station),
        areas: vec!["REG".to_owned(), area],
        year: Some(2015 + i32::try_from(chance.below(12)).unwrap_or(0)),
        dated_on: Some(16_000 + i32::try_from(chance.below(4_000)).unwrap_or(0)),
        uses: u32::try_from(chance.skewed(1_000)).unwrap_or(0),
        identifiers: vec![format!("ID-{id}")],
        ..Document::new(Key { kind: Kind::AnsweredQuestion, id })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u32 = arguments.next().as_deref().unwrap_or("100000").parse()?;
    let temporary = tempfile::tempdir()?;
    let folder = arguments.next().map_or_else(|| temporary.path().to_path_buf(), PathBuf::from);
    let words = words();
    let mut chance = Chance(42);

    let started = Instant::now();
    let index = Index::open(&folder, Options::default())?;
    println!("opened in {:.3} s", started.elapsed().as_secs_f64());
    index.warm();
    if index.needs_rebuild() {
        let started = Instant::now();
        let mut rebuild = index.begin_rebuild()?;
        let mut bytes = 0;
        for start in (0..count).step_by(1_000) {
            let documents: Vec<Document> = (start..(start + 1_000).min(count))
                .map(|id| document(u128::from(id), &words, &mut chance))
                .collect();
            bytes += documents.iter().map(|it| it.title.len() + it.body.len()).sum::<usize>();
            rebuild.add(documents)?;
        }
        rebuild.finish(1)?;
        let took = started.elapsed().as_secs_f64();
        let (text, all) = (bytes as f64 / 1e6, index.state().bytes as f64 / 1e6);
        println!(
            "built in {took:.1} s: {text:.0} MB of text, {:.1} MB/s; {:.2} bytes of index a byte",
            text / took,
            all / text
        );
    }
    println!("{:?}", index.state());
    memory("open");
    let plain = folder.join("plain");
    if !plain.exists() {
        let mut chance = Chance(42);
        let documents = (0..count).map(|id| document(u128::from(id), &words, &mut chance));
        Bare::create(&plain)?.add(documents, (2, 64_000_000), true)?;
    }

    let texts: Vec<String> = (0..300)
        .map(|n| {
            let length = 1 + n % 4;
            (0..length)
                .map(|_| {
                    if chance.below(3) == 0 {
                        rare(&mut chance)
                    } else {
                        words[chance.skewed(words.len())].to_owned()
                    }
                })
                .collect()
        })
        .collect();
    let request = |text: &str, total, facets: &[FacetField]| SearchRequest {
        tokens: vec!["public".to_owned(), "partners".to_owned()],
        text: text.to_owned(),
        page: Page::First { limit: 20, after: None },
        facets: facets.to_vec(),
        total,
        ..SearchRequest::default()
    };
    time("search", &texts, |text| Ok(index.search(&request(text, true, &[]))?.total))?;
    time("search, no total", &texts, |text| Ok(index.search(&request(text, false, &[]))?.total))?;
    let facets = [
        FacetField::Kind,
        FacetField::Station,
        FacetField::Area,
        FacetField::Year,
        FacetField::Currency,
    ];
    time("search, five facets", &texts, |text| {
        Ok(index.search(&request(text, true, &facets))?.total)
    })?;
    bare(&plain, &texts)?;
    time("everything, newest first", &texts[..20], |_| {
        Ok(index.search(&request("", true, &[]))?.total)
    })?;
    let typed: Vec<String> = texts.iter().enumerate().map(|(n, text)| typed(n, text)).collect();
    time("suggest", &typed, |typed| {
        Ok(index.suggest(&["public".to_owned()], 0, typed, &[], 10)?.len() as u64)
    })?;
    let mails: Vec<String> = texts.chunks(20).map(|part| part.join("，").repeat(3)).collect();
    time("similar", &mails, |text| {
        let request = SimilarRequest {
            tokens: vec!["public".to_owned()],
            text: text.to_owned(),
            limit: 10,
            ..SimilarRequest::default()
        };
        Ok(index.similar(&request)?.len() as u64)
    })?;
    memory("after searching");
    let changes: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    time("apply one change", &changes, |n| {
        let id = u128::from(count) + n.parse::<u128>()?;
        let target = if id % 2 == 0 { id } else { id / 3 };
        index.apply(vec![Change::Put(Box::new(document(target, &words, &mut chance)))], 2)?;
        Ok(1)
    })?;
    memory("after changes");
    Ok(())
}

/// A name as somebody types it: characters, pinyin whole or in part, initials, mixed.
fn typed(number: usize, name: &str) -> String {
    let sounds: Vec<&str> =
        name.chars().filter_map(|ch| ch.to_pinyin()).map(pinyin::Pinyin::plain).collect();
    let (half, whole) = (name.chars().count().div_ceil(2), sounds.concat());
    match number % 6 {
        0 => name.chars().take(half).collect(),
        1 => name.chars().skip(1).take(2).collect(),
        2 => whole,
        3 => whole.chars().take(whole.len().div_ceil(2)).collect(),
        4 => sounds.iter().filter_map(|sound| sound.chars().next()).collect(),
        _ => sounds
            .iter()
            .take(1)
            .copied()
            .chain([&name[name.char_indices().nth(1).map_or(0, |(at, _)| at)..]])
            .collect(),
    }
}

fn time(
    what: &str,
    texts: &[String],
    mut run: impl FnMut(&str) -> Result<u64, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let (mut times, mut sum) = (Vec::new(), 0);
    for text in texts {
        let started = Instant::now();
        sum += run(text)?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{what}: p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, mean {:.2} ms ({} on average)",
        times[times.len() / 2],
        times[times.len() * 95 / 100],
        times[times.len() * 99 / 100],
        times.iter().sum::<f64>() / times.len() as f64,
        sum / texts.len() as u64
    );
    Ok(())
}

/// The same terms (pairs of characters) asked of the bare engine.
fn bare(folder: &std::path::Path, texts: &[String]) -> Result<(), Box<dyn Error>> {
    let index = tantivy::Index::open_in_dir(folder)?;
    let searcher = index.reader()?.searcher();
    let fields = [index.schema().get_field("pairs")?, index.schema().get_field("words")?];
    let query = |text: &str| -> Box<dyn Query> {
        let characters: Vec<char> = text.chars().collect();
        let terms = fields.iter().flat_map(|field| {
            characters
                .windows(2)
                .map(|pair| Term::from_field_text(*field, &pair.iter().collect::<String>()))
                .collect::<Vec<_>>()
        });
        let one = |term| {
            (
                Occur::Should,
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) as Box<dyn Query>,
            )
        };
        Box::new(BooleanQuery::new(terms.map(one).collect()))
    };
    time("bare engine, OR, top 20 and count", texts, |text| {
        let (_, count) =
            searcher.search(&*query(text), &(TopDocs::with_limit(20).order_by_score(), Count))?;
        Ok(count as u64)
    })?;
    time("plain two stages, top 20 alone", texts, |text| {
        let best = searcher.search(&*query(text), &TopDocs::with_limit(200).order_by_score())?;
        Ok(score_again(&searcher, text, &best)?.len() as u64)
    })?;
    time("bare engine, OR, top 20 alone", texts, |text| {
        Ok(searcher.search(&*query(text), &TopDocs::with_limit(20).order_by_score())?.len() as u64)
    })
}

/// The second stage of the plain recipe: every character and pair of the query is looked up in the best documents.
fn score_again(
    searcher: &Searcher,
    text: &str,
    best: &[(f32, DocAddress)],
) -> Result<Vec<(f32, DocAddress)>, Box<dyn Error>> {
    let characters: Vec<char> = text.chars().collect();
    let mut scores: Vec<(DocAddress, f32)> = best.iter().map(|(_, at)| (*at, 0.0)).collect();
    scores.sort_unstable_by_key(|(at, _)| *at);
    for (name, size, weight) in [("characters", 1, 1.0), ("pairs", 2, 1.0)] {
        let field = searcher.schema().get_field(name)?;
        for piece in characters.windows(size) {
            let term = Term::from_field_text(field, &piece.iter().collect::<String>());
            let with = searcher.doc_freq(&term)? as f32;
            let rarity = (1.0 + (searcher.num_docs() as f32 - with + 0.5) / (with + 0.5)).ln();
            for (number, segment) in (0..).zip(searcher.segment_readers()) {
                let norms = segment.get_fieldnorms_reader(field)?;
                let postings = segment
                    .inverted_index(field)?
                    .read_postings(&term, IndexRecordOption::WithFreqs)?;
                let Some(mut postings) = postings else { continue };
                for (at, score) in scores.iter_mut().filter(|(at, _)| at.segment_ord == number) {
                    if postings.doc() < at.doc_id {
                        postings.seek(at.doc_id);
                    }
                    if postings.doc() == at.doc_id {
                        let length = norms.fieldnorm(at.doc_id) as f32 / 150.0;
                        let frequency = postings.term_freq() as f32;
                        *score +=
                            weight * rarity * frequency / (frequency + 0.6 * (0.1 + 0.9 * length));
                    }
                }
            }
        }
    }
    let mut again: Vec<_> = scores.into_iter().map(|(at, score)| (score, at)).collect();
    again.sort_by(|a, b| b.0.total_cmp(&a.0));
    again.truncate(20);
    Ok(again)
}

fn memory(when: &str) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line =
        status.lines().find(|line| line.starts_with("RssAnon")).unwrap_or("RssAnon: unknown");
    println!("{when}: {line}");
}
