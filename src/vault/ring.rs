//! The master keys together, and how they are written down.
//!
//! One key a line: its id, a space, its 32 bytes in base64url. The first is the current one. The id is made from the key,
//! so a key that lost or changed a character on its way is noticed before anything is sealed under it.

use std::{collections::HashSet, fmt::Write as _, path::Path};

use zeroize::Zeroizing;

use super::cipher::Key;
use crate::{
    error::{Error, Result},
    language::Text,
};

/// What stands above the keys in a file that we wrote.
const HEAD: &str = "\
# Master keys of the vault of Zhanjian, the current one first. Without this file nobody can read what is confidential in
# the database; with both, anybody can. Keep a copy, apart from the copies of the database, and do not edit it.
# 站间的主密钥，首行为当前密钥。缺少本文件，数据库中的保密内容将无法读取；二者兼得者皆可读取。请与数据库备份分开保存副本，切勿手工修改。
";

/// Small letters and digits without those that look alike (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// How many characters an id has: 40 bits, enough to tell a handful of keys apart.
const ID: usize = 8;

/// Whether a text could be the id of a master key.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// A master key, and the keys derived from it. It does nothing itself but derive.
pub(super) struct MasterKey {
    id: String,
    key: Key,
    wrapping: Key,
    sealing: Key,
    hashing: Key,
}

impl MasterKey {
    pub(super) fn random() -> Self {
        Self::new(Key::random())
    }

    fn new(key: Key) -> Self {
        let [wrapping, sealing, hashing] =
            ["data keys", "secrets", "fingerprints"].map(|end| key.derive(end));
        let id = key
            .derive("id")
            .as_bytes()
            .iter()
            .take(ID)
            .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
            .collect();
        Self { id, key, wrapping, sealing, hashing }
    }

    /// Reads an id and a key. What is wrong is told without repeating either.
    fn parse(words: &[&str]) -> Result<Self, Text> {
        let [id, key] = words else {
            return Err(Text::new(
                "two words are wanted, the id of the key and the key, as in the line that the program wrote",
                "应为两项：密钥标识与密钥，请与程序写入的格式保持一致",
            ));
        };
        let key = Key::decode(key).ok_or_else(|| {
            Text::new(
                "the second word is no key: 43 letters, digits, - and _ are wanted (32 bytes in base64url)",
                "第二项不是密钥：应为 43 个字母、数字、- 或 _（32 字节的 base64url 编码）",
            )
        })?;
        let master = Self::new(key);
        if master.id == *id {
            return Ok(master);
        }
        Err(Text::new(
            "the id does not belong to the key: one of them was damaged in copying; copy the line once more",
            "密钥标识与密钥不符，其中之一在复制时损坏，请重新复制该行",
        ))
    }

    /// The key as it is written down.
    pub(super) fn line(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{} {}", self.id, *self.key.encode()))
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn wrap(&self, key: &Key) -> String {
        self.under_id(&self.wrapping.seal("a data key", key.as_bytes()))
    }

    pub(super) fn unwrap(&self, sealed: &str) -> Result<Key> {
        let bytes = Zeroizing::new(self.wrapping.open("a data key", sealed)?);
        Key::from_bytes(&bytes).ok_or_else(|| Error::internal("a data key has not 32 bytes"))
    }

    pub(super) fn seal(&self, context: &str, plain: &[u8]) -> String {
        self.under_id(&self.sealing.seal(context, plain))
    }

    pub(super) fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>> {
        self.sealing.open(context, sealed)
    }

    pub(super) fn fingerprint(&self, purpose: &str, text: &str) -> String {
        self.under_id(&self.hashing.hash(purpose, text).encode())
    }

    fn under_id(&self, text: &str) -> String {
        format!("{}.{text}", self.id)
    }
}

/// The master keys, the current one first. There is always one.
pub(super) struct Ring {
    current: MasterKey,
    older: Vec<MasterKey>,
}

impl Ring {
    pub(super) fn random() -> Self {
        Self { current: MasterKey::random(), older: Vec::new() }
    }

