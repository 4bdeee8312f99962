//! Files that are written, and that they read back the same.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use super::super::{Encoding, Format, MAX_ROW_BYTES, Reader, Writer};
use super::open;

/// A folder of its own, taken away at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("files-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Memory that can still be read after it was given away.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn row(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("a row is an object") };
    fields
}

#[test]
fn json_lines_keep_the_order_of_columns() {
    let out = Shared::default();
    let mut writer =
        Writer::new("out", Box::new(out.clone()), Format::JsonLines, &["z", "a"]).unwrap();
    writer.write(&row(json!({"a": [1], "z": "甲\u{1}\""}))).unwrap();
    writer.write(&row(json!({"a": null}))).unwrap();
    writer.write(&row(json!({"a": 2}))).unwrap();
    assert_eq!(writer.finish().unwrap(), 3);
    assert_eq!(
        String::from_utf8(out.bytes()).unwrap(),
        "{\"z\":\"甲\\u0001\\\"\",\"a\":[1]}\n{}\n{\"a\":2}\n"
    );
}

#[test]
fn csv_quotes_what_it_must_and_changes_nothing() {
    let out = Shared::default();
    let mut writer = Writer::new("out", Box::new(out.clone()), Format::Csv, &["a", "b"])
        .unwrap()
        .with_byte_order_mark();
    writer.write(&row(json!({"a": "=1+1", "b": [{"x": 1}]}))).unwrap();
    writer.write(&row(json!({"a": "多\n行,\"引\"", "b": true}))).unwrap();
    writer.finish().unwrap();
    let expected = "\u{FEFF}a,b\n=1+1,\"[{\"\"x\"\":1}]\"\n\"多\n行,\"\"引\"\"\",true\n";
    assert_eq!(String::from_utf8(out.bytes()).unwrap(), expected);

    let mut reader = open("out.csv", out.bytes());
    assert_eq!(reader.encoding(), Encoding::Utf8Bom);
    let mut first = reader.next().unwrap().unwrap();
    assert_eq!(first.text("a").unwrap(), "=1+1");
    assert_eq!(first.objects("b")[0].integer("x", 0..=9), Some(1));
    let mut second = reader.next().unwrap().unwrap();
    assert_eq!(second.text("a").unwrap(), "多\n行,\"引\"");
    assert_eq!(second.boolean("b"), Some(true));
}

#[test]
fn a_table_without_rows_still_has_its_header() {
    let out = Shared::default();
    Writer::new("out", Box::new(out.clone()), Format::Csv, &["a", "b"]).unwrap().finish().unwrap();
    assert_eq!(out.bytes(), b"a,b\n");
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = Folder::new("whole");
    let path = folder.0.join("out.jsonl");
    fs::write(&path, "before").unwrap();

    let mut writer = Writer::create(&path, Format::JsonLines, &["a"]).unwrap();
    writer.write(&row(json!({"a": 1}))).unwrap();
    assert_eq!(folder.names().len(), 2);
    drop(writer);
    assert_eq!(folder.names(), ["out.jsonl"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");

    let mut writer = Writer::create(&path, Format::JsonLines, &["a"]).unwrap();
    writer.write(&row(json!({"a": 1}))).unwrap();
    assert_eq!(writer.finish().unwrap(), 1);
    assert_eq!(folder.names(), ["out.jsonl"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":1}\n");
    assert_eq!(Reader::open(&path).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_written_is_refused_in_words() {
    let folder = Folder::new("refused");
    let told =
        |path: PathBuf, format| Writer::create(&path, format, &["a"]).unwrap_err().to_string();
    assert!(told(folder.0.join("no/out.csv"), Format::Csv).contains("is not there"));
    assert!(told(folder.0.clone(), Format::Csv).contains("failed: "));
    assert!(told(folder.0.join("out.xlsx"), Format::Xlsx).contains("row by row"));
    assert!(folder.names().is_empty());
    let mut writer = Writer::create(&folder.0.join("out.csv"), Format::Csv, &["a"]).unwrap();
    assert!(writer.write(&row(json!({"b": 1}))).unwrap_err().to_string().contains("no column b"));
    let huge = "x".repeat(MAX_ROW_BYTES);
    assert!(
        writer
            .write(&row(json!({"a": huge})))
            .unwrap_err()
            .to_string()
            .contains("longer than 1 MiB")
    );
}

#[test]
fn a_full_disk_is_told() {
    let full = std::path::Path::new("/dev/full");
    assert!(full.exists(), "this test needs /dev/full");
    let mut writer = Writer::create(full, Format::Csv, &["a"]).unwrap();
    writer.write(&row(json!({"a": 1}))).unwrap();
    assert!(writer.finish().unwrap_err().to_string().contains("does not fit on the disk"));
}
