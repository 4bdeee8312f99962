//! What a person typed, as what to look for; never an error, at worst no hits.
//!
//! Free words, "exact phrases", -without, document numbers, identifiers, a pasted e-mail. Which terms matter and how
//! much is judged by the language alone (see [`ranking::informativeness`]).

use crate::{
    analysis::{Analysis, Analyzer, Sort, Stream, fold},
    matter::Matter,
    ranking,
};
use std::collections::HashMap;

/// Of a longer text only the beginning is read.
const LONGEST: usize = 8_000;
/// Quotes and minus signs are orders in a short text; in a longer one they are what the author wrote.
const LONGEST_WITH_ORDERS: usize = 300;
/// So many pieces of a query may be identifiers.
const MOST_IDENTIFIERS: usize = 8;
/// More phrases than this are treated as free words.
const MOST_PHRASES: usize = 8;

/// What to look for.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Nothing was typed: everything is asked for.
    pub(crate) everything: bool,
    /// The terms, those of the matter first.
    pub(crate) terms: Vec<QueryTerm>,
    /// Every hit contains all of these.
    pub(crate) phrases: Vec<Phrase>,
    /// All that was typed, where it may be a name: hits in which it stands together come before others.
    pub(crate) name: Option<Phrase>,
    /// No hit contains any of these.
    pub(crate) without: Vec<Phrase>,
    /// The whole text as an identifier.
    pub(crate) identifier: Option<String>,
    /// Pieces of it that may be identifiers.
    pub(crate) identifiers: Vec<String>,
    /// The sum of [`QueryTerm::mass`].
    pub(crate) mass: u32,
    /// A pasted text rather than a few words.
    pub(crate) long: bool,
    /// The informative runs of Chinese characters and the words in letters, for spelling.
    pub(crate) spelling: Vec<String>,
}

/// One term.
#[derive(Clone, Debug)]
pub(crate) struct QueryTerm {
    pub(crate) stream: Stream,
    pub(crate) text: String,
    /// How much it counts in the score.
    pub(crate) weight: f32,
    /// How much it counts towards being a hit; 0: not at all.
    pub(crate) mass: u32,
    /// Looked at only for the best hits.
    pub(crate) late: bool,
    /// Two characters that are found by their places.
    pub(crate) straddles: bool,
    /// Worth marking in a text.
    pub(crate) marked: bool,
}

/// Units in a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phrase {
    /// The units with their places, the first at 0.
    pub(crate) units: Vec<(String, u32)>,
}

impl Query {
    /// Reads what was typed.
    pub(crate) fn parse(analyzer: &Analyzer, typed: &str) -> Self {
        let typed = beginning(typed, LONGEST);
        let orders = Orders::read(typed);
        let mut query = Self { everything: typed.trim().is_empty(), ..Self::default() };
        if query.everything {
            return query;
        }
        query.phrases =
            orders.phrases.iter().filter_map(|text| Phrase::of(analyzer, text)).collect();
        query.without =
            orders.without.iter().filter_map(|text| Phrase::of(analyzer, text)).collect();
        let analysis = analyzer.analyse(&orders.positive);
        if analysis.units.is_empty() {
            // Only exclusions: everything else is asked for.
            query.everything = !query.without.is_empty();
            return query;
        }
        query.take_terms(analyzer, &analysis);
        query.take_identifiers(analyzer, typed);
        let plain = query.phrases.is_empty() && query.without.is_empty();
        if plain && (2..=ranking::LONGEST_NAME).contains(&analysis.units.len()) {
            query.name = Phrase::of(analyzer, typed);
        }
        query
    }

