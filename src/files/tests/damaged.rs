//! Damaged files: told row by row where that can be, and never a panic.

use std::path::Path;

use super::super::{MAX_ROW_BYTES, Reader};
use super::{gb, open, outcome, refusal, rows};

/// The sentence for the line, or nothing if its row is right.
fn told(name: &str, bytes: impl AsRef<[u8]> + Send + 'static) -> Vec<(u64, String)> {
    outcome(open(name, bytes))
        .into_iter()
        .map(|(line, sentence)| (line, sentence.unwrap_or_default()))
        .collect()
}

#[test]
fn bad_json_spoils_its_own_line_only() {
    let text = "{\"a\":1}\n{\"a\":\n[1]\n\"问\"\n{\"问\":}\n{\"a\":\"\\ud800\"}\n{\"a\":1}x\n{\"a\":1,\"a\":2}\nnull\n{\"a\":2}\n";
    let told = told("a.jsonl", text);
    assert_eq!(
        told.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        (1..=10).collect::<Vec<_>>()
    );
    assert_eq!((told[0].1.as_str(), told[9].1.as_str()), ("", ""));
    assert_eq!(told[4].1, "line 5 (character 6): is not a valid JSON object: expected value");
    assert!(told[2].1.contains("one whole object"), "{}", told[2].1);
    assert!(told[5].1.contains("surrogate") || told[5].1.contains("hex escape"), "{}", told[5].1);
    assert!(told[7].1.contains("twice"));
    assert!(told[1..9].iter().all(|(_, sentence)| !sentence.is_empty()));
}

#[test]
fn bytes_that_are_no_characters_are_pointed_at() {
    let mut table = "问题,回答\n医疗器械,".as_bytes().to_vec();
    table.extend_from_slice(b"\xFF\n");
    table.extend_from_slice("注册,变更\n".as_bytes());
    assert_eq!(
        told("a.csv", table),
        [
            (2, "line 2, column 回答 (B): has bytes that are not valid UTF-8; save the file again as UTF-8".to_owned()),
            (3, String::new())
        ]
    );

    let mut lines = gb("{\"a\":\"医疗器械注册\"}\n{\"a\":\"医疗");
    lines.extend_from_slice(b"\xFF\"}\n");
    let told = told("a.jsonl", lines);
    assert_eq!(told[0], (1, String::new()));
    assert!(
        told[1].1.starts_with("line 2 (character 9): has bytes that are not valid GBK"),
        "{}",
        told[1].1
    );
}

#[test]
fn rows_of_the_wrong_length_are_named() {
    let told = told("a.csv", "a,b\n1\n1,2\n1,2,3\n1,2,,\n");
    assert!(told[0].1.starts_with("line 2: has 1 cells where the header has 2"));
    assert_eq!(told[1], (3, String::new()));
    assert!(told[2].1.starts_with("line 4: has 3 cells where the header has 2"));
    assert_eq!(told[3], (5, String::new()));
}

#[test]
fn rows_of_nothing_but_white_space_are_passed_over() {
    assert_eq!(told("a.csv", "a,b\n,\n \u{3000},\t\n1,\n"), [(4, String::new())]);
}

#[test]
fn an_open_quote_spoils_its_own_row_only() {
    let told = told("a.csv", "a,b\n1,2\n\"3,4\n5,6\n7,8");
    assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert!(told[1].1.contains("double quote that is not closed"));
    assert!(told[2].1.is_empty() && told[3].1.is_empty());
}

#[test]
fn lines_behind_an_open_quote_are_read_once_and_in_order() {
    let lines: String =
        (3..=200_000).map(|number| format!("{number},x\n")).collect::<Vec<_>>().concat();
    assert!(lines.len() > MAX_ROW_BYTES);
    let mut reader = open("a.csv", format!("a,b\n\"x,y\n{lines}"));
    assert!(
        reader.next().unwrap().unwrap_err().to_string().starts_with("line 2: opens a double quote")
    );
    let mut expected = 3;
    for row in reader {
        let mut row = row.unwrap();
        assert_eq!(row.line(), expected);
        assert_eq!(row.integer("a", 0..=1_000_000), i64::try_from(expected).ok());
        expected += 1;
    }
    assert_eq!(expected, 200_001);
}

#[test]
fn quotes_that_pair_nowhere_end_the_reading() {
    let row = "a\",\"\n";
    let told = told("a.csv", format!("a,b\n\"\n{}", row.repeat(2 * MAX_ROW_BYTES / row.len())));
    assert!(told.len() < 30, "{}", told.len());
    assert!(told.last().unwrap().1.contains("do not pair"));
}

