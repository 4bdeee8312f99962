//! Files that people bring: taken in whole, told what is wrong with them, and given back as they were.

use serde_json::{Value, json};
use zhanjian::{
    access::Audience,
    answers::AnsweredQuestions,
    transfer::{Import, Outcome, Summary, Tally},
};

use crate::support::{House, on_both_engines};

mod formats;
mod round_trip;

on_both_engines!(
    what_is_imported_is_found,
    the_same_file_twice_changes_nothing,
    a_changed_row_updates_and_keeps_a_version,
    a_dry_run_tells_every_fault_with_its_place_and_writes_nothing,
    nothing_is_written_while_a_row_is_refused_unless_told_to_keep_going,
    columns_that_mean_nothing_are_named_and_refused_when_strict,
    the_same_thing_twice_in_a_file_is_refused,
    an_answer_may_name_a_successor_that_stands_below_it,
    a_link_that_a_broken_import_left_out_is_made_by_the_next,
    large_files_go_in_by_batches,
    a_character_that_no_text_has_is_refused,
);

/// Answers of Pudong's station to everybody, where rows say nothing else.
fn pudong() -> AnsweredQuestions {
    AnsweredQuestions { station: Some("SH-PD".to_owned()), audience: Some(Audience::Public) }
}

fn lines(rows: impl IntoIterator<Item = Value>) -> String {
    let lines: Vec<String> = rows.into_iter().map(|row| row.to_string()).collect();
    lines.join("\n")
}

fn faults(summary: &Summary) -> String {
    let faults: Vec<String> = summary.faults.iter().map(ToString::to_string).collect();
    faults.join("\n")
}

/// How many answers there are, whoever may see them.
async fn count(house: &House) -> usize {
    zhanjian::answers::ids_after(house.db().read(), None, 1_000_000).await.unwrap().len()
}

async fn what_is_imported_is_found(house: &House) {
    house.places().await;
    let file = lines([
        json!({ "externalId": "a", "question": "一次性使用输液器怎么分类", "answer": "按第三类管理" }),
        json!({ "externalId": "b", "question": "内部提醒", "answer": "内部", "audience": "STATION" }),
    ]);
    let summary = house.import(&pudong(), "answers.jsonl", file).await;
    assert_eq!(summary.tally, Tally { added: 2, updated: 0, unchanged: 0, ..Tally::default() });
    assert_eq!(summary.format, "JSON Lines, UTF-8");
    house.settle().await;
    let search = "{ search(query: \"输液器\", filter: { kinds: [ANSWERED_QUESTION] }) { totalCount nodes { ... on AnsweredQuestion {
        externalId number state audience basis station { code } } } } }";
    let reply = house.ask(search).await;
    assert_eq!(reply.at("/search/totalCount"), 1);
    let node = reply.at("/search/nodes/0");
    assert!(node["number"].as_str().unwrap().starts_with("SH-PD-"));
    assert_eq!(
        (&node["state"], &node["audience"], &node["basis"], &node["station"]["code"]),
        (&json!("PUBLISHED"), &json!("PUBLIC"), &json!("EXPERIENCE"), &json!("SH-PD"))
    );
}

async fn the_same_file_twice_changes_nothing(house: &House) {
    house.demo().await;
    let head = async || zhanjian::outbox::head(house.db().read()).await.unwrap();
    let (before, rows) = (head().await, count(house).await);
    let tally = zhanjian::demo::load(house.db(), &house.clock).await.unwrap();
    assert_eq!((tally.added, tally.updated), (0, 0));
    assert!(tally.unchanged > 400);
    assert_eq!((head().await, count(house).await), (before, rows), "nobody is told of no change");
}