    fn take_terms(&mut self, analyzer: &Analyzer, analysis: &Analysis) {
        let matter = Matter::of(analyzer.words(), analysis);
        self.long = matter.words > ranking::LONG;
        let mut terms: HashMap<(Stream, &str), QueryTerm> = HashMap::new();
        for token in &analysis.tokens {
            let Some((weight, mass, marked)) = matter.judge(token.sort, &token.units, analysis)
            else {
                continue;
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small positive number"
            )]
            let mass = (mass * 100.0).round() as u32;
            let stream = token.sort.stream();
            let text = analysis.text(token);
            let straddles = token.sort == Sort::Straddle;
            let mass = if straddles { 0 } else { mass };
            let late = mass == 0 && (stream == Stream::Characters || weight < ranking::LONG_WORDS);
            let term = terms.entry((stream, text)).or_insert_with(|| QueryTerm {
                stream,
                text: text.to_owned(),
                weight: 0.0,
                mass,
                late,
                straddles,
                marked,
            });
            term.weight =
                (term.weight + weight).min(weight.max(term.weight) * ranking::MOST_REPEATS);
            term.mass = term.mass.max(mass);
            term.late &= late;
            term.straddles &= straddles;
            term.marked |= marked;
        }
        self.terms = terms.into_values().collect();
        // The order of terms decides the order of sums: it must not depend on a map.
        self.terms.sort_unstable_by(|a, b| {
            b.mass.cmp(&a.mass).then_with(|| (a.stream, &a.text).cmp(&(b.stream, &b.text)))
        });
        if self.terms.iter().all(|term| term.mass == 0) {
            // Nothing but function words: then they are the matter.
            for term in self
                .terms
                .iter_mut()
                .filter(|term| !term.straddles)
                .filter(|term| term.stream != Stream::Characters || analysis.units.len() == 1)
            {
                term.mass = 100;
                term.late = false;
                term.marked = true;
            }
        }
        if self.terms.iter().all(|term| term.mass == 0) {
            for term in self.terms.iter_mut().filter(|term| !term.straddles) {
                term.mass = 100;
                term.late = false;
            }
        }
        self.mass = self.terms.iter().map(|term| term.mass).sum();
        self.spelling = matter.spelling(analysis);
    }

    fn take_identifiers(&mut self, analyzer: &Analyzer, typed: &str) {
        if typed.chars().nth(200).is_none() {
            let whole = analyzer.identifier(typed);
            self.identifier = (!whole.is_empty()).then_some(whole);
        }
        let pieces = typed.split(|ch: char| {
            ch.is_whitespace() || matches!(ch, '，' | '。' | '、' | '；' | '？' | ',' | ';' | '?')
        });
        for piece in pieces {
            if self.identifiers.len() >= MOST_IDENTIFIERS {
                break;
            }
            let folded = analyzer.identifier(piece);
            let telling =
                folded.chars().nth(3).is_some() && folded.chars().any(|ch| ch.is_ascii_digit());
            if telling && folded.len() < 200 && self.identifier.as_ref() != Some(&folded) {
                self.identifiers.push(folded);
            }
        }
    }
}

impl Phrase {
    fn of(analyzer: &Analyzer, text: &str) -> Option<Self> {
        let analysis = analyzer.analyse(beginning(text, 200));
        let first = analysis.units.first()?.position;
        let units = (0..)
            .zip(&analysis.units)
            .map(|(at, unit)| (analysis.folded_text(at..at + 1).to_owned(), unit.position - first));
        Some(Self { units: units.collect() })
    }
}

/// Quotes and minus signs taken out of a typed text.
#[derive(Debug, Default)]
struct Orders {
    /// What is left, phrases included.
    positive: String,
    phrases: Vec<String>,
    without: Vec<String>,
}