#[test]
fn a_huge_line_is_refused_and_reading_goes_on() {
    let huge = "问".repeat(10 << 20);
    let told_json = told("a.jsonl", format!("{{\"a\":1}}\n{{\"a\":\"{huge}\"}}\n{{\"a\":2}}\n"));
    assert_eq!(told_json.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(told_json[1].1.contains("longer than 1 MiB"));

    let told_csv = told("a.csv", format!("a\n1\n{huge}\n\"x\n{huge}\"\n2\n"));
    assert_eq!(told_csv.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 6]);
    assert!(told_csv[1].1.contains("longer than 1 MiB"));
    assert!(told_csv[2].1.contains("not closed"));
    assert!(told_csv[3].1.is_empty());
}

#[test]
fn a_row_of_exactly_the_largest_size_is_read() {
    let json = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_ROW_BYTES - 8));
    assert_eq!(json.len(), MAX_ROW_BYTES);
    assert_eq!(rows("a.jsonl", json.clone()).len(), 1);
    assert!(told("a.jsonl", json.replace("\"a\"", "\"aa\""))[0].1.contains("longer"));
    assert_eq!(rows("a.csv", format!("a\n{}", "x".repeat(MAX_ROW_BYTES))).len(), 1);
}

#[test]
fn control_characters_in_a_text_are_faults_of_the_cell() {
    let mut row = rows("a.csv", "a,b\n1\u{0},x\u{7}y\n").remove(0);
    row.text("a");
    row.text("b");
    let faults = row.finish().unwrap_err().to_string();
    assert!(faults.contains("column a (A)") && faults.contains("U+0000"));
    assert!(faults.contains("U+0007 at character 2"));
    let mut row = rows("a.jsonl", "{\"a\":\"x\\u0001\"}").remove(0);
    assert_eq!(row.text("a"), None);
    assert!(row.finish().is_err());
}

#[test]
fn files_that_are_something_else_are_refused_in_words() {
    assert!(refusal("a.csv", "").contains("is empty"));
    assert!(refusal("a.csv", "\n , \n").contains("is empty"));
    assert!(refusal("a.csv", b"a\0b".as_slice()).contains("binary"));
    assert!(refusal("a.csv", ",".repeat(600)).contains("is empty"));
    assert!(refusal("a.csv", "a,".repeat(600)).contains("600 columns"));
    assert!(refusal("a.csv", "\"a").contains("double quote"));
    assert!(refusal("a.csv", "a".repeat(MAX_ROW_BYTES + 1)).contains("longer than"));
    assert!(open("a.jsonl", "").next().is_none());
}

#[test]
fn paths_that_cannot_be_read_are_refused_in_words() {
    let told = |path: &Path| Reader::open(path).unwrap_err().to_string();
    assert!(told(Path::new("no/such/file.csv")).contains("is not there"));
    assert!(told(&std::env::temp_dir()).contains("is a folder"));
}

#[test]
fn keys_without_end_do_not_fill_the_memory() {
    let keys: Vec<String> = (0..2000).map(|key| format!("\"k{key}\":1")).collect();
    assert!(told("a.jsonl", format!("{{{}}}", keys.join(",")))[0].1.contains("more than 500 keys"));
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(told("a.jsonl", deep)[0].1.contains("recursion limit"));
    let keys: Vec<String> = (0..5000).map(|key| format!("{{\"k{key}\":1}}")).collect();
    let mut reader = open("a.jsonl", keys.join("\n"));
    reader.by_ref().for_each(drop);
    assert_eq!(reader.columns().len(), 1000);
}

#[test]
fn a_fault_for_each_item_of_a_long_list_costs_no_more_than_the_list() {
    let items = 50_000;
    let text = format!("{{\"list\":[{}\"end\"]}}\n", "\"wrong\",".repeat(items));
    let mut row = open("a.jsonl", text).next().expect("there is a row").expect("it is right");
    let began = std::time::Instant::now();
    for _ in row.texts("list") {
        row.fault("list", ("is wrong", "有误"));
    }
    let faults = row.faults();
    assert_eq!(faults.len(), 50);
    assert!(faults.iter().all(|fault| fault.value.as_ref().is_some_and(|it| it.len() < 50)));
    // Were the list written out for each of them, it would take minutes.
    assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
}
