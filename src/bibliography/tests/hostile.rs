//! Files that are damaged or mean harm: each gives errors in bounded memory and time, and what is right in it is read.

use std::fmt::Write as _;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{FORMATS, open};
use super::{is_file_error, outcome};
use crate::files::{Format, Input, RowError};

/// How a file ends for whoever reads it: rows that are right, damaged ones, and whether it could be read to its end.
fn tally(format: Format, input: Input) -> (usize, usize, bool) {
    let reader = open(input, Some(format)).expect("it opens");
    let (mut right, mut wrong, mut whole) = (0, 0, true);
    for row in reader {
        match row {
            Ok(_) => right += 1,
            Err(error) => {
                whole &= !is_file_error(&error);
                wrong += 1;
            }
        }
    }
    (right, wrong, whole)
}

fn of(format: Format, text: impl Into<String>) -> (usize, usize, bool) {
    tally(format, Input::memory("test", text.into()))
}

const GOOD: [(Format, &str); 4] = [
    (Format::DataCite, "{\"titles\":[{\"title\":\"good\"}]}"),
    (Format::CslJson, "{\"id\":\"a\",\"title\":\"good\"}"),
    (Format::Bibtex, "@misc{a, title={good}}"),
    (Format::Ris, "TY  - GEN\nTI  - good\nER  - "),
];

#[test]
fn a_damaged_record_costs_itself_alone() {
    let damaged = [
        (Format::DataCite, "{\"titles\": [x]}"),
        (Format::CslJson, "{\"id\": 1e999}"),
        (Format::CslJson, "{\"a\":\"\\ud800\"}"),
        (Format::CslJson, "17"),
        (Format::Bibtex, "@misc{b, title={never closed"),
        (Format::Bibtex, "@misc{b, no field here}"),
        (Format::Bibtex, "@misc{b, title=\"open}"),
        (Format::Ris, "AU  - nobody's"),
    ];
    for (format, bad) in damaged {
        let good = GOOD.iter().find(|(it, _)| *it == format).expect("there is one").1;
        let told = of(format, format!("{good}\n{bad}\n{good}\n"));
        assert_eq!(told, (2, 1, true), "{format:?} {bad}");
    }
}

#[test]
fn what_is_cut_off_is_told() {
    for (format, good) in GOOD {
        for cut in 1..good.len() {
            let (right, wrong, _) = of(format, format!("[{good},\n{}", &good[..cut]));
            assert!(right + wrong > 0, "{format:?} {cut}");
        }
    }
    assert!(!of(Format::CslJson, "[{\"id\":\"a\"},").2);
    assert!(
        !of(Format::CslJson, "{\"items\":[{\"id\":\"a\"}]").2
            || of(Format::CslJson, "{\"items\":[{\"id\":\"a\"}]").0 == 1
    );
}

#[test]
fn brackets_without_end_are_refused_at_once() {
    let started = Instant::now();
    for open in ["[", "{", "{\"a\":", "[{\"titles\":[", "{\"data\":["] {
        of(Format::DataCite, open.repeat(200_000));
    }
    for text in
        ["{", "@a{b,c={", "@a{b,c=\"{", "@string{a=", "\n@a{b,c={\n", "\\", "\\'{", "$", "--"]
    {
        of(Format::Bibtex, text.repeat(200_000));
        of(Format::Bibtex, format!("@a{{b, title = {{{}}}}}", text.repeat(50_000)));
    }
    of(Format::Bibtex, format!("@a{{b, author = {{{}}}}}", "a and ".repeat(150_000)));
    of(Format::Ris, "TY  - \n".repeat(200_000));
    of(Format::Ris, format!("TY  - GEN\nTI  - {}\nER  - ", "<p>&".repeat(200_000)));
    let titles = "<&".repeat(400_000);
    of(Format::CslJson, format!("{{\"id\":\"a\",\"title\":\"{titles}\"}}"));
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
}

