//! Where a hit stands in a list, so that the list goes on there later.

use crate::{
    document::{Key, Kind},
    error::Error,
};
use std::{fmt, str::FromStr};

/// The place of a hit: the commit it was seen at, its rank and its key. While that commit is kept, paging is exact;
/// afterwards the list goes on by rank and key in the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The commit.
    pub(crate) snapshot: u64,
    /// Larger comes first.
    pub(crate) rank: u64,
    /// Which document.
    pub(crate) key: Key,
}

impl Cursor {
    /// Whether a hit of this rank and key comes behind the cursor.
    pub(crate) fn is_before(&self, rank: u64, key: Key) -> bool {
        rank < self.rank || (rank == self.rank && key > self.key)
    }

    /// Whether a hit of this rank and key comes before the cursor.
    pub(crate) fn is_behind(&self, rank: u64, key: Key) -> bool {
        rank > self.rank || (rank == self.rank && key < self.key)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}.{:x}.{:x}", self.snapshot, self.rank, self.key.kind as u8, self.key.id)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = text.split('.');
        let mut part = |longest: usize| {
            let part = parts.next().filter(|part| {
                part.len() <= longest && part.bytes().all(|b| b.is_ascii_hexdigit())
            })?;
            u128::from_str_radix(part, 16).ok()
        };
        let number = |value: u128| u64::try_from(value).ok();
        let read = (|| {
            let (snapshot, rank) = (number(part(16)?)?, number(part(16)?)?);
            let kind = Kind::from_u8(u8::try_from(part(2)?).ok()?)?;
            Some(Self { snapshot, rank, key: Key { kind, id: part(32)? } })
        })();
        read.filter(|_| parts.next().is_none()).ok_or(Error::Cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(snapshot: u64, rank: u64, kind in 0..6_usize, id: u128) {
            let cursor = Cursor { snapshot, rank, key: Key { kind: Kind::ALL[kind], id } };
            prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }

        #[test]
        fn nothing_else_is_and_nothing_panics(text in "\\PC*") {
            if let Ok(cursor) = text.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
            }
        }
    }
}
