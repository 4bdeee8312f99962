//! The vault: what is confidential is unreadable in the database, and can be forgotten for good.
//!
//! Each asker and each consultation has a [`DataKey`] of its own, under which its texts are sealed. The data key stands in
//! the database only as a [`Wrapped`] one, sealed under a *master key* that is never in the database: a key file or a
//! secret setting holds it. A stolen database or a stolen copy of it therefore tells nothing. Erasing deletes the row with
//! its wrapped data key. (The fingerprints by which an asker is found again must be deleted too: they hold for as long as
//! the master key does.) A backup from before has both still: it must not be kept for longer than what it holds.
//!
//! Small secrets of the service itself, such as the private keys that sign tokens, are sealed under the master key
//! directly, so that all nodes share them through the database.
//!
//! Everything sealed is bound to a *context*, a text that says where it belongs (`consultation/<id>/question`). What was
//! moved to another row or column does not open there.
//!
//! A master key is replaced in four steps, in this order:
//!
//! 1. [`Vault::rotate_file`] puts a new key in front; the old ones still open what they closed.
//! 2. Every process takes the new key up: by itself when it meets something under it, by [`Vault::reload`], or by a restart.
//! 3. Everything is carried over with [`Vault::rewrap`] and [`Vault::reseal`], and fingerprints are made anew. What
//!    remains is found by its beginning, for all that the vault makes begins with the id of its master key.
//! 4. [`Vault::forget_old`] strikes the old keys.

mod cipher;
mod file;
mod ring;

#[cfg(test)]
mod tests;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use self::{
    cipher::Key,
    ring::{MasterKey, Ring},
};
use crate::error::{Error, Result};

/// Where the master keys are.
#[derive(Clone)]
pub enum Source {
    /// In a file, which is made at the first start.
    File(PathBuf),
    /// In a setting.
    Setting(String),
}

/// Shows no key.
impl fmt::Debug for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => out.debug_tuple("File").field(path).finish(),
            Self::Setting(_) => out.write_str("Setting(…)"),
        }
    }
}

/// The master keys: the current one, and older ones still needed for opening. Cheap to clone; clones share what one of
/// them reloads.
#[derive(Clone)]
pub struct Vault(Arc<Shared>);

struct Shared {
    /// Replaced as a whole, so that nobody sees half of a rotation.
    ring: RwLock<Arc<Ring>>,
    /// Where newer keys may turn up; a setting stays as it is for as long as the process runs.
    file: Option<PathBuf>,
}

/// A data key as it stands in the database: `<id of its master key>.<sealed>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wrapped(String);

/// The key of one asker or one consultation. It is wiped from memory when it is dropped.
pub struct DataKey(Key);

impl Vault {
    /// Reads the key file. A missing one is made with a first key; where several processes do so at once, they agree.
    pub fn open(file: &Path) -> Result<Self> {
        Ok(Self::of(file::open_or_make(file)?, Some(file)))
    }

    /// Reads the key file, which must be there: for a database that has something sealed already. A key made anew would
    /// open none of it, and a wrong path would be noticed late.
    pub fn read(file: &Path) -> Result<Self> {
        Ok(Self::of(file::read(file)?, Some(file)))
    }

    /// Takes the keys from a secret setting: the same text as in the file, where commas may stand for line breaks.
    pub fn from_setting(text: &str) -> Result<Self> {
        Ok(Self::of(Ring::from_setting(text)?, None))
    }

    /// A new master key as a file or a setting holds it, for an operator who keeps the keys elsewhere. Who has the text
    /// has the key.
    pub fn new_master_key() -> String {
        MasterKey::random().line().to_string()
    }

    /// Puts a new current key in front of those in the file; the old ones stay, for opening.
    pub fn rotate_file(file: &Path) -> Result<Self> {
        Ok(Self::of(file::rotate(file)?, Some(file)))
    }

    /// Strikes all keys but the current one from the file and gives the ids of those struck. What is still sealed under
    /// them is lost, so this comes after everything was carried over, and after every process has taken up the new key.
    ///
    /// `self` is the vault with which everything was carried over: if the file has been rotated since, nothing is struck.
    pub fn forget_old(&self, file: &Path) -> Result<Vec<String>> {
        let (ring, struck) = file::forget_old(file, &self.current_id())?;
        if self.0.file.as_deref() == Some(file) {
            self.replace(ring);
        }
        Ok(struck)
    }

    /// Reads the key file again, so that a running process takes part in a rotation. On a fault the keys stay as they
    /// are. Of a setting there is nothing to read again.
    pub fn reload(&self) -> Result<()> {
        if let Some(file) = &self.0.file {
            self.replace(file::read(file)?);
        }
        Ok(())
    }

    /// The id of the master key under which new things are sealed.
    pub fn current_id(&self) -> String {
        self.ring().current().id().to_owned()
    }

