//! Why a text was found: pieces of the original with the places that match.

use crate::{
    analysis::{Analyzer, Stream},
    query::Query,
};
use std::{collections::HashMap, ops::Range, sync::Arc};

/// Marks the terms of a query in texts. It analyses a text as the index did, so that a Traditional, full-width or
/// otherwise written form is marked where the author wrote it.
#[derive(Clone, Debug)]
pub struct Highlighter {
    analyzer: Arc<Analyzer>,
    /// Stream and term to its importance.
    terms: HashMap<Stream, HashMap<String, u32>>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// As the author wrote it.
    pub text: String,
    /// Places that match, as bytes of [`Fragment::text`], in order and without overlap.
    pub matched: Vec<Range<usize>>,
}

impl Highlighter {
    pub(crate) fn new(analyzer: &Arc<Analyzer>, query: &Query) -> Self {
        let mut terms: HashMap<Stream, HashMap<String, u32>> = HashMap::new();
        for term in query.terms.iter().filter(|term| term.marked) {
            terms.entry(term.stream).or_default().insert(term.text.clone(), term.mass.max(1));
        }
        Self { analyzer: Arc::clone(analyzer), terms }
    }

    /// The pieces of a text that show best why it was found, in the order of the text; none when nothing matches.
    /// `max_chars` bounds each piece.
    pub fn fragments(&self, text: &str, max_fragments: usize, max_chars: usize) -> Vec<Fragment> {
        if self.terms.is_empty() || max_fragments == 0 || max_chars == 0 {
            return Vec::new();
        }
        let matches = self.matches(text);
        let mut pieces: Vec<Piece> = Vec::new();
        let mut seen: HashMap<usize, usize> = HashMap::new();
        let mut open: Vec<Piece> = candidates(text, &matches, max_chars);
        while pieces.len() < max_fragments && !open.is_empty() {
            // Terms that a chosen piece shows already count less.
            let value = |piece: &Piece| -> u32 {
                let mut shown = seen.clone();
                piece.matches.clone().map(|at| worth(&matches[at], &mut shown)).sum()
            };
            let Some((best, _)) = open
                .iter()
                .enumerate()
                .max_by_key(|(at, piece)| (value(piece), std::cmp::Reverse(*at)))
            else {
                break;
            };
            let piece = open.swap_remove(best);
            for at in piece.matches.clone() {
                worth(&matches[at], &mut seen);
            }
            open.retain(|other| {
                other.range.end <= piece.range.start || other.range.start >= piece.range.end
            });
            open.sort_unstable_by_key(|piece| piece.range.start);
            pieces.push(piece);
        }
        pieces.sort_unstable_by_key(|piece| piece.range.start);
        pieces.iter().map(|piece| piece.cut(text, &matches)).collect()
    }

    fn matches(&self, text: &str) -> Vec<Match> {
        let analysis = self.analyzer.analyse(text);
        let mut names: HashMap<(Stream, &str), usize> = HashMap::new();
        let mut matches = Vec::new();
        for token in &analysis.tokens {
            let name = (token.sort.stream(), analysis.text(token));
            let known = self.terms.get(&name.0).and_then(|terms| terms.get(name.1));
            let Some(&weight) = known else { continue };
            let count = names.len();
            let term = *names.entry(name).or_insert(count);
            let range = token.source.start as usize..token.source.end as usize;
            if text.get(range.clone()).is_some() && !range.is_empty() {
                matches.push(Match { range, term, weight });
            }
        }
        matches.sort_unstable_by_key(|found| (found.range.start, found.range.end));
        matches
    }
}

#[derive(Debug)]
struct Match {
    range: Range<usize>,
    term: usize,
    weight: u32,
}

/// A term counts fully once, and a little when it comes again.
fn worth(found: &Match, shown: &mut HashMap<usize, usize>) -> u32 {
    let times = shown.entry(found.term).or_default();
    *times += 1;
    if *times == 1 { found.weight * 10 } else { found.weight / (1 << (*times).min(8)) }
}

/// A possible piece: a range of the text and the matches inside.
#[derive(Debug)]
struct Piece {
    range: Range<usize>,
    matches: Range<usize>,
}

