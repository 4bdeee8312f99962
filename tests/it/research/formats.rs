//! Research outputs in every format: the template filled in, reference managers' files taken in, files taken away.

use std::collections::BTreeMap;

use axum::{body::Body, http::Request};
use chrono::{TimeZone as _, Utc};
use serde_json::{Map, Value, json};
use zhanjian::{
    access::Audience,
    bibliography::{self, FORMATS, held},
    files::{Format, Input, Reader},
    research::{self, ResearchOutputs, SAMPLE},
    transfer::{Import, Known, Transfer},
};

use crate::support::{House, Reply, on_both_engines};

on_both_engines!(
    what_is_exported_comes_back_as_far_as_the_format_goes,
    the_template_is_taken_in_as_it_is,
    a_workbook_of_outputs_is_taken_in_as_it_is,
    faults_of_a_filled_template_name_the_cell,
    a_library_of_references_is_taken_in,
    what_may_be_read_is_taken_away_and_nothing_else,
    many_are_taken_away_in_their_order,
);

fn all_of(organization: &str) -> ResearchOutputs {
    ResearchOutputs {
        audience: Some(Audience::Public),
        organization: Some(organization.to_owned()),
        ..ResearchOutputs::default()
    }
}

/// All rows as the operator's file has them, by their ids.
async fn rows(house: &House) -> BTreeMap<String, Map<String, Value>> {
    let known = Known::load(house.db()).await.unwrap();
    let (rows, _) = ResearchOutputs::default().export(house.db(), &known, None).await.unwrap();
    rows.into_iter().map(|row| (row["externalId"].as_str().unwrap().to_owned(), row)).collect()
}

async fn what_is_exported_comes_back_as_far_as_the_format_goes(house: &House) {
    house.demo().await;
    let known = Known::load(house.db()).await.unwrap();
    let today = house.clock.today();
    let (records, _) = research::shown_records(house.db(), &known, today, None).await.unwrap();
    assert!(records.len() > 5);
    for format in FORMATS {
        let file = bibliography::whole(format, &records);
        assert!(!file.contains("demo-ro-008"), "it is under embargo");
        let reader = bibliography::open(Input::memory("file", file.clone()), Some(format)).unwrap();
        let read: Vec<_> =
            reader.map(|row| bibliography::Record::of_row(&row.unwrap().record())).collect();
        let expected: Vec<_> = records.iter().map(|record| held(format, record)).collect();
        assert_eq!(read, expected, "{format:?}");
        // And it goes in: an organization of its own takes all of it.
        let owner = known.organizations.keys().min().unwrap();
        let kind = ResearchOutputs { format: Some(format), ..all_of(owner) };
        let import = Import { dry_run: true, ..Import::default() };
        let summary = house.import_with(&kind, "file", file, import).await;
        assert!(summary.is_clean() && summary.unknown_columns.is_empty(), "{summary}");
    }
}

async fn the_template_is_taken_in_as_it_is(house: &House) {
    house.places().await;
    let known = Known::load(house.db()).await.unwrap();
    for (format, name) in [(Format::Xlsx, "t.xlsx"), (Format::Csv, "t.csv")] {
        let bytes = research::template(&known, format, now()).unwrap();
        let import = Import { strict: true, ..Import::default() };
        let summary = house.import_with(&all_of("demo-univ"), name, bytes.clone(), import).await;
        assert!(summary.is_clean(), "{summary} {:?}", summary.faults);
        assert_eq!(summary.tally.added, 0, "the sample is not taken in");
        if format == Format::Csv {
            // What the sample says is right: under another number it goes in.
            let text = String::from_utf8(bytes).unwrap().replace(SAMPLE, "own-1");
            let summary = house.import(&all_of("demo-univ"), name, text).await;
            assert_eq!(summary.tally.added, 1);
        } else {
            assert_eq!(Reader::from_bytes(name, bytes).unwrap().sheet(), Some("成果"));
        }
    }
    let row = &rows(house).await["own-1"];
    assert_eq!(row["kind"], "PROTOTYPE");
    assert_eq!(row["ipStatus"], "FILED");
    assert_eq!(row["audience"], "PARTNERS");
    assert_eq!(row["cooperationModes"], json!(["LICENSE", "JOINT"]));
    assert_eq!(row["patents"][0]["applicationNo"], "201710601862.3");
    assert_eq!(
        row["contributors"],
        json!([{"name": "示例张"}, {"name": "示例李", "orcid": "0000-0002-1825-0097"}])
    );
}

