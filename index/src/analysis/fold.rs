//! Folding: one spelling for what people write in many.
//!
//! Width, case, compatibility forms (NFKC), Traditional characters, brackets and dashes. It comes before anything else,
//! for a word is only recognised in its folded form, and it remembers for every folded character which bytes of the
//! original it stands for: highlights are cut there.

use super::{
    Analyzer,
    dictionaries::{Dictionaries, Dictionary},
};
use std::{collections::HashMap, ops::Range};
use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

/// Parts of one document (title, keywords, body) are joined by this: no phrase reaches across.
pub(crate) const PART_BREAK: char = '\u{1e}';

/// The characters of a text in one spelling, each with the bytes of the original that it stands for: as everywhere here
/// (width, case, script, brackets, dashes), and accents taken off.
///
/// It is for whoever compares texts outside the index and has to show the place in what the author wrote. What was
/// written with a mark and what a mark was put behind compare alike, so that no mark hides a name. White space is one
/// blank, characters that nobody sees are gone; the sources are in order and lie on the borders of characters.
pub fn fold_with_offsets(text: &str) -> Vec<(char, Range<usize>)> {
    let mut folded = Folded::default();
    folded.fold(text, Analyzer::embedded().traditional());
    let bare = |char: &FoldedChar| {
        let source = char.from as usize..char.to as usize;
        let parts = std::iter::once(char.ch).nfd();
        parts
            .filter(|part| canonical_combining_class(*part) == 0)
            .map(move |part| (part, source.clone()))
            .collect::<Vec<_>>()
    };
    folded.chars.iter().flat_map(bare).collect()
}

/// One character after folding, with its place in both texts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoldedChar {
    /// The folded character.
    pub(crate) ch: char,
    /// First byte of the folded character in [`Folded::text`].
    pub(crate) at: u32,
    /// First byte of its source in the original.
    pub(crate) from: u32,
    /// First byte behind its source in the original.
    pub(crate) to: u32,
}

/// A folded text.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// The folded characters in a row.
    pub(crate) text: String,
    /// Every character with its source.
    pub(crate) chars: Vec<FoldedChar>,
}

impl Folded {
    /// Replaces the content by the folded `original`.
    pub(crate) fn fold(&mut self, original: &str, table: &Traditional) {
        self.text.clear();
        self.chars.clear();
        let mut rest = original.char_indices().peekable();
        while let Some((from, ch)) = rest.next() {
            let to = from + ch.len_utf8();
            let marked = rest
                .peek()
                .is_some_and(|&(_, next)| next >= '\u{300}' && canonical_combining_class(next) > 0);
            match ch {
                '\u{21}'..='\u{7e}' if !marked => self.push(ascii(ch), from, to),
                '\u{4e00}'..='\u{9fff}' => self.push(table.simplified(ch), from, to),
                PART_BREAK => self.push(ch, from, to),
                _ if ch.is_whitespace() || ch.is_control() => self.space(from, to),
                _ if is_invisible(ch) => {}
                _ => {
                    let mut to = to;
                    while let Some(&(at, mark)) = rest.peek() {
                        // A cluster of more marks than any script has is noise: it is cut so that work stays bounded.
                        if canonical_combining_class(mark) == 0 || at - from > 64 {
                            break;
                        }
                        to = at + mark.len_utf8();
                        rest.next();
                    }
                    self.compatibility(&original[from..to], from, to, table);
                }
            }
        }
    }

    fn compatibility(&mut self, cluster: &str, from: usize, to: usize, table: &Traditional) {
        for ch in cluster.nfkc() {
            for lower in ch.to_lowercase() {
                match lower {
                    ' ' => self.space(from, to),
                    '\u{21}'..='\u{7e}' => self.push(ascii(lower), from, to),
                    _ if lower.is_whitespace() || lower.is_control() => self.space(from, to),
                    _ => self.push(table.simplified(symbol(lower)), from, to),
                }
            }
        }
    }

    fn space(&mut self, from: usize, to: usize) {
        if self.chars.last().is_none_or(|last| last.ch != ' ') {
            self.push(' ', from, to);
        }
    }

    fn push(&mut self, ch: char, from: usize, to: usize) {
        // Texts are far below 4 GB; a longer one would only lose its highlights.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.chars.push(FoldedChar {
            ch,
            at: place(self.text.len()),
            from: place(from),
            to: place(to),
        });
        self.text.push(ch);
    }
}

