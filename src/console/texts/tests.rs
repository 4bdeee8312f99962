//! Whether the catalogue is whole: both languages say the same, and templates name nothing that is not there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_bundle::FluentResource;
use regex::Regex;

use super::*;

/// The names of enumerations of the schema, and how the names of the texts for their values begin.
const LABELS: &[(&str, &str)] = &[
    ("AnswerBasis", "basis"),
    ("AuditActorKind", "actor"),
    ("AuditOutcome", "outcome"),
    ("ClientScope", "scope-of-client"),
    ("ClientState", "client-state"),
    ("Employment", "employment"),
    ("ExpertiseFacet", "area-facet"),
    ("MemberState", "member-state"),
    ("AnswerReportState", "report-state"),
    ("AnsweredQuestionAction", "answer-action"),
    ("AnsweredQuestionState", "answer-state"),
    ("AreaDeclaration", "declared"),
    ("Audience", "audience"),
    ("CitationRole", "citation-role"),
    ("CooperationMode", "cooperation-mode"),
    ("ConsultationChannel", "consultation-channel"),
    ("ConsultationClosure", "consultation-closure"),
    ("ConsultationLevel", "consultation-level"),
    ("ConsultationPriority", "consultation-priority"),
    ("ConsultationState", "consultation-state"),
    ("ConsultationStep", "consultation-step"),
    ("Currency", "currency"),
    ("CurrencyEvent", "event"),
    ("DeidentificationPurpose", "clear-for"),
    ("DeidentificationPurpose", "cleared-for"),
    ("DeviceClass", "device-class"),
    ("ConsultationLevel", "report-level"),
    ("ConsultationState", "report-state"),
    ("ExpertiseFacet", "expertise-facet"),
    ("FacetField", "facet"),
    ("GapKind", "gap"),
    ("IpStatus", "ip-status"),
    ("OrganizationType", "organization-type"),
    ("ProductKind", "product-kind"),
    ("Region", "region"),
    ("RelationKind", "acted-upon"),
    ("RelationKind", "acts"),
    ("ProposalKind", "proposal-kind"),
    ("ProposalState", "proposal-state"),
    ("RelationKind", "relation-kind"),
    ("RelationScope", "scope"),
    ("ReportFigure", "figure"),
    ("ResearchOutputKind", "output-kind"),
    ("ResearchOutputState", "output-state"),
    ("ResourceKind", "resource-kind"),
    ("ResourceState", "resource-state"),
    ("SearchKind", "kind"),
    ("SearchSort", "sort"),
    ("Standing", "standing"),
    ("__TypeKind", "type-kind"),
    ("StationState", "station-state"),
    ("StrengthComponent", "strength"),
    ("DeclineReason", "decline-reason"),
    ("IntroductionOutcomeKind", "introduction-outcome"),
    ("IntroductionPurpose", "introduction-purpose"),
    ("IntroductionSide", "introductions-side"),
    ("IntroductionState", "introduction-state"),
    ("MatchComponentName", "match-component"),
    ("MatchField", "match-field"),
    ("MatchState", "match-state"),
    ("NeedKind", "need-kind"),
    ("NeedState", "need-state"),
    ("ResearchOutputImportOutcome", "row-outcome"),
    ("ResearchOutputImportState", "import-state"),
    ("ResearchOutputSameBy", "same-by"),
];

fn console() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console")
}

/// The names of the texts of a language, each with the things that are put in.
fn names(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let variable = Regex::new(r"\{[^}]*?\$(\w+)").expect("a pattern");
    let mut names = BTreeMap::new();
    for entry in fs::read_dir(console().join("texts").join(language)).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a text");
        FluentResource::try_new(text.clone())
            .unwrap_or_else(|(_, faults)| panic!("{}: {faults:?}", path.display()));
        let mut name = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((found, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                found.clone_into(&mut name);
                let twice = names.insert(name.clone(), BTreeSet::new());
                assert!(twice.is_none(), "{name} stands twice in {language}");
            }
            let put_in = variable.captures_iter(line).map(|found| found[1].to_owned());
            names.entry(name.clone()).or_default().extend(put_in);
        }
        names.remove("");
    }
    names
}

