//! A hash that is the same on every platform and in every run (FNV-1a, 64 bits), for digests and fingerprints.

/// Takes fields one after the other; every field says its length, so that no two sequences look alike.
#[derive(Clone, Debug)]
pub(crate) struct Hasher(u64);

impl Default for Hasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        for &byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn list(&mut self, texts: &[String]) {
        self.number(Some(texts.len() as u64));
        for text in texts {
            self.text(text);
        }
    }

    pub(crate) fn set(&mut self, texts: &[String]) {
        let mut sorted = texts.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        self.list(&sorted);
    }

    pub(crate) fn number<T: TryInto<i64>>(&mut self, number: Option<T>) {
        match number {
            None => self.bytes(&[]),
            Some(number) => self.bytes(&number.try_into().unwrap_or(i64::MAX).to_le_bytes()),
        }
    }

    /// The hash of all that came in.
    pub(crate) fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
    }
}
