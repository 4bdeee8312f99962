//! What goes out comes back, as far as the table says.

use proptest::prelude::*;

use super::super::{Contributor, FORMATS, Identifier, KINDS, Patent, Record, held, whole};
use super::records;

/// Texts with all that formats make something of.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-zA-Z]{1,8}",
        3 => "[站间医疗器械注册]{1,6}",
        2 => "[\\\\{}~^$&%#_\"'`@,;:|=<>()\\[\\]!*+./-]{1,4}",
        1 => Just("--".to_owned()),
        1 => Just("and".to_owned()),
        1 => Just("@misc(a".to_owned()),
        1 => Just("TY  - JOUR".to_owned()),
        1 => Just("ER  - ".to_owned()),
        1 => Just("<p>&amp;</p>".to_owned()),
        1 => Just("é\u{301}ő".to_owned()),
        1 => Just("\\u{1F9EA}".to_owned()),
        1 => Just("  ".to_owned()),
        1 => Just("\n".to_owned()),
    ];
    proptest::collection::vec(piece, 1..8).prop_map(|pieces| {
        let text = pieces.join(" ").trim().to_owned();
        if text.is_empty() { "a".to_owned() } else { text }
    })
}

fn line() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace('\n', " "))
}

fn day() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(
        (1950..2099, 1..=12, 1..=28).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}")),
    )
}

fn contributor() -> impl Strategy<Value = Contributor> {
    let name = prop_oneof!["[A-Z][a-z]{1,6} [A-Z][a-z]{1,6}", "[王李张][小明红]{1,2}", line()];
    (name, proptest::option::of(Just("0000-0002-1825-0097".to_owned())))
        .prop_map(|(name, orcid)| Contributor { name, orcid })
}

fn identifier() -> impl Strategy<Value = Identifier> {
    let scheme = prop_oneof![
        Just("url".to_owned()),
        Just("PMID".to_owned()),
        Just("PMCID".to_owned()),
        Just("ISBN".to_owned()),
        "[a-z]{3,8}",
    ];
    (scheme, "[a-zA-Z0-9_~%#&./:-]{1,30}").prop_map(|(scheme, value)| Identifier { scheme, value })
}

fn patent() -> impl Strategy<Value = Patent> {
    let number = || proptest::option::of("[A-Z]{2}[0-9]{6,9}[A-Z]");
    (number(), number(), day(), day()).prop_map(
        |(application_no, publication_no, filed_on, granted_on)| {
            let (office, kind) = (Some("CN".to_owned()), Some("发明".to_owned()));
            Patent { office, application_no, publication_no, kind, filed_on, granted_on }
        },
    )
}

fn record() -> impl Strategy<Value = Record> {
    let about =
        (line(), text(), proptest::option::of(text()), proptest::sample::select(KINDS.to_vec()));
    let people = proptest::collection::vec(contributor(), 0..4);
    let dates = (day(), day());
    let numbers = (
        proptest::option::of("10\\.[0-9]{4}/[a-z0-9._-]{1,10}"),
        proptest::collection::vec(identifier(), 0..4),
        proptest::collection::vec(patent(), 0..3),
        proptest::collection::vec("NCT[0-9]{8}", 0..2),
        proptest::collection::vec("[A-Z]{3}-[0-9]{2}", 0..3),
    );
    (about, people, dates, numbers).prop_map(
        |((id, title, summary, kind), contributors, dates, numbers)| {
            let (completed_on, published_on) = dates;
            let (doi, identifiers, patents, trial_ids, areas) = numbers;
            Record {
                external_id: Some(id),
                title,
                summary,
                kind: kind.word.to_owned(),
                contributors,
                completed_on,
                published_on,
                doi,
                identifiers,
                patents,
                trial_ids,
                areas,
                is_ours: true,
                ..Record::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_exported_is_imported_as_the_table_says(some in proptest::collection::vec(record(), 1..4)) {
        for format in FORMATS {
            let file = whole(format, &some);
            let expected: Vec<Record> = some.iter().map(|record| held(format, record)).collect();
            let read = records(format, file.clone());
            prop_assert_eq!(&read, &expected, "{:?}\n{}", format, file);
        }
    }
}

#[test]
fn a_contact_never_goes_out() {
    let row = serde_json::json!({
        "externalId": "a", "title": "示例", "kind": "OTHER", "organization": "o", "trl": 5,
        "contact": {"name": "示例联系人", "email": "secret@example.org", "phone": "13800000000"},
        "audience": "NETWORK", "embargoUntil": "2099-01-01", "state": "DRAFT",
    });
    let record = Record::of_row(row.as_object().expect("an object"));
    for format in FORMATS {
        let file = whole(format, std::slice::from_ref(&record));
        for secret in ["联系人", "secret", "138000", "NETWORK", "2099", "DRAFT"] {
            assert!(!file.contains(secret), "{format:?}: {file}");
        }
    }
}

#[test]
fn the_documentation_shows_the_table() {
    let page = include_str!("../../../docs/formats.md");
    for super::super::Holding { column, held } in super::super::HOLDINGS {
        let words: Vec<&str> = held.iter().map(|held| held.words()).collect();
        let line = format!("| `{column}` | {} |", words.join(" | "));
        assert!(page.lines().any(|found| found == line), "docs/formats.md lacks: {line}");
    }
}
