//! The same rows in every format and encoding that people bring.

use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};
use zhanjian::transfer::{Import, Outcome, Summary, Tally};

use super::pudong;
use crate::support::{House, on_both_engines};

on_both_engines!(
    every_format_and_encoding_says_the_same,
    a_damaged_file_is_refused_whole,
    a_file_with_a_chinese_header_and_semicolons_is_understood,
);

const CSV: &str = "externalId,question,answer,areas,answeredOn,reuseCount\r\n\
    x-1,\"“Ⅲ类”植入器械，如何申报？\",\"先看目录；\n再看条例。\",REG-1-01;CAT-13,2024-05-20,7\r\n\
    x-2,委托生产协议要写什么,质量协议,,2024/6/1,\r\n";

/// What clients then see of them.
async fn seen(house: &House) -> Value {
    let reply = house
        .ask(
            "{ answeredQuestions(orderBy: OLDEST) { nodes {
                externalId question answer areas { code } answeredOn reuseCount version } } }",
        )
        .await;
    reply.at("/answeredQuestions/nodes").clone()
}

fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (column, name) in
        (0..).zip(["externalId", "question", "answer", "areas", "answeredOn", "reuseCount"])
    {
        sheet.write(0, column, name).unwrap();
    }
    sheet.write(1, 0, "x-1").unwrap();
    sheet.write(1, 1, "“Ⅲ类”植入器械，如何申报？").unwrap();
    sheet.write(1, 2, "先看目录；\n再看条例。").unwrap();
    sheet.write(1, 3, "REG-1-01;CAT-13").unwrap();
    // 2024-05-20, as spreadsheets count days.
    sheet.write_with_format(1, 4, 45_432, &date).unwrap();
    sheet.write(1, 5, 7).unwrap();
    sheet.write(2, 0, "x-2").unwrap();
    sheet.write(2, 1, "委托生产协议要写什么").unwrap();
    sheet.write(2, 2, "质量协议").unwrap();
    sheet.write(2, 4, "2024/6/1").unwrap();
    workbook.save_to_buffer().unwrap()
}

async fn every_format_and_encoding_says_the_same(house: &House) {
    house.places().await;
    let jsonl = [
        json!({ "externalId": "x-1", "question": "“Ⅲ类”植入器械，如何申报？", "answer": "先看目录；\n再看条例。",
            "areas": ["REG-1-01", "CAT-13"], "answeredOn": "2024-05-20", "reuseCount": 7 }),
        json!({ "externalId": "x-2", "question": "委托生产协议要写什么", "answer": "质量协议", "answeredOn": "2024-06-01" }),
    ];
    let jsonl = jsonl.map(|row| row.to_string()).join("\n");
    let (gbk, _, lossy) = encoding_rs::GBK.encode(CSV);
    assert!(!lossy);
    let (gb18030, _, lossy) = encoding_rs::GB18030.encode(CSV);
    assert!(!lossy);
    let with_mark = [b"\xEF\xBB\xBF", CSV.as_bytes()].concat();
    let mut first = None;
    for (name, bytes, format) in [
        ("a.jsonl", jsonl.into_bytes(), "JSON Lines, UTF-8"),
        ("a.csv", CSV.as_bytes().to_vec(), "CSV, UTF-8"),
        ("b.csv", with_mark, "CSV, UTF-8"),
        ("c.csv", gbk.into_owned(), "CSV, GB"),
        ("d.csv", gb18030.into_owned(), "CSV, GB"),
        ("e.xlsx", workbook(), "XLSX"),
    ] {
        let summary = house.import(&pudong(), name, bytes).await;
        assert!(summary.format.starts_with(format), "{name}: {}", summary.format);
        let Tally { added, updated, unchanged, .. } = summary.tally;
        let expected = if first.is_none() { (2, 0, 0) } else { (0, 0, 2) };
        assert_eq!((added, updated, unchanged), expected, "{name}");
        house.settle().await;
        let now = seen(house).await;
        assert_eq!(first.get_or_insert_with(|| now.clone()), &now, "{name}");
    }
    let first = first.unwrap();
    assert_eq!(first[0]["answeredOn"], "2024-05-20");
    assert_eq!(first[0]["answer"], "先看目录；\n再看条例。");
    // A character that GBK lacks and GB18030 has, and a notice of which it was.
    let rare = "externalId,question,answer\ny,㐂𠮷怎么申报,答\n";
    let (bytes, _, lossy) = encoding_rs::GB18030.encode(rare);
    assert!(!lossy);
    let summary = house.import(&pudong(), "f.csv", bytes.into_owned()).await;
    assert_eq!((summary.format.as_str(), summary.tally.added), ("CSV, GB18030", 1));
    house.settle().await;
    assert!(seen(house).await.to_string().contains("㐂𠮷怎么申报"));
}

fn refused_rows(outcome: Outcome) -> Option<Summary> {
    match outcome {
        Outcome::Read(summary) => Some(summary),
        Outcome::Unreadable(_) => None,
    }
}

async fn a_damaged_file_is_refused_whole(house: &House) {
    house.places().await;
    let workbook = workbook();
    let cut = workbook[..workbook.len() / 2].to_vec();
    let mut scratched = workbook.clone();
    for byte in scratched.iter_mut().skip(200).step_by(97) {
        *byte ^= 0x55;
    }
    for (name, bytes) in [
        ("cut.xlsx", cut),
        ("scratched.xlsx", scratched),
        ("zeros.xlsx", vec![0; 4_096]),
        ("text.xlsx", CSV.as_bytes().to_vec()),
        ("old.xls", [&b"\xD0\xCF\x11\xE0"[..], &[7; 512]].concat()),
        ("wide.csv", CSV.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("program.csv", [&b"\x7FELF\0\0\0"[..], &[0; 512]].concat()),
        ("half.csv", b"externalId,question,answer\na,\"\xe9\x97".to_vec()),
        ("invalid.csv", b"externalId,question,answer\na,\xff\xfe\xfd,\x80\n".to_vec()),
        ("half.jsonl", b"{\"externalId\":\"a\",\"question\":\"q\",\"answer\":\"a".to_vec()),
        ("list.jsonl", b"[1,2,3]\n\"text\"\nnull\n".to_vec()),
        ("twice.csv", b"question,question\na,b\n".to_vec()),
        ("empty.csv", Vec::new()),
    ] {
        let outcome = house.try_import(&pudong(), name, bytes, Import::default()).await;
        if let Some(summary) = refused_rows(outcome) {
            assert!(summary.tally == Tally::default(), "{name}: {summary}");
            assert!(summary.refused > 0 || name == "empty.csv", "{name}: {summary}");
        }
    }
    assert_eq!(super::count(house).await, 0);
}

async fn a_file_with_a_chinese_header_and_semicolons_is_understood(house: &House) {
    house.places().await;
    let file = "编号;问题;答复;可见范围;答复日期;专业领域\n中-1;如何办理变更;先评估;NETWORK;2024年3月5日;REG-1-01\n";
    let summary = house.import(&pudong(), "模板.csv", file).await;
    assert_eq!((summary.tally.added, summary.unknown_columns.len()), (1, 0));
    house.settle().await;
    assert_eq!(seen(house).await, json!([]), "the row says it is for the network");
    let reply = house
        .member_of(["network"])
        .ask("{ answeredQuestions { nodes { externalId answeredOn } } }")
        .await;
    let expected = json!({ "externalId": "中-1", "answeredOn": "2024-03-05" });
    assert_eq!(reply.at("/answeredQuestions/nodes/0"), &expected);
}