#[test]
fn abbreviations_that_double_are_bounded() {
    let mut file = "@string{a0 = {ha}}\n".to_owned();
    for number in 1..200 {
        let before = number - 1;
        writeln!(file, "@string{{a{number} = a{before} # a{before}}}").expect("memory takes it");
    }
    file.push_str("@string{own = own # own}\n@misc{a, title = a199 # a19 # a19 # a19 # a19 # a19, note = own}\n");
    let (right, wrong, whole) = of(Format::Bibtex, file);
    assert!(whole && wrong > 50, "{right} {wrong}");
}

/// How many bytes the rows of a file keep, their own texts among them.
fn kept(format: Format, text: &str) -> usize {
    let reader = open(Input::memory("test", text.to_owned()), Some(format)).expect("it opens");
    let rows = reader.filter_map(Result::ok);
    rows.map(|row| row.raw_record().len() + format!("{:?}", row.record()).len()).sum()
}

#[test]
fn an_abbreviation_that_every_entry_names_does_not_multiply_the_file() {
    let mut file = format!("@string{{m = {{{}}}}}\n", "x".repeat(500_000));
    for number in 0..400 {
        writeln!(file, "@misc{{k{number}, title = m}}").expect("memory takes it");
    }
    let most = 10 * file.len();
    let kept = kept(Format::Bibtex, &file);
    assert!(kept < most, "{kept} bytes are kept of a file of {}", file.len());
    // What names none goes on to be read, and abbreviations as people use them are filled in.
    let (right, wrong, whole) =
        of(Format::Bibtex, format!("{file}@misc{{last, title = {{good}}}}"));
    assert!(whole && right > 1 && wrong > 300, "{right} {wrong}");
    let mut file =
        "@string{j = {Journal of Fictional Devices and of What They Are Good For}}\n".to_owned();
    for number in 0..5_000 {
        writeln!(file, "@article{{k{number}, title = {{T {number}}}, journal = j}}")
            .expect("memory takes it");
    }
    assert_eq!(of(Format::Bibtex, file), (5_000, 0, true));
}

#[test]
fn bytes_that_are_no_characters_spoil_their_record_alone() {
    for (format, good) in GOOD {
        let mut bytes = format!("{good}\n").into_bytes();
        bytes.extend_from_slice(&good.replace("good", "医疗器械注册").into_bytes());
        let mut bad = good.replace("good", "医疗").into_bytes();
        let at = bad.iter().position(|byte| *byte == 0xE5).expect("the first byte of 医");
        bad[at] = 0xFF;
        bytes.push(b'\n');
        bytes.extend_from_slice(&bad);
        bytes.extend_from_slice(format!("\n{good}\n").as_bytes());
        let told = outcome(format, bytes);
        let sentences: Vec<String> =
            told.iter().filter_map(|row| row.as_ref().err().cloned()).collect();
        assert_eq!((told.len(), sentences.len()), (4, 1), "{format:?}");
        assert!(sentences[0].contains("not valid UTF-8"), "{}", sentences[0]);
    }
}

#[test]
fn binary_files_and_utf16_are_refused() {
    for bytes in [b"\xFF\xFEa\0b\0".to_vec(), vec![0; 5000]] {
        for format in FORMATS {
            assert!(open(Input::memory("a", bytes.clone()), Some(format)).is_err());
        }
    }
}

/// A file of hundreds of megabytes that is nowhere: a beginning, one letter over and over, an end.
struct Endless {
    front: &'static [u8],
    letter: u8,
    length: u64,
    end: &'static [u8],
    at: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let front = self.front.len() as u64;
        let behind = front + self.length;
        if self.at < front {
            let mut rest =
                Cursor::new(&self.front[usize::try_from(self.at).expect("it is small")..]);
            let read = rest.read(buffer)?;
            self.at += read as u64;
            return Ok(read);
        }
        if self.at < behind {
            let room = usize::try_from(behind - self.at).unwrap_or(usize::MAX).min(buffer.len());
            buffer[..room].fill(self.letter);
            self.at += room as u64;
            return Ok(room);
        }
        let past = usize::try_from(self.at - behind).expect("it is small");
        let read = Cursor::new(self.end.get(past..).unwrap_or_default()).read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(_) => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(self.at)
    }
}

