//! Throws hostile texts at the index for as long as one likes:
//! `cargo run --release -p zhanjian-index --example hostile -- [MINUTES] [SEED]`.
//!
//! Every round puts documents of random and nasty texts in, searches, completes, compares and marks with others, and
//! checks that marked places are places of the text, that a second look gives the same, and that no call takes longer
//! than its bound. A panic, a wrong place or a call beyond its bound ends it with a message and the seed of the round.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::{
    error::Error,
    time::{Duration, Instant},
};
use zhanjian_index::{
    Change, Document, Error as IndexError, FacetField, Filter, Index, Key, Kind, Options, Page,
    SearchRequest, SimilarRequest,
};

/// The longest that a look may take, whatever was typed.
const LOOK: Duration = Duration::from_secs(5);
/// The longest that a change of a few documents may take, whatever their texts.
const CHANGE: Duration = Duration::from_secs(30);

struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % end.max(1)
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// What breaks analyses elsewhere: marks, joiners, directions, half notations, quotes, orders, broken characters.
const NASTY: [&str; 64] = [
    "\u{0}",
    "\u{1}",
    "\u{1e}",
    "\u{7}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\u{fffd}",
    "\u{301}",
    "\u{301}\u{302}\u{303}",
    "\u{e000}",
    "\u{f8ff}",
    "\u{10ffff}",
    "\u{1f468}\u{200d}\u{1f469}",
    "\u{fb01}",
    "\u{fdfa}",
    "\u{3300}",
    "\u{32c0}",
    "㍿",
    "Ⅲ类",
    "第",
    "类",
    "第三",
    "iii",
    "〔2024",
    "〕25号",
    "2024年第",
    "年",
    "号",
    "令",
    "GB/T",
    "gb/t 1",
    "YY",
    "16886.",
    ".1",
    "37℃",
    "µm",
    "0.",
    ".",
    "-",
    "--",
    "−药",
    "\"",
    "“",
    "”",
    "「",
    "」",
    "\"\"\"\"",
    "AND",
    "OR",
    "*",
    ":",
    "(",
    ")",
    "\\",
    "|",
    "!",
    "\u{5d0}\u{5d1}",
    "\u{627}\u{628}",
    "ß",
    "İ",
    "ﷺ",
];
const PLAIN: [&str; 24] = [
    "医疗器械",
    "醫療器械",
    "注册",
    "变更",
    "临床评价",
    "无菌",
    "导管",
    "的",
    "如何",
    "上市许可持有人",
    "UDI",
    "IL-6",
    "ct",
    "registrations",
    "yiliaoqixie",
    "ylqx",
    "　",
    " ",
    "，",
    "。",
    "\n",
    "ＧＭＰ",
    "一",
    "胃",
];