impl Piece {
    fn cut(&self, text: &str, matches: &[Match]) -> Fragment {
        let mut marks: Vec<Range<usize>> = Vec::new();
        for found in &matches[self.matches.clone()] {
            let range = found.range.start - self.range.start..found.range.end - self.range.start;
            match marks.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => marks.push(range),
            }
        }
        Fragment { text: text[self.range.clone()].to_owned(), matched: marks }
    }
}

/// One possible piece for every place where matches begin, each cut at the ends of sentences where there are any.
fn candidates(text: &str, matches: &[Match], max_chars: usize) -> Vec<Piece> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let char_of = |byte: usize| starts.partition_point(|start| *start < byte);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut first = 0;
    while first < matches.len() {
        let from = char_of(matches[first].range.start);
        // Room before the first match, back to the start of its sentence if that is near.
        let room = max_chars / 3;
        let earliest = from.saturating_sub(room);
        let sentence = (earliest..from).rev().find(|&at| ends_sentence(&text[starts[at]..]));
        let start = sentence.map_or(earliest, |at| at + 1);
        let end = (start + max_chars).min(starts.len() - 1);
        let mut last = first;
        while last < matches.len() && char_of(matches[last].range.end) <= end {
            last += 1;
        }
        if last == first {
            // A match longer than a piece may be: it is not shown.
            first += 1;
            continue;
        }
        let shown = char_of(
            matches[first..last].iter().map(|found| found.range.end).max().unwrap_or_default(),
        );
        let sentence = (shown..end).rev().find(|&at| ends_sentence(&text[starts[at]..]));
        let end = if end == starts.len() - 1 { end } else { sentence.map_or(end, |at| at + 1) };
        let before = matches[..first]
            .iter()
            .rposition(|found| found.range.start < starts[start])
            .map_or(0, |at| at + 1);
        let inside = before..last;
        let fits = matches[inside.clone()]
            .iter()
            .all(|found| found.range.start >= starts[start] && found.range.end <= starts[end]);
        pieces.push(Piece {
            range: starts[start]..starts[end],
            matches: if fits { inside } else { first..last },
        });
        // The next piece starts at the next match that lies some way on.
        let step = from + (max_chars / 4).max(1);
        first += 1;
        while first < matches.len() && char_of(matches[first].range.start) < step {
            first += 1;
        }
    }
    pieces
}