fn ascii(ch: char) -> char {
    match ch {
        '[' | '{' => '(',
        ']' | '}' => ')',
        _ => ch.to_ascii_lowercase(),
    }
}

fn symbol(ch: char) -> char {
    match ch {
        '〔' | '【' | '〖' | '〈' | '《' => '(',
        '〕' | '】' | '〗' | '〉' | '》' => ')',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        _ => ch,
    }
}

fn is_invisible(ch: char) -> bool {
    matches!(ch, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Traditional characters with their simplified ones.
pub(crate) struct Traditional {
    /// Index: the character minus U+4E00; 0: stays as it is.
    common: Vec<u16>,
    rare: HashMap<char, char>,
}

impl Traditional {
    pub(crate) fn new(dictionaries: &Dictionaries) -> Self {
        let mut table = Self { common: vec![0; 0x5200], rare: HashMap::new() };
        for line in dictionaries.lines(Dictionary::Traditional) {
            let mut characters = line.split('\t').filter_map(|field| field.chars().next());
            let (Some(traditional), Some(simplified)) = (characters.next(), characters.next())
            else {
                continue;
            };
            let slot =
                (traditional as usize).checked_sub(0x4e00).filter(|&at| at < table.common.len());
            match (slot, u16::try_from(u32::from(simplified))) {
                (Some(at), Ok(code)) => table.common[at] = code,
                _ => {
                    table.rare.insert(traditional, simplified);
                }
            }
        }
        table
    }

    fn simplified(&self, ch: char) -> char {
        let code = ch as usize;
        if let Some(&found) = code.checked_sub(0x4e00).and_then(|at| self.common.get(at)) {
            return if found == 0 { ch } else { char::from_u32(u32::from(found)).unwrap_or(ch) };
        }
        if code < 0x3400 {
            return ch;
        }
        self.rare.get(&ch).copied().unwrap_or(ch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        Analyzer::embedded().folded(text)
    }

    fn identifier(text: &str) -> String {
        Analyzer::embedded().identifier(text)
    }

    #[test]
    fn width_case_script_and_brackets_fold_to_one_form() {
        assert_eq!(
            folded("ＧＭＰ　醫療器械註冊諮詢〔２０２４〕25號"),
            "gmp 医疗器械注册咨询(2024)25号"
        );
        assert_eq!(folded("産品 Ⅲ類 ﬁne e\u{301}"), "产品 iii类 fine é");
        assert_eq!(identifier("沪药监械注〔2024〕25号"), identifier("滬藥監械注 (２０２４) 25 號"));
    }

    #[test]
    fn every_folded_character_knows_its_source() {
        let original = "é Ⅲ類\u{200b}，註册e\u{301}";
        let mut folded = Folded::default();
        folded.fold(original, Analyzer::embedded().traditional());
        let sources: Vec<&str> =
            folded.chars.iter().map(|c| &original[c.from as usize..c.to as usize]).collect();
        assert_eq!(sources, ["é", " ", "Ⅲ", "Ⅲ", "Ⅲ", "類", "，", "註", "册", "e\u{301}"]);
    }

    #[test]
    fn outside_the_index_accents_are_taken_off() {
        let original = "Ｓociété  醫e\u{301}\u{301}藥\u{301}ⅢÅ";
        let folded = fold_with_offsets(original);
        let text: String = folded.iter().map(|(ch, _)| *ch).collect();
        assert_eq!(text, "societe 医e药iiia");
        let sources: Vec<&str> =
            folded[8..].iter().map(|(_, source)| &original[source.clone()]).collect();
        assert_eq!(sources, ["醫", "e\u{301}\u{301}", "藥", "Ⅲ", "Ⅲ", "Ⅲ", "Å"]);
    }

    #[test]
    fn no_shape_of_text_breaks_it() {
        for text in ["", "\u{301}\u{301}", "👩‍👩‍👧", "\0\u{7}\u{fffd}", &"\u{300}".repeat(10_000)]
        {
            let mut folded = Folded::default();
            folded.fold(text, Analyzer::embedded().traditional());
            assert!(
                folded.chars.iter().all(|c| text.get(c.from as usize..c.to as usize).is_some())
            );
        }
    }
}
