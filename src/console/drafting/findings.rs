//! What in a text would tell who asked: marked where it stands, and what somebody says of each.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::content::Content;
use crate::console::{forms::Form, parts::Localized};

/// Something in a text that would tell who asked.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Finding {
    pub field: String,
    pub kind: String,
    /// Counted in characters, not in bytes.
    pub start: usize,
    /// The first character behind it.
    pub end: usize,
    pub text: String,
    pub sure: bool,
    pub label: Localized,
}

impl Finding {
    /// Whether nobody can call it harmless.
    pub(super) fn is_confidential(&self) -> bool {
        self.kind == "CONFIDENTIAL"
    }
}

/// A piece of a text: which finding it is, counted from 1, where it is one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub text: String,
    pub finding: Option<usize>,
}

/// A field of a text with its findings marked.
pub(super) struct Marked {
    /// The name of the text that names the field.
    pub name: &'static str,
    pub pieces: Vec<Piece>,
}

/// The fields of a text, each with its findings marked.
pub(super) fn marked(content: &Content, findings: &[Finding]) -> Vec<Marked> {
    let mut fields = vec![
        ("question", "question".to_owned(), content.question.as_str()),
        ("answer", "answer".to_owned(), content.answer.as_str()),
    ];
    if let Some(summary) = &content.summary {
        fields.push(("draft-summary", "summary".to_owned(), summary));
    }
    for (place, citation) in content.citations.iter().enumerate() {
        if let Some(quote) = &citation.quote {
            fields.push(("citation-quote", format!("citations.{place}.quote"), quote));
        }
    }
    fields
        .into_iter()
        .map(|(name, field, text)| Marked { name, pieces: pieces(text, &field, findings) })
        .collect()
}

/// A text cut where findings begin and end. Where two overlap, the one that begins first is marked whole.
fn pieces(text: &str, field: &str, findings: &[Finding]) -> Vec<Piece> {
    let signs: Vec<char> = text.chars().collect();
    let mut here: Vec<(usize, &Finding)> =
        findings.iter().enumerate().filter(|(_, it)| it.field == field).collect();
    here.sort_by_key(|(_, finding)| finding.start);
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut push = |from: usize, to: usize, finding: Option<usize>| {
        if let Some(signs) = signs.get(from..to).filter(|it| !it.is_empty()) {
            pieces.push(Piece { text: signs.iter().collect(), finding });
        }
    };
    for (number, finding) in here {
        if finding.start < at || finding.end > signs.len() {
            continue;
        }
        push(at, finding.start, None);
        push(finding.start, finding.end, Some(number + 1));
        at = finding.end;
    }
    push(at, signs.len(), None);
    pieces
}

/// What a form says of each finding.
pub(super) fn decisions(form: &Form) -> Json {
    let [fields, kinds, starts, ends] =
        ["field", "kind", "start", "end"].map(|name| form.all(name));
    let at =
        |values: &[&str], place: usize| values.get(place).copied().unwrap_or_default().to_owned();
    let number =
        |values: &[&str], place: usize| at(values, place).parse::<i32>().unwrap_or_default();
    let decision = |place: usize| {
        json!({
            "field": at(&fields, place),
            "kind": at(&kinds, place),
            "start": number(&starts, place),
            "end": number(&ends, place),
            "harmless": form.text(&format!("verdict-{place}")) == "harmless",
            "reason": form.given(&format!("reason-{place}")),
        })
    };
    (0..fields.len()).map(decision).collect()
}

/// What was said of a finding.
#[derive(Default)]
pub(super) struct Said {
    pub harmless: bool,
    pub telling: bool,
    pub reason: String,
}

/// Findings, each with what was said of it in a form that was not taken.
pub(super) fn judged(findings: &[Finding], form: Option<&Form>) -> Vec<(Finding, Said)> {
    let said = |place: usize| {
        form.map_or_else(Said::default, |form| {
            let verdict = form.text(&format!("verdict-{place}"));
            Said {
                harmless: verdict == "harmless",
                telling: verdict == "telling",
                reason: form.text(&format!("reason-{place}")).to_owned(),
            }
        })
    };
    findings.iter().enumerate().map(|(place, it)| (it.clone(), said(place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(start: usize, end: usize) -> Finding {
        Finding {
            field: "answer".to_owned(),
            kind: "TELEPHONE".to_owned(),
            start,
            end,
            text: String::new(),
            sure: true,
            label: Localized { zh: "电话".to_owned(), en: None },
        }
    }

    #[test]
    fn findings_are_marked_where_they_stand_by_characters() {
        let text = "请致电😀021-55550123。";
        let cut = |findings: &[Finding]| {
            let cut = pieces(text, "answer", findings);
            cut.into_iter().map(|it| (it.text, it.finding)).collect::<Vec<_>>()
        };
        assert_eq!(
            cut(&[finding(4, 16)]),
            [
                ("请致电😀".to_owned(), None),
                ("021-55550123".to_owned(), Some(1)),
                ("。".to_owned(), None)
            ]
        );
        // One that overlaps another, or lies behind the end, leaves the text whole.
        let cut = cut(&[finding(4, 16), finding(6, 10), finding(16, 99)]);
        let whole: String = cut.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!((whole.as_str(), cut.len()), (text, 3));
        assert!(pieces("", "answer", &[finding(0, 1)]).is_empty());
    }
}
