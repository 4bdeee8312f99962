//! The lines of a text, each of bounded size.
//!
//! Lines are split before they are decoded: in UTF-8 and in GB18030 alike, a line feed byte is never part of another
//! character.

use std::io::{self, BufRead, BufReader};

use super::source::{Bytes, Source};
use super::{Encoding, FileError, MAX_ROW_BYTES};

/// One line, without saying what is in it.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Line {
    /// The line is in the buffer, its line feed included.
    Read,
    /// The line is longer than a row may be; it was passed over.
    TooLong,
    /// There are no more lines.
    End,
}

/// Reads lines and counts lines and bytes.
pub(super) struct Lines {
    name: String,
    source: BufReader<Box<dyn Bytes>>,
    /// Lines that were read already and are to be read again, before the source.
    again: io::Cursor<Vec<u8>>,
    number: u64,
    /// The number of the last line that came from the source.
    furthest: u64,
    read: u64,
}

impl Lines {
    /// The lines behind the byte order mark, and the encoding that was found.
    pub(super) fn new(source: Source) -> Result<(Lines, Encoding), FileError> {
        let Source { name, mut bytes, .. } = source;
        let found =
            Encoding::of(&mut bytes).and_then(|encoding| Ok((encoding, bytes.stream_position()?)));
        let (encoding, read) = found.map_err(|cause| FileError::io(&name, cause))?;
        let source = BufReader::with_capacity(1 << 16, bytes);
        Ok((
            Lines { name, source, again: io::Cursor::default(), number: 0, furthest: 0, read },
            encoding,
        ))
    }

    /// The name of the file, for errors.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// How many bytes of the file were read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// Puts the next line into the buffer, in place of what was there.
    pub(super) fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Line, FileError> {
        buffer.clear();
        let refused = |cause| FileError::io(&self.name, cause);
        if has_more(&self.again) {
            self.number += 1;
            return next_line(&mut self.again, buffer).map(|(line, _)| line).map_err(refused);
        }
        let (line, bytes) = next_line(&mut self.source, buffer).map_err(refused)?;
        self.read += bytes;
        self.furthest += u64::from(line != Line::End);
        self.number = self.furthest;
        Ok(line)
    }

    /// Goes back over lines that were read last, so that they are read again; `number` is that of the line before them.
    pub(super) fn go_back(&mut self, mut lines: Vec<u8>, number: u64) {
        let from = usize::try_from(self.again.position()).unwrap_or(usize::MAX);
        lines.extend_from_slice(self.again.get_ref().get(from..).unwrap_or_default());
        self.again = io::Cursor::new(lines);
        self.number = number;
    }
}

fn has_more(cursor: &io::Cursor<Vec<u8>>) -> bool {
    cursor.position() < cursor.get_ref().len() as u64
}

/// One line of any reader, and the bytes it took from it.
fn next_line(source: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<(Line, u64)> {
    let mut taken = 0;
    loop {
        let piece = match source.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            piece => piece?,
        };
        let end = piece.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
        let piece = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default();
        let length = piece.len();
        // What does not fit any more is counted and dropped: a line of gigabytes must not fill the memory.
        if buffer.len() <= MAX_ROW_BYTES {
            buffer.extend_from_slice(piece);
        }
        source.consume(length);
        taken += length as u64;
        if end.is_some() || length == 0 {
            let line = match taken {
                0 => Line::End,
                _ if buffer.len() > MAX_ROW_BYTES => Line::TooLong,
                _ => Line::Read,
            };
            return Ok((line, taken));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: impl AsRef<[u8]> + Send + 'static) -> Lines {
        Lines::new(Source::memory("test", text)).unwrap().0
    }

    #[test]
    fn lines_keep_their_end_and_their_number() {
        let mut lines = lines("a\nb\r\n\nc");
        let mut buffer = Vec::new();
        for (number, text) in [(1, "a\n"), (2, "b\r\n"), (3, "\n"), (4, "c")] {
            assert_eq!(lines.next(&mut buffer).unwrap(), Line::Read);
            assert_eq!((lines.number(), buffer.as_slice()), (number, text.as_bytes()));
        }
        assert_eq!(lines.next(&mut buffer).unwrap(), Line::End);
        assert_eq!(lines.bytes_read(), 7);
    }

    #[test]
    fn a_long_line_is_passed_over_in_bounded_memory() {
        let mut lines = lines(format!("{}\nb\n", "a".repeat(10 << 20)));
        let mut buffer = Vec::new();
        assert_eq!(lines.next(&mut buffer).unwrap(), Line::TooLong);
        assert!(buffer.capacity() < 4 << 20);
        assert_eq!(lines.next(&mut buffer).unwrap(), Line::Read);
        assert_eq!((lines.number(), buffer.as_slice()), (2, b"b\n".as_slice()));
    }

    #[test]
    fn going_back_reads_the_same_lines_again() {
        let mut lines = lines("a\nb\nc\nd\n");
        let mut buffer = Vec::new();
        for _ in 0..3 {
            lines.next(&mut buffer).unwrap();
        }
        lines.go_back(b"b\nc\n".to_vec(), 1);
        lines.next(&mut buffer).unwrap();
        lines.go_back(b"b\n".to_vec(), 1);
        for (number, text) in [(2, "b\n"), (3, "c\n"), (4, "d\n")] {
            lines.next(&mut buffer).unwrap();
            assert_eq!((lines.number(), buffer.as_slice()), (number, text.as_bytes()));
        }
    }
}
