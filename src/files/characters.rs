//! The characters of a text, decoded as they are read, for formats whose records are not lines.
//!
//! A file of a single line of gigabytes is read in pieces of 64 KiB like any other. Bytes that stand for no character
//! come as [`DAMAGED`], so that the record in which they stand can be refused and the next one be read.

use std::io::{ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_8};

use super::source::{Bytes, Source};
use super::{Encoding, FileError};

/// Stands for bytes that are no character. It is itself no character of any text.
pub const DAMAGED: char = '\u{FFFF}';

/// How many bytes are taken from the file at once.
const PIECE: usize = 1 << 16;

/// Gives out the characters of a text one by one. Line ends of every kind come as a line feed.
pub struct Characters {
    name: String,
    source: Box<dyn Bytes>,
    encoding: Encoding,
    decoder: Decoder,
    /// Bytes that were read, and how many of them were decoded.
    bytes: Vec<u8>,
    decoded: usize,
    /// What was decoded, and how far it was given out.
    text: String,
    at: usize,
    line: u64,
    read: u64,
    after_return: bool,
    ended: bool,
}

impl Characters {
    /// The characters behind the byte order mark.
    pub(super) fn new(source: Source) -> Result<Characters, FileError> {
        let Source { name, mut bytes, .. } = source;
        let found =
            Encoding::of(&mut bytes).and_then(|encoding| Ok((encoding, bytes.stream_position()?)));
        let (encoding, read) = found.map_err(|cause| FileError::io(&name, cause))?;
        let decoder = match encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => UTF_8.new_decoder_without_bom_handling(),
            Encoding::Gbk | Encoding::Gb18030 => GB18030.new_decoder_without_bom_handling(),
        };
        let mut characters = Characters {
            name,
            source: bytes,
            encoding,
            decoder,
            bytes: Vec::new(),
            decoded: 0,
            text: String::new(),
            at: 0,
            line: 1,
            read,
            after_return: false,
            ended: false,
        };
        if characters.peek()? == Some('\u{FEFF}') {
            characters.next()?;
        }
        Ok(characters)
    }

    /// The name of the file, for errors.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its characters are encoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The line of the character that comes next, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes of the file were read.
    pub fn bytes_read(&self) -> u64 {
        self.read
    }

    /// The character that comes next, which stays where it is.
    pub fn peek(&mut self) -> Result<Option<char>, FileError> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(next) = rest.chars().next() else {
                if self.ended {
                    return Ok(None);
                }
                self.fill()?;
                continue;
            };
            if std::mem::take(&mut self.after_return) && next == '\n' {
                // The second half of a line end that was given out already.
                self.at += 1;
                continue;
            }
            return Ok(Some(if next == '\r' { '\n' } else { next }));
        }
    }

    /// The next character.
    #[expect(
        clippy::should_implement_trait,
        reason = "reading can fail, and looking ahead is needed"
    )]
    pub fn next(&mut self) -> Result<Option<char>, FileError> {
        let Some(next) = self.peek()? else { return Ok(None) };
        let width = if next == '\n' { 1 } else { next.len_utf8() };
        self.after_return = self.text.as_bytes().get(self.at) == Some(&b'\r');
        self.at += width;
        self.line += u64::from(next == '\n');
        Ok(Some(next))
    }

    /// Decodes the next piece in the place of what was given out.
    fn fill(&mut self) -> Result<(), FileError> {
        self.text.clear();
        self.at = 0;
        if self.decoded == self.bytes.len() {
            self.bytes.resize(PIECE, 0);
            let read = self.read_some()?;
            self.bytes.truncate(read);
            self.decoded = 0;
            self.read += read as u64;
            self.ended = read == 0;
        }
        let bytes = self.bytes.get(self.decoded..).unwrap_or_default();
        // A byte becomes at most three; what has no room now is decoded by the next call.
        self.text.reserve(3 * bytes.len() + 16);
        let (result, taken) =
            self.decoder.decode_to_string_without_replacement(bytes, &mut self.text, self.ended);
        self.decoded += taken;
        match result {
            DecoderResult::Malformed(..) => {
                self.text.push(DAMAGED);
                // At the end of the file there may be more behind it.
                self.ended = false;
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
        Ok(())
    }

    fn read_some(&mut self) -> Result<usize, FileError> {
        loop {
            match self.source.read(&mut self.bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read.map_err(|cause| FileError::io(&self.name, cause)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: impl AsRef<[u8]> + Send + 'static) -> (String, u64) {
        let mut characters = Characters::new(Source::memory("test", bytes)).unwrap();
        let mut text = String::new();
        while let Some(c) = characters.next().unwrap() {
            text.push(c);
        }
        (text, characters.line())
    }

    #[test]
    fn every_line_end_is_one() {
        assert_eq!(all("a\r\nb\rc\n\r\n"), ("a\nb\nc\n\n".to_owned(), 5));
    }

    #[test]
    fn marks_and_encodings_do_not_show() {
        assert_eq!(all("\u{FEFF}站间").0, "站间");
        assert_eq!(all(GB18030.encode("站间\u{20BB7}").0.into_owned()).0, "站间\u{20BB7}");
        assert_eq!(all(GB18030.encode("\u{FEFF}站间").0.into_owned()).0, "站间");
    }

    #[test]
    fn damage_is_marked_where_it_is() {
        let mut bytes = "站间站间".as_bytes().to_vec();
        bytes.extend_from_slice(b"\xFFa\xE7");
        assert_eq!(all(bytes).0, format!("站间站间{DAMAGED}a{DAMAGED}"));
    }

    #[test]
    fn pieces_are_joined_without_a_seam() {
        for shift in 0..4 {
            let text = format!("{}{}", "a".repeat(PIECE - shift), "械\r\n".repeat(50_000));
            let (read, line) = all(text.clone());
            assert_eq!((read, line), (text.replace("\r\n", "\n"), 50_001));
        }
    }
}