async fn a_workbook_of_outputs_is_taken_in_as_it_is(house: &House) {
    house.demo().await;
    let before = rows(house).await;
    let known = Known::load(house.db()).await.unwrap();
    let all: Vec<_> = before.values().cloned().collect();
    let bytes = research::sheet(&all, &known, now()).unwrap();
    let summary = house.import(&ResearchOutputs::default(), "all.xlsx", bytes).await;
    assert_eq!(summary.tally.added, 0, "{summary}");
    assert!(summary.unknown_columns.is_empty());
    // Modes of cooperation are a set; the workbook has a column for each, and so an order of its own.
    let in_order = |mut rows: BTreeMap<String, Map<String, Value>>| {
        for row in rows.values_mut() {
            if let Some(modes) = row.get_mut("cooperationModes").and_then(Value::as_array_mut) {
                modes.sort_by_key(ToString::to_string);
            }
        }
        rows
    };
    assert_eq!(in_order(rows(house).await), in_order(before));
}

async fn faults_of_a_filled_template_name_the_cell(house: &House) {
    house.places().await;
    let file = "编号,机构,标题,摘要,类型,专利申请号,专业领域1,完成人,合作方式：许可\n\
        1,demo-univ 示例大学,甲,摘要,专利,201710601862.4,没有的领域,示例张 0000-0002-1825-0098,也许\n";
    let import = Import::default();
    let summary = house.import_with(&all_of("demo-univ"), "t.csv", file, import).await;
    let faults: Vec<String> = summary.faults.iter().map(ToString::to_string).collect();
    for told in [
        "column patents.applicationNo (F): \"201710601862.4\" has a wrong check digit",
        "column areas.1 (G)",
        "column contributors (H)",
        "column cooperationModes.LICENSE (I): \"也许\" is neither yes nor no",
    ] {
        assert!(faults.iter().any(|fault| fault.contains(told)), "{told}: {faults:#?}");
    }
    assert_eq!(faults.len(), 4, "{faults:#?}");
}

async fn a_library_of_references_is_taken_in(house: &House) {
    house.places().await;
    let library = "@article{a1, title={一种示例传感器的研究}, author={示例张 and 示例李}, year={2024},\n\
        abstract={做了什么。}, doi={10.5555/Library.1}}\n\
        @misc{a2, title={No abstract}}\n@misc{a3, title={Bad}, abstract={x}, doi={10.1}}\n";
    let import = Import { keep_going: true, ..Import::default() };
    let kind = all_of("demo-univ");
    let summary = house.import_with(&kind, "library.bib", library, import).await;
    assert_eq!((summary.tally.added, summary.refused), (1, 2), "{summary}");
    let faults: Vec<String> = summary.faults.iter().map(ToString::to_string).collect();
    assert!(faults[0].contains("line 3, column abstract (abstract): is required"), "{faults:?}");
    assert!(faults[1].contains("line 4, column doi (doi): \"10.1\" is no DOI"), "{faults:?}");
    let row = &rows(house).await["10.5555/library.1"];
    assert_eq!(row["publishedOn"], "2024-01-01");
    assert_eq!(row["sourceFormat"], "BibTeX");
    assert!(row.get("contact").is_none() && row.get("trl").is_none());
    // The same by another format is the same.
    let ris = "TY  - JOUR\nTI  - 一种示例传感器的研究\nAU  - 示例张\nAU  - 示例李\nPY  - 2024\nAB  - 做了什么。\n\
        DO  - 10.5555/library.1\nER  - \n";
    let summary = house.import(&kind, "library.ris", ris).await;
    assert_eq!((summary.tally.added, summary.tally.updated), (0, 1), "{summary}");
    assert_eq!(summary.format, "RIS, UTF-8");
}

