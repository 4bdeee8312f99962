//! What is exported and imported into an empty store is exported as the same.

use std::{collections::BTreeMap, path::Path};

use serde_json::json;
use zhanjian::{
    answers::AnsweredQuestions,
    expertise::ExpertiseAreas,
    files::{Format, Writer},
    organizations::{Organizations, Resources},
    regulations::{RegulationRelations, Regulations},
    research::ResearchOutputs,
    stations::Stations,
    transfer::{Known, Transfer},
};

use crate::support::{Engine, House, on_both_engines};

on_both_engines!(
    export_then_import_gives_the_same,
    export_then_import_gives_the_same_across_engines,
    what_only_an_operator_can_say_survives_the_journey,
);

/// Writes all rows of a kind, as the command does, and gives the lines in an order of their own: an export goes by ids.
async fn export<T: Transfer>(house: &House, kind: &T, path: &Path, format: Format) -> Vec<String> {
    let known = Known::load(house.db()).await.unwrap();
    let mut writer = Writer::create(path, format, T::COLUMNS).unwrap();
    let mut after = None;
    loop {
        let (rows, last) = kind.export(house.db(), &known, after).await.unwrap();
        for row in &rows {
            writer.write(row).unwrap();
        }
        if last.is_none() || rows.is_empty() {
            break;
        }
        after = last;
    }
    writer.finish().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    // A row of CSV may span lines; sorted, they are the same lines all the same.
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

type Exports = BTreeMap<&'static str, Vec<String>>;

/// Every kind, in the order in which one refers to another.
macro_rules! each_kind {
    ($each:ident) => {
        $each!("1-expertise-areas", ExpertiseAreas);
        $each!("2-stations", Stations);
        $each!("3-regulations", Regulations);
        $each!("4-regulation-relations", RegulationRelations);
        $each!("5-organizations", Organizations);
        $each!("6-answered-questions", AnsweredQuestions::default());
        $each!("7-research-outputs", ResearchOutputs::default());
        $each!("8-resources", Resources::default());
    };
}

fn file(house: &House, name: &str, format: Format) -> std::path::PathBuf {
    let ending = if format == Format::Csv { "csv" } else { "jsonl" };
    house.path().join(format!("{name}.{ending}"))
}

async fn export_all(house: &House, format: Format) -> Exports {
    let mut all = Exports::new();
    macro_rules! export_kind {
        ($name:literal, $kind:expr) => {
            let path = file(house, $name, format);
            all.insert($name, export(house, &$kind, &path, format).await);
        };
    }
    each_kind!(export_kind);
    all
}

async fn import_all(from: &House, into: &House, format: Format) {
    macro_rules! import_kind {
        ($name:literal, $kind:expr) => {
            let path = file(from, $name, format);
            let name = path.file_name().unwrap().to_str().unwrap();
            let summary = into.import(&$kind, name, std::fs::read(&path).unwrap()).await;
            assert!(summary.unknown_columns.is_empty(), "{}: {:?}", $name, summary.unknown_columns);
        };
    }
    each_kind!(import_kind);
}

async fn survives(house: &House, engine: Engine, format: Format) {
    let original = export_all(house, format).await;
    assert!(original.values().all(|lines| lines.len() > 10));
    let other = House::new(engine).await;
    import_all(house, &other, format).await;
    let copy = export_all(&other, format).await;
    for (name, lines) in &original {
        assert_eq!(lines.len(), copy[name].len(), "{name}");
        for (line, copied) in lines.iter().zip(&copy[name]) {
            assert_eq!(line, copied, "{name}");
        }
    }
    other.leave().await;
}

async fn export_then_import_gives_the_same(house: &House) {
    house.demo().await;
    survives(house, house.engine, Format::JsonLines).await;
    survives(house, house.engine, Format::Csv).await;
}

async fn export_then_import_gives_the_same_across_engines(house: &House) {
    house.demo().await;
    survives(house, house.engine.other(), Format::JsonLines).await;
}

async fn what_only_an_operator_can_say_survives_the_journey(house: &House) {
    house.demo().await;
    house
        .answers([
            json!({ "externalId": "draft", "question": "草稿", "answer": "答", "state": "DRAFT" }),
            json!({ "externalId": "withdrawn", "question": "撤回", "answer": "答", "state": "WITHDRAWN" }),
            json!({ "externalId": "=1+1", "question": "=HYPERLINK(\"x\")", "answer": " 前后有空格 \n\n\"引号\",逗号;分号\t制表\r\n换行 " }),
            json!({ "externalId": "long", "question": "长", "answer": "很长的答复。".repeat(5_000) }),
            json!({ "externalId": "odd", "question": "👩‍🔬\u{feff}\u{200b}\u{202e}𠮷", "answer": "e\u{301}", "author": "示例;人员" }),
        ])
        .await;
    survives(house, house.engine, Format::JsonLines).await;
    survives(house, house.engine, Format::Csv).await;
}