fn ends_sentence(text: &str) -> bool {
    text.starts_with(['。', '！', '？', '；', '\n', '!', '?', ';']) || text.starts_with(". ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn highlighter(query: &str) -> Highlighter {
        let analyzer = Analyzer::embedded();
        Highlighter::new(&analyzer, &Query::parse(&analyzer, query))
    }

    fn marked(query: &str, text: &str) -> Vec<String> {
        let fragments = highlighter(query).fragments(text, 3, 60);
        let of = |fragment: Fragment| -> Vec<String> {
            fragment.matched.iter().map(|range| fragment.text[range.clone()].to_owned()).collect()
        };
        fragments.into_iter().flat_map(of).collect()
    }

    #[test]
    fn what_the_author_wrote_is_marked() {
        assert_eq!(marked("第三类医疗器械注册", "關於Ⅲ類醫療器械註冊的規定"), ["Ⅲ類醫療器械註冊"]);
        assert_eq!(marked("唯一标识", "请按ＵＤＩ規則賦碼"), ["ＵＤＩ"]);
        assert_eq!(marked("胃", "用于胃部"), ["胃"]);
        assert_eq!(
            marked("registration", "How is Registration done? Registrations end."),
            ["Registration", "Registrations"]
        );
    }

    #[test]
    fn the_best_places_of_a_long_text_are_shown() {
        let filler = "这里写的是别的事情。".repeat(40);
        let text = format!("{filler}变更注册的办理要求如下。{filler}");
        let fragments = highlighter("变更注册").fragments(&text, 1, 40);
        assert_eq!(fragments.len(), 1);
        assert!(fragments[0].text.contains("变更注册") && fragments[0].text.chars().count() <= 40);
    }

    /// What is asked, and what an author may have written for it: a pair or more for every rule of the analysis.
    const WAYS: [(&str, &str); 34] = [
        ("注册", "註冊"),
        ("醫療器械", "医疗器械"),
        ("GMP", "ＧＭＰ"),
        ("ＰＣＲ", "pcr"),
        ("第三类", "Ⅲ类"),
        ("Ⅲ类", "第三類"),
        ("3类", "III類"),
        ("class III", "三类"),
        ("二类", "Class II"),
        ("〔2024〕25号", "(２０２４) 25 號"),
        ("2024年第25号", "〔2024〕25号"),
        ("令第739号", "令739"),
        ("2024年3月1日", "2024-03-01"),
        ("2024-03", "2024年3月"),
        ("2024年3月", "2024.3.15"),
        ("37℃", "37 摄氏度"),
        ("5微米", "5μm"),
        ("10ml", "10 毫升"),
        ("0.9%", "０.９％"),
        ("GBT16886.1", "GB/T 16886.1"),
        ("YY 0505", "YY/T 0505-2012"),
        ("GB/T 16886", "GB/T 16886.10"),
        ("UDI", "医疗器械唯一标识"),
        ("上市许可持有人", "MAH"),
        ("unique device identification", "ＵＤＩ"),
        ("人工智能", "AI"),
        ("软件", "軟體"),
        ("软件", "独立软件"),
        ("registration", "Registrations"),
        ("sterilized", "sterilization"),
        ("IL6", "IL-6"),
        ("il-6", "ＩＬ６"),
        ("胃", "胃"),
        ("产品", "産品"),
    ];

    proptest! {
        #[test]
        fn what_the_author_wrote_is_marked_by_every_rule(
            (way, back) in (0..WAYS.len(), any::<bool>()),
            before in "[〇乂々，。🙂\u{200b} ]{0,12}",
            behind in "[〇乂々，。🙂 ]{0,12}",
        ) {
            let (asked, written) = WAYS[way];
            // What is wider finds what is narrower, and not the other way round.
            let wider = ["GB/T 16886", "2024年3月", "软件"].contains(&asked);
            let (asked, written) = if back && !wider { (written, asked) } else { (asked, written) };
            let text = format!("{before}，{written}。{behind}");
            let place = before.len() + "，".len()..before.len() + "，".len() + written.len();
            let highlighter = highlighter(asked);
            let fragments = highlighter.fragments(&text, 1, 200);
            prop_assert_eq!(fragments.len(), 1, "{} in {}", asked, text);
            let from = text.find(&fragments[0].text).expect("a fragment is cut from the text");
            // All of it is marked, and nothing else.
            let marked = fragments[0].matched.iter();
            let marked: Vec<_> = marked.map(|mark| mark.start + from..mark.end + from).collect();
            prop_assert!(marked.iter().all(|mark| place.start <= mark.start && mark.end <= place.end), "{}: {:?} in {}", asked, marked, text);
            let (first, last) = (&marked[0], &marked[marked.len() - 1]);
            let inner = asked == "软件" && written == "独立软件";
            prop_assert!((inner || first.start == place.start) && last.end == place.end || written.contains("-2012"), "{}: {:?} in {}", asked, marked, text);
            // What is marked is what was asked for, also when it stands alone.
            for mark in marked {
                let alone = Analyzer::embedded().analyse(&text[mark.clone()]);
                let known = |token: &crate::analysis::Token| {
                    highlighter.terms.get(&token.sort.stream()).is_some_and(|terms| terms.contains_key(alone.text(token)))
                };
                prop_assert!(alone.tokens.iter().any(known), "{}: {} in {}", asked, &text[mark], text);
            }
        }

        #[test]
        fn ranges_are_always_good(text in "[a-c医疗器械類Ⅲ三类。\u{301}🙂 \n]{0,200}", query in "[a-c医疗器械类三 ]{0,10}", most in 0..4_usize, chars in 0..50_usize) {
            for fragment in highlighter(&query).fragments(&text, most, chars) {
                prop_assert!(text.contains(&fragment.text));
                prop_assert!(fragment.text.chars().count() <= chars);
                let mut end = 0;
                for range in fragment.matched {
                    prop_assert!(range.start >= end && fragment.text.get(range.clone()).is_some_and(|m| !m.is_empty()));
                    end = range.end;
                }
            }
        }
    }
}