fn text(chance: &mut Chance, most: usize) -> String {
    let pieces = chance.below(most.max(1));
    let mut text = String::new();
    match chance.below(12) {
        // One thing, over and over.
        0 => text = chance.one_of(&NASTY).repeat(pieces),
        1 => text = chance.one_of(&PLAIN).repeat(pieces),
        // Any characters at all.
        2 => {
            let any = (0..pieces).filter_map(|_| {
                char::from_u32(u32::try_from(chance.below(0x11_0000)).unwrap_or_default())
            });
            text = any.collect();
        }
        // What is left of random bytes.
        3 => {
            let bytes: Vec<u8> =
                (0..pieces).map(|_| u8::try_from(chance.below(256)).unwrap_or_default()).collect();
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        // Only Chinese characters, without a space.
        4 => {
            let han = (0..pieces).filter_map(|_| {
                char::from_u32(0x4e00 + u32::try_from(chance.below(0x5200)).unwrap_or_default())
            });
            text = han.collect();
        }
        nasty => {
            for _ in 0..pieces {
                let piece = if chance.below(12) < nasty {
                    chance.one_of(&PLAIN)
                } else {
                    chance.one_of(&NASTY)
                };
                text.push_str(piece);
            }
        }
    }
    text
}

fn document(chance: &mut Chance, most: usize) -> Document {
    let id = chance.below(400) as u128;
    Document {
        audience: vec!["public".to_owned()],
        title: text(chance, 40.min(most)),
        body: text(chance, most),
        keywords: vec![text(chance, 8)],
        identifiers: vec![text(chance, 6)],
        ..Document::new(Key { kind: Kind::AnsweredQuestion, id })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let minutes: u64 = arguments.next().as_deref().unwrap_or("1").parse()?;
    let mut seed: u64 = arguments.next().as_deref().unwrap_or("1").parse()?;
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path(), Options::default())?;
    let began = Instant::now();
    let (mut rounds, mut looks, mut slowest) = (0_u64, 0_u64, [Duration::ZERO; 2]);
    giant(&index, &mut slowest[1])?;
    while began.elapsed() < Duration::from_secs(minutes * 60) {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        round(&index, &mut chance, rounds, &mut looks, &mut slowest)
            .map_err(|fault| format!("seed {seed}: {fault}"))?;
        rounds += 1;
        seed += 1;
    }
    println!(
        "{rounds} rounds, {looks} looks; slowest look {:.0} ms, slowest change {:.0} ms",
        slowest[0].as_secs_f64() * 1e3,
        slowest[1].as_secs_f64() * 1e3
    );
    Ok(())
}

/// 10 MB without a space, 100,000 equal characters, deep quotes.
fn giant(index: &Index, slowest: &mut Duration) -> Result<(), Box<dyn Error>> {
    let texts = [
        "医疗器械注册".repeat(600_000),
        "啊".repeat(100_000),
        "“「\"".repeat(100_000),
        "a".repeat(10_000_000),
    ];
    for (id, body) in (1_000_000..).zip(texts) {
        let key = Key { kind: Kind::AnsweredQuestion, id };
        let audience = vec!["public".to_owned()];
        let document = Document { audience, body: body.clone(), ..Document::new(key) };
        let took = timed("a giant document", CHANGE, || {
            index.apply(vec![Change::Put(Box::new(document))], 1)
        })?;
        *slowest = (*slowest).max(took.1);
        let request = SearchRequest {
            tokens: vec!["public".to_owned()],
            text: body.clone(),
            ..SearchRequest::default()
        };
        let found = timed("a giant query", LOOK, || index.search(&request))?.0;
        timed("marks in a giant text", LOOK, || Ok(found.highlighter.fragments(&body, 3, 120)))?;
        index.apply(vec![Change::Drop(key)], 1)?;
    }
    Ok(())
}

fn round(
    index: &Index,
    chance: &mut Chance,
    round: u64,
    looks: &mut u64,
    slowest: &mut [Duration; 2],
) -> Result<(), Box<dyn Error>> {
    let most = [20, 200, 2_000][chance.below(3)];
    let documents: Vec<Document> = (0..8).map(|_| document(chance, most)).collect();
    let bodies: Vec<String> = documents.iter().map(|it| it.body.clone()).collect();
    let changes = documents.into_iter().map(|it| Change::Put(Box::new(it))).collect();
    let took = timed("a change", CHANGE, || index.apply(changes, round))?;
    slowest[1] = slowest[1].max(took.1);
    for _ in 0..8 {
        let most = [4, 30, 400][chance.below(3)];
        let typed = text(chance, most);
        let tokens = vec!["public".to_owned()];
        let request = SearchRequest {
            tokens: tokens.clone(),
            text: typed.clone(),
            total: true,
            facets: vec![FacetField::Kind],
            filter: Filter { include_superseded: chance.below(2) == 0, ..Filter::default() },
            page: Page::First { limit: 10, after: None },
            ..SearchRequest::default()
        };
        let what = format!("a search for {} characters", typed.chars().count());
        let (found, took) = timed(&what, LOOK, || index.search(&request))?;
        slowest[0] = slowest[0].max(took);
        let again = index.search(&request)?;
        if found.hits != again.hits || found.total != again.total {
            return Err(format!("two searches differ for {typed:?}").into());
        }
        for body in &bodies {
            for fragment in found.highlighter.fragments(body, 2, 120) {
                let good = |range: &std::ops::Range<usize>| {
                    fragment.text.get(range.clone()).is_some_and(|text| !text.is_empty())
                };
                if !body.contains(&fragment.text) || !fragment.matched.iter().all(good) {
                    return Err(format!("a wrong place is marked for {typed:?} in {body:?}").into());
                }
            }
        }
        let names = timed("a completion", LOOK, || index.suggest(&tokens, 0, &typed, &[], 10))?;
        slowest[0] = slowest[0].max(names.1);
        for body in &bodies {
            let name: String = body.chars().take(60).collect();
            if index
                .typed(&typed)
                .marks(&name)
                .into_iter()
                .any(|mark| name.get(mark).is_none_or(str::is_empty))
            {
                return Err(format!("a wrong place of {name:?} is marked for {typed:?}").into());
            }
        }
        let like =
            SimilarRequest { tokens, text: typed.clone(), limit: 5, ..SimilarRequest::default() };
        let similar = timed("a comparison", LOOK, || index.similar(&like))?;
        slowest[0] = slowest[0].max(similar.1);
        let asked = index.asked(&typed);
        let _ = asked.is_the_same_as(&bodies[0].chars().take(200).collect::<String>());
        *looks += 3;
    }
    Ok(())
}

fn timed<T>(
    what: &str,
    bound: Duration,
    run: impl FnOnce() -> Result<T, IndexError>,
) -> Result<(T, Duration), Box<dyn Error>> {
    let began = Instant::now();
    let value = run()?;
    let took = began.elapsed();
    if took > bound {
        return Err(format!("{what} took {:.1} s", took.as_secs_f64()).into());
    }
    Ok((value, took))
}
