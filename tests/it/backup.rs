//! A copy of the database, made while it serves, and put back into an empty one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::{Value, json};
use zhanjian::{backup, db::DatabaseSettings, demo, transfer::ROWS_AT_ONCE};

use crate::support::{Engine, House, Place, on_both_engines};

on_both_engines!(
    a_copy_goes_back_into_an_empty_database_of_either_engine,
    a_copy_made_while_rows_come_in_is_one_state,
    a_copy_goes_into_no_database_that_has_rows,
    a_damaged_copy_is_refused_and_leaves_nothing_behind,
    a_restored_house_serves_and_its_revisions_go_on,
);

/// The files of a copy.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

async fn fresh(engine: Engine) -> (Place, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (engine.fresh(folder.path()).await, folder)
}

async fn open(settings: &DatabaseSettings) -> zhanjian::db::Database {
    zhanjian::service::open_database(settings).await.unwrap()
}

async fn a_copy_goes_back_into_an_empty_database_of_either_engine(house: &House) {
    house.demo().await;
    let row = |answer: &str| json!({ "externalId": "a", "question": "问", "answer": answer });
    house.answers([row("一")]).await;
    house.answers([row("二")]).await;
    let folder = house.path().join("copy");
    let rows = backup::copy(house.db(), &folder).await.unwrap();
    assert!(rows > 1_000, "{rows}");
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (place, _folder) = fresh(engine).await;
        assert_eq!(backup::restore(&place.settings, &folder).await.unwrap(), rows);
        let db = open(&place.settings).await;
        let again = house.path().join(format!("again-{engine:?}"));
        backup::copy(&db, &again).await.unwrap();
        let (first, second) = (files(&folder), files(&again));
        assert_eq!(first.len(), second.len());
        for (name, text) in &first {
            assert_eq!(Some(text), second.get(name), "{name} on {engine:?}");
        }
        db.close().await.unwrap();
        place.remove().await;
    }
}

async fn a_copy_made_while_rows_come_in_is_one_state(house: &House) {
    house.places().await;
    // Rows come in without a pause for as long as copies are made, so that every copy is made while they do.
    let copied = AtomicBool::new(false);
    let writing = async {
        for batch in 0.. {
            if copied.load(Ordering::Relaxed) {
                break;
            }
            let kind = zhanjian::answers::AnsweredQuestions::default();
            house.import(&kind, "batch.jsonl", batch_of_rows(batch)).await;
        }
    };
    let copying = async {
        let mut states = BTreeSet::new();
        for number in 0.. {
            let folder = house.path().join(format!("copy-{number}"));
            backup::copy(house.db(), &folder).await.unwrap();
            let copy = files(&folder);
            fs::remove_dir_all(&folder).unwrap();
            let count = |table: &str| copy[&format!("{table}.jsonl")].lines().count();
            let answers = count("answered_questions");
            // A transaction of the import is in the copy whole, with all its parts, or not at all.
            assert_eq!(answers % ROWS_AT_ONCE, 0);
            assert_eq!(count("answered_question_areas"), answers * 2);
            assert_eq!(count("citations"), answers);
            states.insert(answers);
            if states.len() == STATES {
                break;
            }
        }
        copied.store(true, Ordering::Relaxed);
    };
    tokio::join!(writing, copying);
}

/// So many states are to be seen in copies.
const STATES: usize = 6;

/// A file that comes in within one transaction.
fn batch_of_rows(batch: usize) -> String {
    let row = |number: usize| {
        json!({ "externalId": format!("n-{batch}-{number}"), "question": format!("第{number}问"), "answer": "答",
            "station": "SH-PD", "audience": "PUBLIC", "areas": ["REG-1-01", "REG-1-02"],
            "citations": [{ "regulation": "sc-739" }] })
    };
    let rows: Vec<String> = (0..ROWS_AT_ONCE).map(|number| row(number).to_string()).collect();
    rows.join("\n")
}