/// Every file of the console whose name ends in one of these.
fn files(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let (mut folders, mut files) = (vec![console()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| endings.iter().any(|end| *end == it)) {
                let text = fs::read_to_string(&path).expect("a text");
                files.push((path, text));
            }
        }
    }
    files
}

#[test]
fn both_languages_have_the_same_texts() {
    let (chinese, english) = (names("zh-CN"), names("en"));
    for (name, put_in) in &chinese {
        assert_eq!(english.get(name), Some(put_in), "{name} is not the same in English");
    }
    for name in english.keys() {
        assert!(chinese.contains_key(name), "{name} is missing in Chinese");
    }
    // Every file of the folders is read.
    for (language, names) in [(Language::ZhCn, chinese), (Language::En, english)] {
        for name in names.keys() {
            let is_read = Texts::in_language(language).catalogue.has_message(name);
            assert!(is_read, "{name} is read from no file");
        }
    }
}

#[test]
fn pages_name_only_texts_that_there_are_and_all_texts_are_used() {
    let known = names("zh-CN");
    let named = Regex::new(r#"(?:text\.(?:of|with|with_two)\(\s*"([a-z0-9-]+)"|(?:text|hint): "([a-z0-9-]+)"|field\(\s*(?:"\w+"|[A-Z]+),\s*"([a-z0-9-]+)"|"((?:law|nav)-[a-z-]+)")"#)
        .expect("a pattern");
    let labelled = Regex::new(r#"\.label\(\s*"([a-z0-9-]+)""#).expect("a pattern");
    let begun = Regex::new(r#"of\(&format!\(\s*"([a-z0-9-]+-)\{"#).expect("a pattern");
    let (mut used, mut beginnings) = (BTreeSet::new(), Vec::new());
    for (path, text) in files(&["html", "rs"]) {
        for found in named.captures_iter(&text) {
            let name = found.iter().skip(1).flatten().next().expect("a name").as_str();
            assert!(known.contains_key(name), "{} names {name}", path.display());
            used.insert(name.to_owned());
        }
        for found in labelled.captures_iter(&text) {
            let kind = &found[1];
            let listed = LABELS.iter().any(|(_, known)| *known == kind);
            assert!(listed, "{} labels {kind}, which no test knows", path.display());
            beginnings.push(format!("{kind}-"));
        }
        beginnings.extend(begun.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    let idle = known.keys().filter(|name| {
        !used.contains(*name) && !beginnings.iter().any(|begin| name.starts_with(begin.as_str()))
    });
    let idle: Vec<_> = idle.collect();
    assert!(idle.is_empty(), "no page says {idle:?}");
}

#[test]
fn whatever_the_api_names_has_a_name_for_people() {
    let schema = include_str!("../../../schema.graphql");
    let known = names("zh-CN");
    let value = Regex::new(r"(?m)^\t([A-Z][A-Z0-9_]*)$").expect("a pattern");
    for (enumeration, kind) in LABELS {
        // GraphQL's own are in no schema document.
        if enumeration.starts_with("__") {
            continue;
        }
        let begin = format!("\nenum {enumeration} {{\n");
        let at = schema.find(&begin).unwrap_or_else(|| panic!("there is no {enumeration}"));
        let body = &schema[at + begin.len()..];
        let body = &body[..body.find("\n}").expect("an end")];
        let values: Vec<_> = value.captures_iter(body).map(|found| found[1].to_owned()).collect();
        assert!(!values.is_empty(), "{enumeration}");
        for value in values {
            let name = format!("{kind}-{value}");
            assert!(known.contains_key(&name), "{name} has no text");
        }
    }
}