    /// Whether the master key of this id is here.
    pub fn knows(&self, id: &str) -> bool {
        self.ring().get(id).is_some()
    }

    /// A new data key, and how it is stored.
    pub fn new_data_key(&self) -> (DataKey, Wrapped) {
        let key = DataKey(Key::random());
        let wrapped = self.ring().current().wrap(&key.0);
        (key, Wrapped(wrapped))
    }

    /// The data key that was stored so.
    pub fn unwrap(&self, wrapped: &str) -> Result<DataKey> {
        let (ring, id, sealed) = self.ring_for(wrapped)?;
        master(&ring, id)?.unwrap(sealed).map(DataKey)
    }

    /// The same data key under the current master key, or nothing where it is so already.
    pub fn rewrap(&self, wrapped: &str) -> Result<Option<Wrapped>> {
        let (ring, id, sealed) = self.ring_for(wrapped)?;
        if ring.current().id() == id {
            return Ok(None);
        }
        let key = master(&ring, id)?.unwrap(sealed)?;
        Ok(Some(Wrapped(ring.current().wrap(&key))))
    }

    /// Seals a small secret of the service under the master key itself.
    pub fn seal(&self, context: &str, plain: &[u8]) -> String {
        self.ring().current().seal(context, plain)
    }

    /// Opens what [`Vault::seal`] closed, in the same context.
    pub fn open_sealed(&self, context: &str, stored: &str) -> Result<Vec<u8>> {
        let (ring, id, sealed) = self.ring_for(stored)?;
        master(&ring, id)?.open(context, sealed)
    }

    /// The same secret under the current master key, or nothing where it is so already.
    pub fn reseal(&self, context: &str, stored: &str) -> Result<Option<String>> {
        let (ring, id, sealed) = self.ring_for(stored)?;
        if ring.current().id() == id {
            return Ok(None);
        }
        let plain = zeroize::Zeroizing::new(master(&ring, id)?.open(context, sealed)?);
        Ok(Some(ring.current().seal(context, &plain)))
    }

    /// By what a text is found again without being stored: a keyed hash, which nobody can try names against who has the
    /// database alone. The same text has another fingerprint for another purpose. The caller normalises the text.
    pub fn fingerprint(&self, purpose: &str, text: &str) -> String {
        self.ring().current().fingerprint(purpose, text)
    }

    /// The fingerprints of a text under every master key, the current one first: a look-up by all of them finds what was
    /// stored before a rotation and not yet made anew.
    pub fn fingerprints(&self, purpose: &str, text: &str) -> Vec<String> {
        self.ring().all().map(|key| key.fingerprint(purpose, text)).collect()
    }

    fn of(ring: Ring, file: Option<&Path>) -> Self {
        let ring = RwLock::new(Arc::new(ring));
        Self(Arc::new(Shared { ring, file: file.map(Path::to_owned) }))
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.0.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, ring: Ring) {
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// Takes a stored text apart, and gives the keys with which to open it. An id not known here may be of a key that
    /// another process has put into the file since, so the file is asked once more.
    fn ring_for<'a>(&self, stored: &'a str) -> Result<(Arc<Ring>, &'a str, &'a str)> {
        // What has not the shape may be anything, even a text that was never sealed: no message repeats it.
        let (id, sealed) = stored
            .split_once('.')
            .filter(|(id, _)| ring::is_id(id))
            .ok_or_else(|| Error::internal("a stored text is nothing that the vault made"))?;
        if !self.knows(id) {
            self.reload()?;
        }
        Ok((self.ring(), id, sealed))
    }
}

fn master<'a>(ring: &'a Ring, id: &str) -> Result<&'a MasterKey> {
    ring.get(id).ok_or_else(|| {
        Error::internal(format!(
            "something is sealed under the master key {id}, which is not here: put the line that begins with {id} back \
             into the key file or the setting, below the current key"
        ))
    })
}

impl DataKey {
    /// Seals a text for one place.
    pub fn seal(&self, context: &str, plain: &str) -> String {
        self.0.seal(context, plain.as_bytes())
    }

    /// Opens a text that was sealed for this place.
    pub fn open(&self, context: &str, sealed: &str) -> Result<String> {
        let plain = self.0.open(context, sealed)?;
        String::from_utf8(plain)
            .map_err(|_| Error::internal(format!("what is sealed as {context} is no text")))
    }
}

impl Wrapped {
    /// The text that is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Wrapped> for String {
    fn from(wrapped: Wrapped) -> Self {
        wrapped.0
    }
}

/// No key, only how many there are and which is in use.
impl fmt::Debug for Vault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring();
        out.debug_struct("Vault")
            .field("current", &ring.current().id())
            .field("keys", &ring.all().count())
            .field("file", &self.0.file)
            .finish_non_exhaustive()
    }
}

/// No key.
impl fmt::Debug for DataKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("DataKey").finish_non_exhaustive()
    }
}
