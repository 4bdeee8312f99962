//! How a text file's bytes stand for characters.
//!
//! What is valid UTF-8 is UTF-8. Otherwise it is GB18030, which contains GBK, unless most characters outside ASCII are
//! valid UTF-8: Chinese text in GBK almost never looks like that, so such a file is UTF-8 with some damaged rows, and
//! reading it as GB18030 would bring in garbage without a word.

use std::borrow::Cow;
use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{DecoderResult, GB18030};

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
const GB18030_MARK: &[u8] = b"\x84\x31\x95\x33";

/// The encoding of a text file, as it was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with a byte order mark, as spreadsheets write it.
    Utf8Bom,
    /// Chinese text in which no character needs four bytes.
    Gbk,
    /// Chinese text with characters of four bytes.
    Gb18030,
}

impl Encoding {
    /// The name that people know.
    pub fn label(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Bom => "UTF-8 with BOM",
            Encoding::Gbk => "GBK",
            Encoding::Gb18030 => "GB18030",
        }
    }

    /// Finds the encoding of a whole text and leaves the source behind the byte order mark.
    pub(super) fn of<S: Read + Seek>(source: &mut S) -> io::Result<Encoding> {
        source.rewind()?;
        let mut head = Vec::new();
        source.by_ref().take(4).read_to_end(&mut head)?;
        if head.starts_with(UTF8_MARK) {
            source.seek(SeekFrom::Start(UTF8_MARK.len() as u64))?;
            return Ok(Encoding::Utf8Bom);
        }
        if head.starts_with(GB18030_MARK) {
            return Ok(Encoding::Gb18030);
        }
        source.rewind()?;
        let encoding = if looks_like_utf8(source)? {
            Encoding::Utf8
        } else {
            source.rewind()?;
            if has_four_byte_character(source)? { Encoding::Gb18030 } else { Encoding::Gbk }
        };
        source.rewind()?;
        Ok(encoding)
    }

    /// The text of a piece that starts and ends between characters, or how many characters come before the damage.
    pub(super) fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, u64> {
        match std::str::from_utf8(bytes) {
            Ok(text) if bytes.is_ascii() => return Ok(Cow::Borrowed(text)),
            utf8 if matches!(self, Encoding::Utf8 | Encoding::Utf8Bom) => {
                return utf8.map(Cow::Borrowed).map_err(|error| {
                    let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                    String::from_utf8_lossy(valid).chars().count() as u64
                });
            }
            _ => {}
        }
        let mut decoder = GB18030.new_decoder_without_bom_handling();
        let room =
            decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
        let mut text = String::with_capacity(room);
        match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
            (DecoderResult::InputEmpty, _) => Ok(Cow::Owned(text)),
            _ => Err(text.chars().count() as u64),
        }
    }
}

/// Whether the text is valid UTF-8, or nearly.
fn looks_like_utf8(source: &mut impl Read) -> io::Result<bool> {
    let (mut right, mut wrong) = (0_u64, 0_u64);
    let mut buffer = vec![0; 1 << 16];
    let mut kept = 0;
    loop {
        let read = read_some(source, buffer.get_mut(kept..).unwrap_or_default())?;
        let filled = kept + read;
        let mut rest = buffer.get(..filled).unwrap_or_default();
        loop {
            let error = match std::str::from_utf8(rest) {
                Ok(text) => {
                    right += beyond_ascii(text.as_bytes());
                    rest = &[];
                    break;
                }
                Err(error) => error,
            };
            let (valid, damaged) = rest.split_at(error.valid_up_to());
            right += beyond_ascii(valid);
            let Some(length) = error.error_len() else {
                // A character may go on in the next piece; at the end of the file it is cut short.
                rest = damaged;
                break;
            };
            wrong += 1;
            rest = damaged.get(length..).unwrap_or_default();
        }
        if read == 0 {
            wrong += u64::from(!rest.is_empty());
            return Ok(wrong == 0 || right > wrong);
        }
        kept = rest.len();
        let from = filled - kept;
        buffer.copy_within(from..filled, 0);
    }
}

/// How many characters of a valid UTF-8 text are not ASCII: each has one byte that leads.
fn beyond_ascii(valid: &[u8]) -> u64 {
    valid.iter().filter(|&&byte| byte >= 0xC0).count() as u64
}

/// Whether GB18030 text has a character of four bytes, which GBK does not know.
fn has_four_byte_character(source: &mut impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; 1 << 16];
    let mut after_lead = false;
    loop {
        let read = read_some(source, &mut buffer)?;
        if read == 0 {
            return Ok(false);
        }
        for &byte in buffer.get(..read).unwrap_or_default() {
            if after_lead && byte.is_ascii_digit() {
                return Ok(true);
            }
            after_lead = !after_lead && (0x81..=0xFE).contains(&byte);
        }
    }
}

fn read_some(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn of(bytes: &[u8]) -> Encoding {
        Encoding::of(&mut Cursor::new(bytes)).unwrap()
    }

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn each_encoding_is_told_from_the_others() {
        assert_eq!(of(b""), Encoding::Utf8);
        assert_eq!(of(b"plain"), Encoding::Utf8);
        assert_eq!(of("医疗器械".as_bytes()), Encoding::Utf8);
        assert_eq!(of("\u{FEFF}医疗器械".as_bytes()), Encoding::Utf8Bom);
        assert_eq!(of(&gb("医疗器械注册")), Encoding::Gbk);
        assert_eq!(of(&gb("医疗器械\u{20BB7}注册")), Encoding::Gb18030);
        assert_eq!(of(&gb("\u{FEFF}医疗器械")), Encoding::Gb18030);
    }

    #[test]
    fn a_character_on_the_edge_of_a_piece_is_whole() {
        for shift in 0..4 {
            let text = format!("{}{}", "a".repeat((1 << 16) - shift), "械".repeat(50_000));
            assert_eq!(of(text.as_bytes()), Encoding::Utf8);
        }
    }

    #[test]
    fn a_damaged_byte_does_not_turn_utf8_into_gbk() {
        let mut bytes = "医疗器械注册申请人".as_bytes().to_vec();
        bytes[10] = 0xFF;
        assert_eq!(of(&bytes), Encoding::Utf8);
        assert_eq!(Encoding::Utf8.decode(&bytes), Err(3));
    }

    #[test]
    fn text_in_gb18030_comes_out_as_it_was() {
        let text = "站间\u{20BB7}, Ω";
        assert_eq!(Encoding::Gb18030.decode(&gb(text)).unwrap(), text);
        assert_eq!(Encoding::Gbk.decode(b"a\xFF"), Err(1));
    }
}