async fn what_may_be_read_is_taken_away_and_nothing_else(house: &House) {
    house.demo().await;
    let all = rows(house).await;
    let listed =
        house.anybody().ask("{ researchOutputs(first: 100) { nodes { id externalId } } }").await;
    let ids = listed.texts("/researchOutputs/nodes", "/externalId");
    for format in ["datacite", "csl", "bibtex", "ris", "csv", "jsonl"] {
        let reply = take(house, &format!("/exports/research-outputs?format={format}")).await;
        assert_eq!(reply.status, 200, "{format}: {}", reply.text);
        for id in all.keys() {
            let there = reply.text.contains(id.as_str());
            assert_eq!(there, ids.contains(id), "{format} {id}");
        }
        for row in all.values() {
            for secret in row.get("contact").and_then(Value::as_object).into_iter().flatten() {
                assert!(!reply.text.contains(secret.1.as_str().unwrap()), "{format}");
            }
        }
        assert!(!reply.text.contains("audience") && !reply.text.contains("PUBLIC"), "{format}");
    }
    let id = listed.at("/researchOutputs/nodes/0/id").as_str().unwrap().to_owned();
    let one = take(house, &format!("/exports/research-outputs/{id}?format=csl")).await;
    let one: Value = serde_json::from_str(&one.text).unwrap();
    assert_eq!(one.as_array().unwrap().len(), 1);
    for (path, status) in [
        ("/exports/research-outputs", 400),
        ("/exports/research-outputs?format=docx", 400),
        ("/exports/research-outputs?format=ris&state=DRAFT", 400),
        ("/exports/research-outputs/nothing?format=ris", 400),
        ("/exports/other?format=ris", 404),
    ] {
        assert_eq!(take(house, path).await.status, status, "{path}");
    }
}

async fn many_are_taken_away_in_their_order(house: &House) {
    house.places().await;
    // More than are read in one statement, some of them on the same day.
    let row = |at: usize| {
        json!({ "externalId": format!("many-{at:03}"), "title": format!("示例成果 {at:03}"), "abstract": "示例摘要",
            "kind": "DATASET", "publishedOn": format!("2025-01-{:02}", 1 + at % 28) })
        .to_string()
    };
    let lines: Vec<String> = (0..450).map(row).collect();
    house.import(&all_of("demo-univ"), "many.jsonl", lines.join("\n")).await;
    let asked = "/exports/research-outputs?organization=demo-univ&format";
    let lines = take(house, &format!("{asked}=jsonl")).await;
    let rows: Vec<Value> =
        lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let days: Vec<&str> = rows.iter().map(|row| row["publishedOn"].as_str().unwrap()).collect();
    assert!(days.is_sorted_by(|one, next| one >= next), "{days:?}");
    let ids: std::collections::BTreeSet<&str> =
        rows.iter().map(|row| row["externalId"].as_str().unwrap()).collect();
    assert_eq!((rows.len(), ids.len()), (450, 450));
    let csv = take(house, &format!("{asked}=csv")).await;
    assert_eq!(csv.text.lines().count(), 451);
    let bibtex = take(house, &format!("{asked}=bibtex")).await;
    assert_eq!(bibtex.text.matches("\n@").count() + 1, 450);
    let csl: Value = take(house, &format!("{asked}=csl")).await.body;
    assert_eq!(csl.as_array().unwrap().len(), 450);
}

/// Asks for a file without saying who.
async fn take(house: &House, address: &str) -> Reply {
    house.send(Request::get(address).body(Body::empty()).unwrap()).await
}

fn now() -> chrono::DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 4, 0, 0).unwrap()
}
