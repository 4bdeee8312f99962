//! Names that are known beforehand, found in all their forms: those of the consultation, and those of companies.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{
    Confidential, Kind,
    names::{Form, Weight, of_company, of_other, of_person},
    terms::ValueKind,
    text::{Folded, Found, Letters, count, first, is_han, last},
    words::{
        AFTER_NAMES, BEFORE_NAMES, COMMON, NOT_BEHIND_TITLES, REGIONS, TRADES, beginning, ending,
    },
};
use crate::error::{Error, Result};

/// What else belongs to a short name that stands before it.
const GOES_ON: &[&str] = &["集团公司", "集团", "公司", "总公司", "分公司"];

/// The names of companies that nobody should read of, made ready once for many texts.
pub struct Enterprises {
    matcher: Matcher,
}

impl Enterprises {
    /// Takes the names of the organizations of type ENTERPRISE.
    ///
    /// Fails only where the names together are more than a matcher can hold, some hundred million characters.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Result<Self> {
        let forms = names.into_iter().flat_map(|name| of_company(name.as_ref()));
        let told = forms.filter(|form| form.weight < Weight::Ordinary && count(&form.letters) >= 2);
        // A full name of two or three characters is no more than a core.
        let weighed = told.map(|form| match form.weight {
            Weight::Full if count(&form.letters) <= 3 => Form { weight: Weight::Core, ..form },
            _ => form,
        });
        let own = weighed
            .filter(|form| form.weight != Weight::Core || !COMMON.contains(&form.letters.as_str()));
        Ok(Self { matcher: Matcher::new(own)? })
    }

    pub(super) fn find(&self, folded: &Folded, letters: &Letters, found: &mut Vec<Found>) {
        self.matcher.each(letters, |range, weight| {
            if !folded.is_alone(&range)
                || folded.is_broken(&range)
                || is_word_in_small_letters(folded, &range)
            {
                return;
            }
            let whole = with_surroundings(folded, &range);
            let core = weight == Weight::Core;
            if !core || stands_apart(folded, &range, &whole) {
                let sure = !core || whole != range;
                found.push(Found { kind: Kind::Enterprise, range: whole, sure });
            }
        });
    }
}

/// The confidential values of one consultation in all their forms: a few dozen, so that each is looked for by itself.
pub(super) struct Values {
    forms: Vec<Form>,
}

impl Values {
    pub(super) fn new(confidential: &Confidential) -> Self {
        let forms = confidential.values.iter().flat_map(|value| match value.kind {
            ValueKind::Company => of_company(&value.value),
            ValueKind::Person => of_person(&value.value),
            ValueKind::Other => of_other(&value.value),
        });
        Self { forms: forms.filter(|form| count(&form.letters) >= 2).collect() }
    }

    pub(super) fn find(&self, folded: &Folded, letters: &Letters, found: &mut Vec<Found>) {
        self.each(letters, |range, weight| {
            let text = &folded.text[range.clone()];
            let long = count(text) >= 4;
            let alone = folded.is_alone(&range);
            // Short codes are parts of many words and numbers; long ones are found wherever they stand.
            if text.is_ascii() && !long && !alone {
                return;
            }
            let whole = match weight {
                Weight::Full => range,
                _ if !long && folded.is_broken(&range) => return,
                Weight::Titled if !is_titled(folded, &range) => return,
                Weight::Titled => range,
                Weight::Short | Weight::Core | Weight::Ordinary => {
                    with_surroundings(folded, &range)
                }
            };
            let sure = alone && weight != Weight::Ordinary;
            found.push(Found { kind: Kind::Confidential, range: whole, sure });
        });
    }

    fn each(&self, letters: &Letters, mut see: impl FnMut(Range<usize>, Weight)) {
        for form in &self.forms {
            for (at, matched) in letters.text.match_indices(&form.letters) {
                if let Some(range) = letters.in_folded(&(at..at + matched.len())) {
                    see(range, form.weight);
                }
            }
        }
    }
}

/// Finds many forms at once.
struct Matcher {
    automaton: AhoCorasick,
    weights: Vec<Weight>,
}

impl Matcher {
    fn new(forms: impl Iterator<Item = Form>) -> Result<Self> {
        let mut forms: Vec<Form> = forms.collect();
        forms.sort_unstable_by(|a, b| a.letters.cmp(&b.letters).then(a.weight.cmp(&b.weight)));
        // Where several names have a form in common, the one that tells most counts.
        forms.dedup_by(|later, first| later.letters == first.letters);
        let weights = forms.iter().map(|form| form.weight).collect();
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(forms.iter().map(|form| &form.letters))
            .map_err(Error::internal)?;
        Ok(Self { automaton, weights })
    }

    /// Every form, also those inside of others, by its bytes in the folded text.
    fn each(&self, letters: &Letters, mut see: impl FnMut(Range<usize>, Weight)) {
        for found in self.automaton.find_overlapping_iter(&letters.text) {
            if let (Some(range), Some(weight)) =
                (letters.in_folded(&found.range()), self.weights.get(found.pattern().as_usize()))
            {
                see(range, *weight);
            }
        }
    }
}

/// A short name with the region before it, and the trade and 公司 or 集团 behind it: 上海示例科技公司.
fn with_surroundings(folded: &Folded, range: &Range<usize>) -> Range<usize> {
    if !folded.text[range.clone()].contains(is_han) {
        return range.clone();
    }
    let before = last(folded.before(range), 30);
    let bare = before.strip_suffix(['省', '市', '区', '县']).unwrap_or(before);
    let region = ending(bare, &REGIONS).map_or(0, |region| region + before.len() - bare.len());
    let mut rest = first(folded.after(range), 60);
    let behind = rest.len();
    for words in [&TRADES[..], &TRADES, &TRADES, GOES_ON] {
        rest = &rest[beginning(rest, words).unwrap_or(0)..];
    }
    range.start - region..range.end + behind - rest.len()
}

/// Whether a core of two or three characters is a name here, and not the end of one word and the beginning of the next.
fn stands_apart(folded: &Folded, core: &Range<usize>, whole: &Range<usize>) -> bool {
    let (before, after) = (last(folded.before(core), 30), first(folded.after(core), 30));
    let free_before = whole.start < core.start
        || !before.ends_with(is_han)
        || ending(before, &BEFORE_NAMES).is_some();
    let free_after = whole.end > core.end
        || !after.starts_with(is_han)
        || beginning(after, &AFTER_NAMES).is_some();
    free_before && free_after
}

/// Whether a title of one character is not the beginning of another word.
fn is_titled(folded: &Folded, range: &Range<usize>) -> bool {
    let single = folded.text[range.clone()].ends_with(['总', '工', '董', '姐', '哥']);
    let word = matches!(&folded.text[range.clone()], "高工" | "施工" | "成工" | "平总" | "汪总");
    let goes_on = folded.after(range).starts_with(|next| NOT_BEHIND_TITLES.contains(next));
    !(word || single && goes_on)
}

/// Latin names of one word are names only where they are written with capitals; that is asked of the original.
fn is_word_in_small_letters(folded: &Folded, range: &Range<usize>) -> bool {
    let text = &folded.text[range.clone()];
    text.bytes().all(|byte| byte.is_ascii_lowercase()) && !folded.begins_with_capital(range)
}