    /// Reads the text of a file.
    pub(super) fn from_file(text: &str, path: &Path) -> Result<Self> {
        let mut keys = Vec::new();
        // Some editors put a mark in front that nobody sees.
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if has_keys(line) {
                let words: Vec<&str> = line.split_whitespace().collect();
                let key = MasterKey::parse(&words);
                keys.push(key.map_err(|reason| wrong_line(path, at + 1, &reason))?);
            }
        }
        let place = path.display();
        Self::of(keys, &Text::new(format!("{place}"), format!("{place} ")))
    }

    /// Reads the value of a setting.
    pub(super) fn from_setting(text: &str) -> Result<Self> {
        let words: Vec<&str> = text
            .lines()
            .filter(|line| has_keys(line))
            .flat_map(|line| line.split(|ch: char| ch.is_whitespace() || ch == ','))
            .filter(|word| !word.is_empty())
            .collect();
        let mut keys = Vec::new();
        for (at, words) in words.chunks(2).enumerate() {
            let key = MasterKey::parse(words);
            keys.push(key.map_err(|reason| wrong_in_setting(at + 1, &reason))?);
        }
        Self::of(keys, &Text::new("the setting", "该设置"))
    }

    fn of(keys: Vec<MasterKey>, place: &Text) -> Result<Self> {
        let mut ids = HashSet::new();
        if let Some(twice) = keys.iter().find(|key| !ids.insert(&key.id)) {
            return Err(fault(
                format!("{} has the key {} twice; strike one of the two", place.en, twice.id),
                format!("{}中密钥 {} 重复出现，请删去其一", place.zh, twice.id),
            ));
        }
        let mut keys = keys.into_iter();
        let Some(current) = keys.next() else {
            return Err(fault(
                format!(
                    "{} holds no key; put back the copy that was kept of it (lines that begin with # are comments)",
                    place.en
                ),
                format!("{}中没有密钥，请用留存的副本恢复（以 # 开头的行为注释）", place.zh),
            ));
        };
        Ok(Self { current, older: keys.collect() })
    }

    /// The text of a file with these keys.
    pub(super) fn to_file(&self) -> Zeroizing<String> {
        // Room enough from the start: a text that grows leaves copies of itself behind in memory.
        let mut text = String::with_capacity(HEAD.len() + 64 * (1 + self.older.len()));
        text.push_str(HEAD);
        for key in self.all() {
            writeln!(text, "{}", *key.line()).expect("a text takes all that is written to it");
        }
        Zeroizing::new(text)
    }

    pub(super) fn current(&self) -> &MasterKey {
        &self.current
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.current).chain(&self.older)
    }

    pub(super) fn get(&self, id: &str) -> Option<&MasterKey> {
        self.all().find(|key| key.id == id)
    }

    /// Puts a new key in front.
    pub(super) fn rotate(&mut self) {
        let before = std::mem::replace(&mut self.current, MasterKey::random());
        self.older.insert(0, before);
    }

    /// Strikes all but the current key and gives the ids of the others.
    pub(super) fn forget_old(&mut self) -> Vec<String> {
        self.older.drain(..).map(|key| key.id).collect()
    }
}

/// A fault that the operator can mend.
pub(super) fn fault(en: String, zh: String) -> Error {
    Error::invalid("vault", Text::new(en, zh))
}

fn has_keys(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

fn wrong_line(path: &Path, line: usize, reason: &Text) -> Error {
    let path = path.display();
    fault(
        format!("{path}, line {line}: {}", reason.en),
        format!("{path} 第 {line} 行：{}", reason.zh),
    )
}

fn wrong_in_setting(number: usize, reason: &Text) -> Error {
    fault(
        format!("key {number} of the setting: {}", reason.en),
        format!("该设置中第 {number} 个密钥：{}", reason.zh),
    )
}
