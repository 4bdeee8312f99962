//! What people call the words of research outputs in Chinese: in the template's lists, and in cells that are read.

use sea_orm::ActiveEnum as _;

use super::super::OutputKind;
use crate::{files::Row, language::Text};

/// Kinds: (what people call it, the word).
pub(super) const KINDS: &[(&str, &str)] = &[
    ("期刊论文", "JOURNAL_ARTICLE"),
    ("预印本", "PREPRINT"),
    ("学位论文", "THESIS"),
    ("数据集", "DATASET"),
    ("软件", "SOFTWARE"),
    ("专利", "PATENT"),
    ("样机", "PROTOTYPE"),
    ("生物材料", "BIOLOGICAL_MATERIAL"),
    ("临床试验", "CLINICAL_TRIAL"),
    ("方案", "PROTOCOL"),
    ("标准", "STANDARD"),
    ("技术秘密", "KNOW_HOW"),
    ("其他", "OTHER"),
];

/// States of intellectual property.
pub(super) const IP_STATUSES: &[(&str, &str)] = &[
    ("未申请", "NONE"),
    ("已申请", "FILED"),
    ("已公开", "PUBLISHED"),
    ("已授权", "GRANTED"),
    ("已失效", "LAPSED"),
    ("已许可", "LICENSED"),
    ("已转让", "ASSIGNED"),
];

/// Who may see it.
pub(super) const AUDIENCES: &[(&str, &str)] = &[
    ("公开", "PUBLIC"),
    ("合作平台", "PARTNERS"),
    ("站网内部", "NETWORK"),
    ("本区", "DISTRICT"),
    ("本机构", "ORGANIZATION"),
];

/// What some of them were called in templates that offices may have filled in already.
const FORMER_IP_STATUSES: &[(&str, &str)] = &[("无", "NONE")];
const FORMER_AUDIENCES: &[(&str, &str)] =
    &[("合作伙伴", "PARTNERS"), ("站点网络", "NETWORK"), ("仅本机构", "ORGANIZATION")];

/// Puts the words in the place of what people call them.
pub(super) fn translate(row: &mut Row) {
    row.translate("kind", KINDS);
    for (column, labels) in [
        ("ipStatus", IP_STATUSES),
        ("ipStatus", FORMER_IP_STATUSES),
        ("audience", AUDIENCES),
        ("audience", FORMER_AUDIENCES),
    ] {
        row.translate(column, labels);
    }
}

/// What people call a kind.
pub(crate) fn kind_label(kind: OutputKind) -> Text {
    let word = kind.to_value();
    let english = match kind {
        OutputKind::KnowHow => "Know-how".to_owned(),
        _ => format!("{}{}", &word[..1], word[1..].to_lowercase().replace('_', " ")),
    };
    Text::new(english, label(KINDS, &word).to_owned())
}

/// What people call a word; the word itself where they have no name for it.
pub(super) fn label<'a>(labels: &[(&'a str, &str)], word: &'a str) -> &'a str {
    labels.iter().find(|(_, of)| *of == word).map_or(word, |(label, _)| label)
}

#[cfg(test)]
mod tests {
    use sea_orm::{ActiveEnum, Iterable};

    use super::*;
    use crate::{access::Audience, bibliography, research::IpStatus};

    fn words<T: ActiveEnum<Value = String> + Iterable>() -> Vec<String> {
        T::iter().map(|value| value.to_value()).collect()
    }

    #[test]
    fn every_word_has_a_name_and_a_place_in_each_format() {
        let named = |labels: &[(&str, &str)]| labels.iter().map(|it| it.1.to_owned()).collect();
        assert_eq!(words::<OutputKind>(), named(KINDS));
        assert_eq!(words::<IpStatus>(), named(IP_STATUSES));
        let mut audiences: Vec<String> = named(AUDIENCES);
        audiences.push("STATION".to_owned());
        let mut all = words::<Audience>();
        audiences.sort();
        all.sort();
        assert_eq!(all, audiences);
        let kinds: Vec<&str> = bibliography::KINDS.iter().map(|kind| kind.word).collect();
        assert_eq!(words::<OutputKind>(), kinds);
    }

    #[test]
    fn kinds_are_named_in_both_languages() {
        let named = |kind| {
            let Text { en, zh } = kind_label(kind);
            (en.into_owned(), zh.into_owned())
        };
        assert_eq!(
            named(OutputKind::JournalArticle),
            ("Journal article".into(), "期刊论文".into())
        );
        assert_eq!(named(OutputKind::KnowHow), ("Know-how".into(), "技术秘密".into()));
    }

    #[test]
    fn former_names_are_still_read() {
        for (column, labels) in [
            ("ipStatus", IP_STATUSES),
            ("ipStatus", FORMER_IP_STATUSES),
            ("audience", AUDIENCES),
            ("audience", FORMER_AUDIENCES),
        ] {
            for (label, word) in labels {
                let cell = (column.to_owned(), (*label).into());
                let mut row = Row::of([cell].into_iter().collect());
                translate(&mut row);
                assert_eq!(row.text(column).as_deref(), Some(*word), "{label}");
            }
        }
    }

    #[test]
    fn files_and_pages_call_things_the_same() {
        let pages = concat!(
            include_str!("../../console/texts/zh-CN/marks.ftl"),
            include_str!("../../console/texts/zh-CN/network.ftl"),
        );
        for (prefix, labels) in
            [("output-kind", KINDS), ("ip-status", IP_STATUSES), ("audience", AUDIENCES)]
        {
            for (label, word) in labels {
                let line = format!("{prefix}-{word} = {label}");
                assert!(pages.lines().any(|it| it == line), "pages do not say {line}");
            }
        }
    }

    #[test]
    fn the_table_of_formats_has_every_column() {
        use crate::{research::ResearchOutputs, transfer::Transfer};
        let columns: Vec<&str> = bibliography::HOLDINGS.iter().map(|it| it.column).collect();
        assert_eq!(columns, ResearchOutputs::COLUMNS);
    }
}