async fn a_changed_row_updates_and_keeps_a_version(house: &House) {
    house.places().await;
    let row = |answer: &str| json!({ "externalId": "a", "question": "问", "answer": answer });
    house
        .answers([row("一"), json!({ "externalId": "b", "question": "另一问", "answer": "答" })])
        .await;
    let summary = house
        .answers([row("二"), json!({ "externalId": "b", "question": "另一问", "answer": "答" })])
        .await;
    assert_eq!(summary.tally, Tally { added: 0, updated: 1, unchanged: 1, ..Tally::default() });
    let reply = house
        .ask("{ answeredQuestions { nodes { externalId answer version versions { answer } } } }")
        .await;
    let nodes = reply.at("/answeredQuestions/nodes").as_array().unwrap();
    let changed = nodes.iter().find(|node| node["externalId"] == "a").unwrap();
    assert_eq!(
        changed,
        &json!({ "externalId": "a", "answer": "二", "version": 2, "versions": [{ "answer": "一" }] })
    );
}

async fn a_dry_run_tells_every_fault_with_its_place_and_writes_nothing(house: &House) {
    house.places().await;
    let file = "externalId,question,answer,areas,answeredOn,station,citations,audience,productKind\n\
        a,问题一,答复一,REG-1-01,2024-05-01,SH-PD,,PUBLIC,DEVICE\n\
        b,,答复二,REG-9-99,20260-01-01,SH-XX,,PUBLIC,DEVICE\n\
        c,问题三,,REG-1-01,2024-02-30,SH-PD,\"[{\"\"regulation\"\": \"\"no-such\"\"}]\",SECRET,GADGET\n\
        d,问题四,答复四,REG-1-01,2024-05-01,SH-PD,,PUBLIC,DEVICE\n";
    let dry = Import { dry_run: true, ..Import::default() };
    let summary = house.import_with(&pudong(), "a.csv", file, dry).await;
    assert_eq!((summary.refused, summary.dry_run, summary.tally), (2, true, Tally::default()));
    let told = faults(&summary);
    for said in [
        "line 3, column question (B)",
        "line 3, column areas (D): \"REG-9-99\"",
        "line 3, column answeredOn (E): \"20260-01-01\"",
        "line 3, column station (F): \"SH-XX\"",
        "line 4, column answer (C)",
        "line 4, column answeredOn (E): \"2024-02-30\"",
        "line 4, column citations[0].regulation",
        "line 4, column audience (H): \"SECRET\"",
        "line 4, column productKind (I): \"GADGET\"",
    ] {
        assert!(told.contains(said), "{said} is not in\n{told}");
    }
    assert!(summary.to_string().contains("a dry run, nothing was written"), "{summary}");
    assert_eq!(count(house).await, 0);
    // A good file that is only looked at is as little written.
    let good = lines([json!({ "externalId": "a", "question": "问", "answer": "答" })]);
    let summary = house.import_with(&pudong(), "a.jsonl", good, dry).await;
    assert!(summary.is_clean());
    assert_eq!(count(house).await, 0);
}

async fn nothing_is_written_while_a_row_is_refused_unless_told_to_keep_going(house: &House) {
    house.places().await;
    let file = lines([
        json!({ "externalId": "a", "question": "问一", "answer": "答" }),
        json!({ "externalId": "b", "question": "问二", "answer": "答", "answeredOn": "20260-11-22" }),
        json!({ "externalId": "c", "question": "问三", "answer": "答", "areas": ["REG-0"] }),
        json!({ "externalId": "d", "question": "问四", "answer": "答", "station": "SH-00" }),
        json!({ "externalId": "e", "question": "问五", "answer": "答",
            "citations": [{ "regulation": "nmpa-2025-107" }, { "regulation": "nothing" }] }),
        json!({ "externalId": "f", "question": "问六", "answer": "答" }),
    ]) + "\n{\"externalId\": \"g\", \"question\": \n";
    let summary = house.import_with(&pudong(), "a.jsonl", file.clone(), Import::default()).await;
    assert_eq!((summary.refused, summary.held_back), (5, true));
    assert!(!summary.is_clean());
    assert_eq!(count(house).await, 0);
    let told = faults(&summary);
    for said in [
        "line 2, column answeredOn",
        "line 3, column areas",
        "line 4, column station",
        "line 5, column citations[1].regulation",
        "line 7",
    ] {
        assert!(told.contains(said), "{said} is not in\n{told}");
    }
    let keep_going = Import { keep_going: true, ..Import::default() };
    let summary = house.import_with(&pudong(), "a.jsonl", file, keep_going).await;
    assert_eq!((summary.refused, summary.tally.added, summary.is_clean()), (5, 2, false));
    assert_eq!(count(house).await, 2);
}