async fn a_copy_goes_into_no_database_that_has_rows(house: &House) {
    house.places().await;
    house.settle().await;
    let folder = house.path().join("copy");
    backup::copy(house.db(), &folder).await.unwrap();
    let (place, _folder) = fresh(house.engine).await;
    let db = open(&place.settings).await;
    demo::load(&db, &house.clock).await.unwrap();
    let stations = zhanjian::stations::all_ids(db.read()).await.unwrap();
    let refused = backup::restore(&place.settings, &folder).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "BAD_USER_INPUT", "{refused}");
    assert!(refused.to_string().contains("there are rows in"), "{refused}");
    assert_eq!(zhanjian::stations::all_ids(db.read()).await.unwrap(), stations);
    db.close().await.unwrap();
    place.remove().await;
    // A folder with something in it takes no copy either.
    let refused = backup::copy(house.db(), &folder).await.unwrap_err();
    assert!(refused.to_string().contains("is not empty"), "{refused}");
}

async fn a_damaged_copy_is_refused_and_leaves_nothing_behind(house: &House) {
    house.demo().await;
    let folder = house.path().join("copy");
    backup::copy(house.db(), &folder).await.unwrap();
    let whole = files(&folder);
    let text = |name: &str| whole[name].clone();
    let answers = text("answered_questions.jsonl");
    let (manifest, stations) = (text("manifest.json"), text("stations.jsonl"));
    let one_less: Vec<&str> = answers.lines().skip(1).collect();
    for (name, content) in [
        ("manifest.json", None),
        ("manifest.json", Some(manifest[..manifest.len() / 2].to_owned())),
        ("manifest.json", Some(manifest.replacen("m2026", "m2027", 1))),
        ("answered_questions.jsonl", None),
        ("answered_questions.jsonl", Some(answers[..answers.len() - 20].to_owned())),
        ("answered_questions.jsonl", Some(one_less.join("\n"))),
        (
            "answered_questions.jsonl",
            Some(format!("{answers}{}\n", answers.lines().next().unwrap())),
        ),
        ("stations.jsonl", Some(stations.replacen("\"code\":", "\"kode\":", 1))),
        ("stations.jsonl", Some("\u{0}\u{1}\u{2}".to_owned())),
        ("citations.jsonl", Some(String::new())),
    ] {
        match &content {
            Some(content) => fs::write(folder.join(name), content).unwrap(),
            None => fs::remove_file(folder.join(name)).unwrap(),
        }
        let (place, _folder) = fresh(house.engine).await;
        let refused = backup::restore(&place.settings, &folder).await;
        assert!(refused.is_err(), "{name}: {content:?}");
        let db = open(&place.settings).await;
        assert!(demo::is_empty(&db).await.unwrap(), "{name} left rows behind");
        db.close().await.unwrap();
        place.remove().await;
        fs::write(folder.join(name), &whole[name]).unwrap();
    }
    let (place, _folder) = fresh(house.engine).await;
    backup::restore(&place.settings, &folder).await.unwrap();
    place.remove().await;
}

async fn a_restored_house_serves_and_its_revisions_go_on(house: &House) {
    house.demo().await;
    let folder = house.path().join("copy");
    backup::copy(house.db(), &folder).await.unwrap();
    // Without its keys, what the copy holds sealed could not be read.
    assert!(backup::keys::copy(&house.keys(), &folder).unwrap());
    let head = zhanjian::outbox::head(house.db().read()).await.unwrap();
    let restored = House::restored(house.engine, &folder).await;
    let search = "{ search(query: \"注册人委托生产\", first: 20) { totalCount nodes {
        ... on AnsweredQuestion { id number externalId } } } }";
    let (here, there) = (house.ask(search).await, restored.ask(search).await);
    assert_eq!(here.at("/search/totalCount"), there.at("/search/totalCount"));
    let sorted = |reply: &crate::support::Reply| {
        let mut nodes: Vec<Value> = reply.at("/search/nodes").as_array().unwrap().clone();
        nodes.sort_by_key(ToString::to_string);
        nodes
    };
    assert_eq!(sorted(&here), sorted(&there), "the same ids and numbers are found");
    restored
        .answers([json!({ "externalId": "later", "question": "恢复之后的问题", "answer": "答" })])
        .await;
    assert!(zhanjian::outbox::head(restored.db().read()).await.unwrap() > head);
    let later = restored
        .ask(
            "{ search(query: \"恢复之后的问题\", first: 1) { nodes {
        ... on AnsweredQuestion { externalId } } } }",
        )
        .await;
    assert_eq!(later.at("/search/nodes/0/externalId"), "later");
    restored.leave().await;
}
