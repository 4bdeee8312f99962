//! Right files: every encoding, every type of value, names of columns.

use chrono::NaiveDate;
use serde_json::json;

use super::super::{Encoding, FileError, Format, Reader, Row, TextOrObjects, Writer};
use super::{gb, open, refusal, rows};
use crate::language::Language;
use crate::partial_date::PartialDate;

const TABLE: &str = "问题,areas,answeredOn\r\n\"什么是\"\"医疗器械\"\"？\n第二行\",REG-1;REG-2,2024年1月2日\r\n\r\n𠮷,,2024/1/3\r\n";
const ALIASES: &[(&str, &str)] = &[("问题", "question")];

#[test]
fn a_table_reads_the_same_in_every_encoding() {
    let gbk = TABLE.replace('𠮷', "吉");
    for (bytes, encoding, last) in [
        (TABLE.as_bytes().to_vec(), Encoding::Utf8, "𠮷"),
        (format!("\u{FEFF}{TABLE}").into_bytes(), Encoding::Utf8Bom, "𠮷"),
        (gb(&gbk), Encoding::Gbk, "吉"),
        (gb(TABLE), Encoding::Gb18030, "𠮷"),
    ] {
        let total = bytes.len() as u64;
        let mut reader = open("table.csv", bytes).with_aliases(ALIASES).unwrap();
        assert_eq!((reader.format(), reader.encoding()), (Format::Csv, encoding));
        assert_eq!(reader.columns(), ["question", "areas", "answeredOn"]);

        let mut first = reader.next().unwrap().unwrap();
        assert_eq!(first.line(), 2);
        assert_eq!(first.required_text("question"), "什么是\"医疗器械\"？\n第二行");
        assert_eq!(first.texts("areas"), ["REG-1", "REG-2"]);
        assert_eq!(first.date("answeredOn"), NaiveDate::from_ymd_opt(2024, 1, 2));
        first.finish().unwrap();

        let mut second = reader.next().unwrap().unwrap();
        assert_eq!(second.line(), 5);
        assert_eq!(second.required_text("question"), last);
        assert!(second.texts("areas").is_empty());
        second.finish().unwrap();
        assert!(reader.next().is_none());
        assert_eq!((reader.bytes_read(), reader.bytes_total()), (total, total));
    }
}

#[test]
fn json_lines_read_in_every_encoding() {
    let text = "\n{\"question\": \"医疗器械\", \"note\": null}\r\n  \n{\"question\":\"注册\"}";
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        (format!("\u{FEFF}{text}").into_bytes(), Encoding::Utf8Bom),
        (gb(text), Encoding::Gbk),
    ] {
        let reader = open("a.jsonl", bytes);
        assert_eq!(reader.encoding(), encoding);
        let read: Vec<_> = reader
            .map(|row| row.map(|mut row| (row.line(), row.text("question").unwrap())).unwrap())
            .collect();
        assert_eq!(read, [(2, "医疗器械".to_owned()), (4, "注册".to_owned())]);
    }
}

#[test]
fn every_type_of_value_is_read() {
    let line = json!({
        "text": "  甲  ", "number": 16, "texts": ["a", "b;c"], "split": "a；b", "day": "2024-01-02", "month": "2024-07",
        "year": 2020, "count": "7", "flag": "是", "kind": "full time", "modes": "assign;LICENSE",
        "nested": [{"on": "2024-01-02", "articles": ["第三条"]}], "one": {"name": "示例"}, "notation": "x 1; y 2",
    });
    let mut row = rows("a.jsonl", line.to_string()).remove(0);
    assert_eq!(row.text("text").unwrap(), "甲");
    assert_eq!(row.text("number").unwrap(), "16");
    assert_eq!(row.texts("texts"), ["a", "b;c"]);
    assert_eq!(row.texts("split"), ["a", "b"]);
    assert_eq!(row.date("day").unwrap().to_string(), "2024-01-02");
    assert_eq!(row.partial_date("month"), Some(PartialDate::Month(2024, 7)));
    assert_eq!(row.partial_date("year"), Some(PartialDate::Year(2020)));
    assert_eq!(row.integer("count", 0..=9), Some(7));
    assert_eq!(row.boolean("flag"), Some(true));
    assert_eq!(row.choice::<String>("kind", &["FULL_TIME", "PART_TIME"]).unwrap(), "FULL_TIME");
    assert_eq!(row.choices::<String>("modes", &["ASSIGN", "LICENSE"]), ["ASSIGN", "LICENSE"]);
    let mut nested = row.objects("nested");
    assert_eq!(nested[0].date("on").unwrap().to_string(), "2024-01-02");
    assert_eq!(nested[0].texts("articles"), ["第三条"]);
    assert_eq!(row.object("one").unwrap().text("name").unwrap(), "示例");
    assert!(
        matches!(row.text_or_objects("notation"), Some(TextOrObjects::Text(text)) if text == "x 1; y 2")
    );
    assert_eq!(row.text("absent"), None);
    assert_eq!(row.record().len(), 14);
    row.finish().unwrap();
}