#[test]
fn a_line_of_200_megabytes_is_passed_over() {
    let cases: [(Format, &[u8], &[u8]); 4] = [
        (
            Format::DataCite,
            b"[{\"titles\":[{\"title\":\"",
            b"\"}]},\n{\"titles\":[{\"title\":\"good\"}]}]",
        ),
        (Format::CslJson, b"{\"id\":\"", b"\"}\n{\"id\":\"a\",\"title\":\"good\"}"),
        (Format::Bibtex, b"@misc{a, title={", b"}}\n@misc{b, title={good}}"),
        (Format::Ris, b"TY  - GEN\nTI  - ", b"\nER  - \nTY  - GEN\nTI  - good\nER  - \n"),
    ];
    for (format, front, end) in cases {
        // The way is the same for all; once it is gone in full, in the format whose files do come on one line.
        let length = if format == Format::CslJson { 200 << 20 } else { 5 << 20 };
        let source = Endless { front, letter: b'a', length, end, at: 0 };
        let reader = open(Input::seekable("long", source, length), Some(format)).expect("it opens");
        let told: Vec<_> = reader.map(|row| row.map(|row| row.record()["title"].clone())).collect();
        assert_eq!(told.len(), 2, "{format:?}");
        assert!(
            matches!(&told[0], Err(RowError::Damaged(fault)) if fault.to_string().contains("longer than 1 MiB"))
        );
        assert_eq!(told[1].as_ref().expect("the next one is right"), "good");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever stands in a file, reading it ends, and never by a panic.
    #[test]
    fn nothing_makes_a_parser_panic(pieces in proptest::collection::vec(piece(), 0..60)) {
        let text = pieces.concat();
        for format in FORMATS {
            // A text full of zeros counts as no text.
            let Ok(reader) = open(Input::memory("a", text.clone()), Some(format)) else { continue };
            for row in reader.flatten() {
                drop(row.finish());
            }
        }
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in FORMATS {
            if let Ok(reader) = open(Input::memory("a", bytes.clone()), Some(format)) {
                reader.for_each(drop);
            }
        }
    }
}

/// Pieces of which the formats are made, in any order.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("@article{k,".to_owned()),
        Just("@string{a = \"b\" # a}".to_owned()),
        Just("@comment".to_owned()),
        Just("title = {".to_owned()),
        Just("author=\"A and B, C, D, E\",".to_owned()),
        Just("}".to_owned()),
        Just("\\'{\\i}\\\"{".to_owned()),
        Just("$_^~--``''%".to_owned()),
        Just("\nTY  - PAT\n".to_owned()),
        Just("SN  - CN\nDA  - 2020/13/45\nER  - \n".to_owned()),
        Just("M3  - 10.\nUR  - doi.org/10.1/\n".to_owned()),
        Just("{\"titles\":[{\"title\":\"".to_owned()),
        Just(
            "\"}],\"dates\":[{\"date\":\"2020-99\",\"dateType\":\"Issued\"}],\"types\":{}}"
                .to_owned()
        ),
        Just(
            "[{\"id\":1,\"issued\":{\"date-parts\":[[\"x\",-1,99999999999]]},\"author\":[7,{}]}"
                .to_owned()
        ),
        Just("{\"data\":".to_owned()),
        Just("]}".to_owned()),
        Just("\u{0}\u{FFFF}\u{FEFF}".to_owned()),
        "[ -~]{0,6}",
        "\\PC{0,4}",
    ]
}