async fn columns_that_mean_nothing_are_named_and_refused_when_strict(house: &House) {
    house.places().await;
    let file = "externalId,question,answer,备注,colour\na,问,答,x,red\n";
    let strict = Import { strict: true, ..Import::default() };
    let summary = house.import_with(&pudong(), "a.csv", file, strict).await;
    assert_eq!(summary.unknown_columns, ["备注", "colour"]);
    assert!(!summary.is_clean());
    assert_eq!(count(house).await, 0);
    let summary = house.import_with(&pudong(), "a.csv", file, Import::default()).await;
    assert!(summary.is_clean());
    assert!(
        summary.to_string().contains("columns that mean nothing here: 备注, colour"),
        "{summary}"
    );
    assert_eq!(count(house).await, 1);
}

async fn the_same_thing_twice_in_a_file_is_refused(house: &House) {
    house.places().await;
    let row =
        |id: &str, answer: &str| json!({ "externalId": id, "question": "问", "answer": answer });
    let file = lines([row("a", "一"), row("b", "二"), row("a", "三")]);
    let summary = house.import_with(&pudong(), "a.jsonl", file.clone(), Import::default()).await;
    assert_eq!((summary.refused, summary.held_back), (1, true));
    assert!(faults(&summary).starts_with("line 3"), "{}", faults(&summary));
    let keep_going = Import { keep_going: true, ..Import::default() };
    let summary = house.import_with(&pudong(), "a.jsonl", file, keep_going).await;
    assert_eq!(summary.tally.added, 2);
    house.settle().await;
    let reply = house
        .ask("{ answeredQuestions(filter: { externalIds: [\"a\"] }) { nodes { answer } } }")
        .await;
    assert_eq!(reply.at("/answeredQuestions/nodes/0/answer"), "一", "the first one counts");
    // The same id of another station is another thing.
    let other = json!({ "externalId": "a", "question": "问", "answer": "答", "station": "SH-XH" });
    assert_eq!(house.answers([other]).await.tally.added, 1);
}

async fn an_answer_may_name_a_successor_that_stands_below_it(house: &House) {
    house.places().await;
    let old =
        json!({ "externalId": "old", "question": "旧", "answer": "旧", "supersededBy": "new" });
    let new = json!({ "externalId": "new", "question": "新", "answer": "新" });
    house.answers([old.clone(), new.clone()]).await;
    let successor = "{ answeredQuestions(filter: { externalIds: [\"old\"] }) {
        nodes { state supersededBy { externalId } } } }";
    let expected = json!({ "state": "SUPERSEDED", "supersededBy": { "externalId": "new" } });
    assert_eq!(house.ask(successor).await.at("/answeredQuestions/nodes/0"), &expected);
    let again = house.answers([old, new]).await;
    assert_eq!(again.tally, Tally { added: 0, updated: 0, unchanged: 2, ..Tally::default() });
    assert_eq!(house.ask(successor).await.at("/answeredQuestions/nodes/0"), &expected);
    // One that is nowhere is a fault of its row, and leaves no half of a file behind.
    let lost = lines([
        json!({ "externalId": "x", "question": "问x", "answer": "答" }),
        json!({ "externalId": "y", "question": "问y", "answer": "答", "supersededBy": "nowhere" }),
    ]);
    let summary = house.import_with(&pudong(), "a.jsonl", lost.clone(), Import::default()).await;
    assert!(
        faults(&summary).starts_with("line 2, column supersededBy: \"nowhere\""),
        "{}",
        faults(&summary)
    );
    assert_eq!((summary.refused, count(house).await), (1, 2));
    let dry = Import { dry_run: true, ..Import::default() };
    let summary = house.import_with(&pudong(), "a.jsonl", lost.clone(), dry).await;
    assert_eq!(summary.refused, 1);
    let keep_going = Import { keep_going: true, ..Import::default() };
    let summary = house.import_with(&pudong(), "a.jsonl", lost, keep_going).await;
    assert_eq!((summary.refused, summary.tally.added, count(house).await), (1, 1, 3));
    // One that is here already will do, and what leads to a refused row is refused with it.
    let chain = lines([
        json!({ "externalId": "1", "question": "问1", "answer": "答", "supersededBy": "2" }),
        json!({ "externalId": "2", "question": "问2", "answer": "答", "supersededBy": "3" }),
        json!({ "externalId": "4", "question": "问4", "answer": "答", "supersededBy": "new" }),
    ]);
    let summary = house.import_with(&pudong(), "a.jsonl", chain, keep_going).await;
    assert_eq!((summary.refused, summary.tally.added), (2, 1), "{}", faults(&summary));
}

