//! Whatever the bytes, nothing panics; whatever the rows, they come back as they were.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::super::{Format, Reader, TextOrObjects, Writer};
use super::workbooks::packed;
use super::writing::Shared;
use super::{gb, open};

/// Reads everything in every way.
fn exhaust(name: &str, bytes: Vec<u8>) {
    let Ok(mut reader) = Reader::from_bytes(name, bytes) else { return };
    let columns = reader.columns();
    for row in reader.by_ref() {
        let Ok(mut row) = row else { continue };
        for column in columns.iter().map(String::as_str).chain(["a", "question"]) {
            row.required_text(column);
            row.texts(column);
            row.date(column);
            row.partial_date(column);
            row.integer(column, 0..=9);
            row.boolean(column);
            row.choice::<String>(column, &["A"]);
            if let Some(TextOrObjects::Objects(objects)) = row.text_or_objects(column) {
                for mut object in objects {
                    object.text("a");
                }
            }
        }
        drop(row.finish().map_err(|faults| faults.to_string()));
    }
    reader.unknown_columns();
}

/// Text of the signs that matter to the formats, and others.
fn text() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        Just('"'),
        Just(','),
        Just(';'),
        Just('\n'),
        Just('\r'),
        Just('\t'),
        Just('='),
        Just('['),
        Just('{'),
        Just('\\'),
        Just('械'),
        Just('𠮷'),
        Just('\u{FEFF}'),
        Just('\u{3000}'),
        Just('a'),
        Just('1'),
        any::<char>(),
    ];
    vec(sign, 0..12).prop_map(|signs| {
        signs.into_iter().filter(|c| *c >= ' ' || "\n\r\t".contains(*c)).collect()
    })
}

/// Pieces of a sheet, right and wrong, in any order.
fn sheet() -> impl Strategy<Value = String> {
    let reference = prop_oneof![
        Just("A1"),
        Just("B1"),
        Just("C2"),
        Just("A0"),
        Just("1"),
        Just("A"),
        Just(""),
        Just("XFD1048576"),
        Just("ZZZZZZZZ99999999999"),
        Just("A4294967296"),
        Just("AAAAAAAA1"),
        Just("械1"),
        Just("a1"),
        Just("A-1"),
    ];
    let kind = prop_oneof![
        Just(""),
        Just("s"),
        Just("str"),
        Just("b"),
        Just("e"),
        Just("d"),
        Just("n"),
        Just("inlineStr"),
        Just("x")
    ];
    let value = prop_oneof![
        Just("0"),
        Just("1"),
        Just("-1"),
        Just("99999999999999999999"),
        Just("1e308"),
        Just("NaN"),
        Just("inf"),
        Just("#N/A"),
        Just("#ODD!"),
        Just("&amp;"),
        Just("&odd;"),
        Just("&#0;"),
        Just("&#xD800;"),
        Just("2024-01-02"),
        Just("<b/>"),
        Just(""),
    ];
    let style = prop_oneof![Just(""), Just(" s=\"0\""), Just(" s=\"99\""), Just(" s=\"-1\"")];
    let cell = (reference, kind, value, style).prop_map(|(reference, kind, value, style)| {
        format!("<c r=\"{reference}\" t=\"{kind}\"{style}><f t=\"shared\" si=\"0\" ref=\"{reference}\">A1</f><v>{value}</v><is><t>{value}</t></is></c>")
    });
    let piece = prop_oneof![
        8 => cell,
        1 => Just("<row>".to_owned()), 1 => Just("</row>".to_owned()), 1 => Just("<row r=\"0\">".to_owned()),
        1 => Just("<row r=\"99999999999\">".to_owned()), 1 => Just("<c>".to_owned()), 1 => Just("</sheetData>".to_owned()),
        1 => Just("<c r=\"A1\"/>".to_owned()), 1 => Just("<!--".to_owned()), 1 => Just("<row r=\"1\">".to_owned()),
    ];
    vec(piece, 0..12).prop_map(|pieces| format!("<row r=\"1\">{}</row>", pieces.concat()))
}

proptest! {
    #[test]
    fn arbitrary_sheets_never_panic(strings in prop_oneof![Just(""), Just("<si><t>a</t></si>"), Just("<si>"), Just("<si><r><t>b")], sheet in sheet()) {
        exhaust("a.xlsx", packed(strings, &sheet));
        exhaust("a.xlsx", packed(strings, &format!("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c></row>{sheet}")));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        for name in ["a.csv", "a.jsonl", "a.xlsx", "a"] {
            exhaust(name, bytes.clone());
        }
        exhaust("a.xlsx", [b"PK\x03\x04".as_slice(), &bytes].concat());
        exhaust("a.csv", [b"a,question\n".as_slice(), &bytes].concat());
        exhaust("a.jsonl", [b"{\"a\":\"".as_slice(), &bytes, b"\"}\n{\"a\":1}"].concat());
    }

    #[test]
    fn arbitrary_signs_never_panic(pieces in vec(text(), 0..20)) {
        let joined = pieces.join(",");
        exhaust("a.csv", joined.clone().into_bytes());
        exhaust("a.jsonl", joined.clone().into_bytes());
        exhaust("a.csv", gb(&joined));
    }

    #[test]
    fn what_is_written_is_read(
        texts in vec(text(), 1..8),
        lists in vec(vec(text(), 0..4), 8),
        objects in vec(vec(btree_map("[a-c]", text(), 1..3), 0..3), 8),
        format in prop_oneof![Just(Format::Csv), Just(Format::JsonLines)],
        mark in any::<bool>(),
    ) {
        let out = Shared::default();
        let mut writer = Writer::new("out", Box::new(out.clone()), format, &["text", "id", "list", "objects"]).unwrap();
        if mark {
            writer = writer.with_byte_order_mark();
        }
        for (number, text) in texts.iter().enumerate() {
            let mut row = Map::new();
            row.insert("id".to_owned(), number.into());
            row.insert("text".to_owned(), text.as_str().into());
            row.insert("list".to_owned(), lists[number].clone().into());
            row.insert("objects".to_owned(), serde_json::to_value(&objects[number]).unwrap());
            writer.write(&row).unwrap();
        }
        prop_assert_eq!(writer.finish().unwrap(), texts.len() as u64);

        let name = if format == Format::Csv { "out.csv" } else { "out.jsonl" };
        let mut reader = open(name, out.bytes());
        for (number, text) in texts.iter().enumerate() {
            let mut row = reader.next().unwrap().unwrap();
            prop_assert_eq!(row.integer("id", 0..=99), i64::try_from(number).ok());
            prop_assert_eq!(row.text("text").unwrap_or_default(), text.trim());
            let list: Vec<&str> = lists[number].iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
            prop_assert_eq!(row.texts("list"), list);
            let read: Vec<Value> = row.objects("objects").into_iter().map(|object| object.record().into()).collect();
            let filled = |fields: &std::collections::BTreeMap<String, String>| -> Value {
                let fields = fields.iter().filter(|(_, text)| !text.trim().is_empty());
                fields.map(|(name, text)| (name.clone(), Value::from(text.as_str()))).collect::<Map<_, _>>().into()
            };
            prop_assert_eq!(read, objects[number].iter().map(filled).collect::<Vec<_>>());
            row.finish().unwrap();
        }
        prop_assert!(reader.next().is_none());
    }
}