#[test]
fn a_row_tells_all_its_faults_at_once() {
    let table = "question,answeredOn,level,count,citations\n,20260,VERY_HIGH,11,\"[{\"\"on\"\":\"\"soon\"\"},{\"\"on\"\":\"\"2024-01-02\"\"}]\"\n";
    let mut row = rows("a.csv", table).remove(0);
    row.required_text("question");
    row.date("answeredOn");
    row.choice::<String>("level", &["LOW", "HIGH"]);
    row.integer("count", 1..=9);
    let mut citations = row.objects("citations");
    citations[0].date("on");
    citations[1].date("on");
    citations[1].fault("on", ("is before the regulation", "早于法规"));
    row.fault_of_row(("is odd", "有误"));
    let faults = row.finish().unwrap_err().0;
    let sentences: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        [
            "line 2, column question (A): is required but empty",
            "line 2, column answeredOn (B): \"20260\" has the year 20260; years go from 1949 to 2100",
            "line 2, column level (C): \"VERY_HIGH\" is not one of LOW, HIGH",
            "line 2, column count (D): \"11\" is not between 1 and 9",
            "line 2, column citations[0].on (E): \"soon\" is not a date; write it as 2024-01-31",
            "line 2, column citations[1].on (E): \"2024-01-02\" is before the regulation",
            "line 2: is odd",
        ]
    );
    assert_eq!(
        faults[1].sentence(Language::ZhCn),
        "第 2 行，answeredOn 列（B）：“20260”年份 20260 不可能，应在 1949 至 2100 之间"
    );
}

#[test]
fn headings_are_known_by_name_alias_and_in_any_case() {
    let mut reader = open("a.csv", "QUESTION,Externalid, 备注 \na,b,c\n");
    reader = reader.with_aliases(&[("备注", "note")]).unwrap();
    let mut row = reader.next().unwrap().unwrap();
    assert_eq!(row.text("question").unwrap(), "a");
    assert_eq!(row.text("externalId").unwrap(), "b");
    assert_eq!(row.text("note").unwrap(), "c");
}

#[test]
fn two_columns_of_one_name_are_refused() {
    assert!(refusal("a.csv", "a,b,A\n").contains("line 1: columns A and C are both A"));
    let refused: FileError = open("a.csv", "问题,question\n").with_aliases(ALIASES).unwrap_err();
    assert!(refused.to_string().contains("are both question"));
    let mut reader =
        open("a.jsonl", r#"{"问题":"a","question":"b"}"#).with_aliases(ALIASES).unwrap();
    assert!(reader.next().unwrap().unwrap_err().to_string().contains("key question twice"));
}

#[test]
fn columns_that_nobody_asks_for_are_named() {
    let mut reader = open("a.jsonl", "{\"a\":1,\"b\":2,\"c\":[{\"d\":1,\"e\":2}]}\n{\"f\":null}\n");
    assert!(reader.unknown_columns().is_empty());
    for row in reader.by_ref() {
        let mut row = row.unwrap();
        row.text("a");
        for mut nested in row.objects("c") {
            nested.text("d");
        }
        row.finish().unwrap();
    }
    assert_eq!(reader.unknown_columns(), ["c.e", "b", "f"]);
    assert_eq!(reader.columns(), ["a", "b", "c", "f"]);

    let mut reader = open("a.csv", "a,b,\n1,,\n");
    reader.by_ref().for_each(|row| drop(row.unwrap().text("a")));
    assert_eq!(reader.unknown_columns(), ["b"]);
}

#[test]
fn tabs_and_semicolons_separate_too() {
    for table in ["a\tb\n1,5\t2\n", "a;b\n1,5;2\n"] {
        let mut row = rows("a.csv", table).remove(0);
        assert_eq!(
            (row.text("a").unwrap(), row.text("b").unwrap()),
            ("1,5".to_owned(), "2".to_owned())
        );
    }
}

#[test]
fn rows_ended_by_a_carriage_return_alone_are_rows() {
    let read: Vec<_> =
        rows("a.csv", "a,b\r1,2\r3,4").into_iter().map(|mut row| row.text("b").unwrap()).collect();
    assert_eq!(read, ["2", "4"]);
}

#[test]
fn a_stream_is_read_like_a_file() {
    let mut reader = Reader::from_reader("export", "{\"a\":1}\n".as_bytes()).unwrap();
    assert_eq!(reader.format(), Format::JsonLines);
    assert_eq!(reader.next().unwrap().unwrap().integer("a", 0..=9), Some(1));
}

#[test]
fn readers_and_rows_may_move_to_another_thread() {
    fn moves<T: Send>() {}
    moves::<Reader>();
    moves::<Row>();
    moves::<Writer>();
}