/// What an import wrote before it was killed is linked by the next one, though nothing else is new.
async fn a_link_that_a_broken_import_left_out_is_made_by_the_next(house: &House) {
    use sea_orm::ConnectionTrait as _;
    house.places().await;
    let rows = [
        json!({ "externalId": "old", "question": "旧", "answer": "旧", "supersededBy": "new" }),
        json!({ "externalId": "new", "question": "新", "answer": "新" }),
    ];
    house.answers(rows.clone()).await;
    let undone = "UPDATE answered_questions SET superseded_by_id = NULL";
    house.db().for_migrations().execute_unprepared(undone).await.unwrap();
    let summary = house.answers(rows).await;
    assert_eq!(summary.tally.unchanged, 2);
    let reply = house
        .ask(
            "{ answeredQuestions(filter: { externalIds: [\"old\"] }) {
        nodes { supersededBy { externalId } } } }",
        )
        .await;
    assert_eq!(reply.at("/answeredQuestions/nodes/0/supersededBy/externalId"), "new");
}

async fn large_files_go_in_by_batches(house: &House) {
    house.places().await;
    // Two and a half batches, each row with parts.
    let rows = (0..1_250).map(|number| {
        json!({ "externalId": format!("n-{number}"), "question": format!("第{number}号产品如何分类"),
            "answer": "按目录", "areas": ["REG-1-01"], "citations": [{ "regulation": "sc-739", "articles": ["第六条"] }] })
    });
    let file = lines(rows);
    let summary = house.import(&pudong(), "many.jsonl", file.clone()).await;
    assert_eq!(summary.tally.added, 1_250);
    house.settle().await;
    let reply = house.ask("{ search(query: \"第1249号产品\", first: 1) { nodes { ... on AnsweredQuestion { externalId
        citations { regulation { key } articles } areas { code } } } } }").await;
    assert_eq!(
        reply.at("/search/nodes/0"),
        &json!({ "externalId": "n-1249", "areas": [{ "code": "REG-1-01" }],
            "citations": [{ "regulation": { "key": "sc-739" }, "articles": ["第六条"] }] })
    );
    let again = house.import(&pudong(), "many.jsonl", file).await;
    assert_eq!(again.tally, Tally { added: 0, updated: 0, unchanged: 1_250, ..Tally::default() });
}

/// PostgreSQL takes no U+0000 in a text: such a row must be refused on both engines, before anything is written.
async fn a_character_that_no_text_has_is_refused(house: &House) {
    house.places().await;
    let file = r#"{"externalId":"a","question":"问\u0000题","answer":"答"}"#;
    let summary = house.import_with(&pudong(), "a.jsonl", file, Import::default()).await;
    assert_eq!((summary.refused, count(house).await), (1, 0), "{}", faults(&summary));
    let file = "externalId,question,answer\na,问\u{0}题,答\n";
    match house.try_import(&pudong(), "a.csv", file, Import::default()).await {
        Outcome::Unreadable(_) => {}
        Outcome::Read(summary) => assert_eq!(summary.refused, 1, "{}", faults(&summary)),
    }
    assert_eq!(count(house).await, 0);
    let nested = r#"{"externalId":"a","question":"问","answer":"答","citations":[{"regulation":"sc-739","quote":"\u0000"}]}"#;
    let summary = house.import_with(&pudong(), "a.jsonl", nested, Import::default()).await;
    assert_eq!((summary.refused, count(house).await), (1, 0), "{}", faults(&summary));
}