impl Orders {
    fn read(typed: &str) -> Self {
        let mut orders = Self::default();
        if typed.chars().nth(LONGEST_WITH_ORDERS).is_some() {
            typed.clone_into(&mut orders.positive);
            return orders;
        }
        let mut rest = typed;
        let mut at_start = true;
        while let Some(ch) = rest.chars().next() {
            let after = &rest[ch.len_utf8()..];
            let minus = at_start
                && matches!(ch, '-' | '－' | '−')
                && after.starts_with(|next: char| !next.is_whitespace() && next != '-')
                && !is_amount(after);
            if minus {
                let (text, left) = quoted(after).unwrap_or_else(|| {
                    after.split_at(after.find(char::is_whitespace).unwrap_or(after.len()))
                });
                if orders.without.len() < MOST_PHRASES {
                    orders.without.push(text.to_owned());
                }
                rest = left;
                continue;
            }
            if let Some((text, left)) = quoted(rest) {
                if orders.phrases.len() < MOST_PHRASES {
                    orders.phrases.push(text.to_owned());
                }
                orders.positive.push(fold::PART_BREAK);
                orders.positive.push_str(text);
                orders.positive.push(fold::PART_BREAK);
                rest = left;
                at_start = true;
                continue;
            }
            orders.positive.push(ch);
            at_start = ch.is_whitespace();
            rest = after;
        }
        orders
    }
}

/// -80℃ is a temperature, where -2014 leaves a year out.
fn is_amount(text: &str) -> bool {
    let behind = text.trim_start_matches(|ch: char| ch.is_numeric() || ch == '.');
    behind.len() < text.len() && behind.starts_with(|ch: char| !ch.is_whitespace())
}

/// What stands in quotes at the start of a text, and what follows; none without a closing quote or without content.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let open = text.chars().next()?;
    let close = match open {
        '"' | '＂' => open,
        '“' => '”',
        '「' => '」',
        '『' => '』',
        _ => return None,
    };
    let inside = &text[open.len_utf8()..];
    let end = inside.find(close)?;
    (!inside[..end].trim().is_empty()).then(|| (&inside[..end], &inside[end + close.len_utf8()..]))
}

fn beginning(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> Query {
        Query::parse(&Analyzer::embedded(), typed)
    }

    fn mass_of(query: &Query, text: &str) -> Option<u32> {
        query.terms.iter().find(|term| term.text == text).map(|term| term.mass)
    }

    #[test]
    fn words_of_the_matter_count_and_function_words_do_not() {
        let query = parse("如何申请医疗器械注册？");
        assert_eq!(mass_of(&query, "如何"), Some(0));
        assert!(mass_of(&query, "注册") > Some(0));
        assert!(!query.long);
    }

    #[test]
    fn quotes_and_minus_are_orders() {
        let query = parse("\"上市许可持有人\" 变更 -药品 「委托生产」 Nectin-4");
        assert_eq!(query.phrases.len(), 2);
        assert_eq!(query.phrases[0].units.len(), 7);
        assert_eq!(query.without.len(), 1);
        assert!(mass_of(&query, "nectin") > Some(0));
        assert!(parse("-药品").everything);
        assert!(parse("-80℃ 冷冻").without.is_empty());
        assert_eq!(parse("GMP -2014").without.len(), 1);
        assert_eq!(parse("冷冻 -\"80℃\"").without.len(), 1);
    }

    #[test]
    fn a_name_and_its_concept_are_asked_for_once() {
        let query = parse("UDI 赋码");
        assert!(mass_of(&query, "\u{1}udi") > Some(0));
        assert_eq!(mass_of(&query, "udi"), Some(0));
    }

    #[test]
    fn a_single_character_can_be_asked_for() {
        assert!(mass_of(&parse("胃"), "胃") > Some(0));
        assert!(parse("的").mass > 0);
        assert!(parse("是什么").mass > 0);
    }

    #[test]
    fn any_shape_is_read_and_long_texts_are_bounded() {
        for typed in
            ["", "  ", "\"", "-", "--", "“”", "\u{301}", "？！…", "👩‍👩‍👧", "\0", "- -", "\"\" -\"\""]
        {
            parse(typed);
        }
        assert!(parse(" \t").everything);
        assert!(!parse("？！").everything);
        let mail = "贵站您好，我司研发的一次性使用无菌导管组件包含导丝与球囊，想请问注册检验流程。"
            .repeat(500);
        let query = parse(&mail);
        assert!(query.terms.len() < 400, "{}", query.terms.len());
    }
}
