//! The folder of an index: generations `g-<n>/`, a file `CURRENT` that names the serving one, and a lock for the writer.
//!
//! A generation only counts once `CURRENT` names it, and `CURRENT` is replaced in one step: a crash leaves the old one
//! serving, and what was half made is removed at the next start.

use crate::{
    analysis::{Analyzer, tokenizer},
    directory::{self, SwiftDirectory},
    error::{Error, Result},
    fields::schema,
    hash::Hasher,
    view::View,
};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};
use tantivy::{IndexReader, ReloadPolicy};
use tracing::warn;

const CURRENT: &str = "CURRENT";
const LOCK: &str = "lock";
const OPEN: &str = "OPEN";

/// Takes the writer's lock of an index folder; it is held as long as the file is.
pub(crate) fn lock(dir: &Path) -> Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(dir.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Locked(dir.to_path_buf())),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Whether the file of the lock is where it should be.
pub(crate) fn has_lock(dir: &Path) -> bool {
    dir.join(LOCK).is_file()
}

/// Notes that the index is open for writing, so that its files may not all be on the disk. Returns whether the machine
/// went down the last time it was: then its files may be incomplete. (When only the process ended they are not: the
/// system still has them.)
pub(crate) fn mark_open(dir: &Path) -> Result<bool> {
    let boot = boot();
    let before = fs::read_to_string(dir.join(OPEN)).ok();
    fs::write(dir.join(OPEN), &boot)?;
    sync_folder(dir)?;
    Ok(before.is_some_and(|before| before != boot || boot.is_empty()))
}

/// Waits for the disk, then takes the note away.
pub(crate) fn mark_closed(dir: &Path, generation: &Folder) {
    if directory::sync(&generation.path).is_ok() {
        // When it stays, the next start only looks at the files more closely than it had to.
        let _ = fs::remove_file(dir.join(OPEN));
    }
}

/// Names this run of the machine; empty where the system does not tell.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

/// The number of the serving generation; none when there is none or its name cannot be read.
pub(crate) fn current(dir: &Path) -> Option<u64> {
    number_of(fs::read_to_string(dir.join(CURRENT)).ok()?.trim())
}

/// Names the serving generation, in one step.
pub(crate) fn set_current(dir: &Path, number: u64) -> Result<()> {
    let temporary = dir.join("CURRENT.new");
    let mut file = File::create(&temporary)?;
    writeln!(file, "g-{number}")?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(CURRENT))?;
    sync_folder(dir)
}

/// The first number that no generation has.
pub(crate) fn next_number(dir: &Path) -> u64 {
    generations(dir).into_iter().max().unwrap_or_default() + 1
}

/// Removes all generations but one.
pub(crate) fn remove_others(dir: &Path, keep: u64) {
    for number in generations(dir).into_iter().filter(|number| *number != keep) {
        remove(&path(dir, number));
    }
}

/// The folder of a generation.
pub(crate) fn path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("g-{number}"))
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("g-")?.parse().ok()
}

fn generations(dir: &Path) -> Vec<u64> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| number_of(entry.file_name().to_str()?)).collect()
}

fn sync_folder(dir: &Path) -> Result<()> {
    Ok(File::open(dir)?.sync_all()?)
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && folder.exists()
    {
        warn!(folder = %folder.display(), "an old generation of the index could not be removed: {error}");
    }
}

/// A generation's folder. Once obsolete it is removed when nobody uses it any more.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) number: u64,
    pub(crate) obsolete: AtomicBool,
    /// A file of it turned out not to be what it should.
    pub(crate) unreadable: AtomicBool,
}

impl Folder {
    fn new(dir: &Path, number: u64) -> Self {
        Self {
            path: path(dir, number),
            number,
            obsolete: AtomicBool::new(false),
            unreadable: AtomicBool::new(false),
        }
    }

    /// Whether its files are where they should be.
    pub(crate) fn is_there(&self) -> bool {
        self.path.join("meta.json").is_file()
    }

    pub(crate) fn damaged(&self, reason: impl Into<String>) -> Error {
        Error::Damaged { folder: self.path.clone(), reason: reason.into() }
    }

    /// The error that tells a rebuild is needed when the files are gone or unreadable, the engine's own otherwise.
    pub(crate) fn blame(&self, error: tantivy::TantivyError) -> Error {
        use tantivy::TantivyError as E;
        let gone = !self.is_there();
        match error {
            E::DataCorruption(_) | E::OpenReadError(_) | E::IncompatibleIndex(_) => {
                self.damaged(error.to_string())
            }
            _ if gone => self.damaged(error.to_string()),
            _ => error.into(),
        }
    }

    /// Bytes on disk.
    pub(crate) fn bytes(&self) -> u64 {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.obsolete.load(Ordering::Acquire) {
            remove(&self.path);
        }
    }
}

/// Runs something that reads index files. The engine trusts them, and panics where they are cut short or overwritten: that
/// is damage to report, not a fault of the program. None: it panicked.
pub(crate) fn unharmed<T>(read: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).ok()
}

/// One complete index.
pub(crate) struct Generation {
    pub(crate) folder: Arc<Folder>,
    pub(crate) index: tantivy::Index,
    pub(crate) analyzer: Arc<Analyzer>,
    reader: IndexReader,
    view: RwLock<Arc<View>>,
}

impl Generation {
    /// Makes an empty one.
    pub(crate) fn create(dir: &Path, number: u64, analyzer: Arc<Analyzer>) -> Result<Self> {
        let folder = Folder::new(dir, number);
        fs::create_dir_all(&folder.path)?;
        // Nothing is stored, so nothing is to be compressed, and no thread is needed for it.
        let settings = tantivy::IndexSettings {
            docstore_compression: tantivy::store::Compressor::None,
            docstore_compress_dedicated_thread: false,
            ..tantivy::IndexSettings::default()
        };
        let directory = SwiftDirectory::open(&folder.path)?;
        let builder = tantivy::Index::builder().schema(schema().0.clone()).settings(settings);
        let index = builder.open_or_create(directory)?;
        Self::serve(folder, index, analyzer)
    }

    /// Opens one that is there.
    pub(crate) fn open(dir: &Path, number: u64, analyzer: Arc<Analyzer>) -> Result<Self> {
        let folder = Folder::new(dir, number);
        let damaged = folder.damaged("its files cannot be read");
        unharmed(|| Self::open_folder(folder, analyzer)).unwrap_or(Err(damaged))
    }

    fn open_folder(folder: Folder, analyzer: Arc<Analyzer>) -> Result<Self> {
        let index = SwiftDirectory::open(&folder.path)
            .and_then(tantivy::Index::open)
            .map_err(|error| folder.blame(error))?;
        if index.schema() != schema().0 {
            return Err(folder.damaged("its fields are those of another version"));
        }
        Self::serve(folder, index, analyzer)
    }

    fn serve(folder: Folder, index: tantivy::Index, analyzer: Arc<Analyzer>) -> Result<Self> {
        tokenizer::register(index.tokenizers(), &analyzer);
        let folder = Arc::new(folder);
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(0)
            .try_into();
        let reader: IndexReader = reader.map_err(|error| folder.blame(error))?;
        // The engine takes a segment without readable positions for one that has none, until a phrase is asked for.
        for segment in index.searchable_segments().map_err(|error| folder.blame(error))? {
            let positions = segment.open_read(tantivy::index::SegmentComponent::Positions);
            positions.map_err(|error| folder.blame(error.into()))?;
        }
        let view = RwLock::new(Arc::new(look(&folder, &index, &reader, &analyzer, None)?));
        Ok(Self { folder, index, analyzer, reader, view })
    }

    /// Compares every file with its checksum.
    pub(crate) fn examine(&self) -> Result<()> {
        let broken = unharmed(|| self.index.validate_checksum());
        match broken {
            Some(Ok(broken)) if broken.is_empty() => Ok(()),
            Some(Err(error)) => Err(self.folder.blame(error)),
            _ => Err(self.folder.damaged("a file is not as it was written")),
        }
    }

    /// The last commit.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets searches see the last commit.
    pub(crate) fn reload(&self) -> Result<()> {
        self.reader.reload().map_err(|error| self.folder.blame(error))?;
        let fresh =
            look(&self.folder, &self.index, &self.reader, &self.analyzer, Some(&self.view()))?;
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(())
    }
}

fn look(
    folder: &Arc<Folder>,
    index: &tantivy::Index,
    reader: &IndexReader,
    analyzer: &Arc<Analyzer>,
    before: Option<&View>,
) -> Result<View> {
    let meta = index.load_metas().map_err(|error| folder.blame(error))?;
    let searcher = reader.searcher();
    let segments = View::columns(&searcher, before)?;
    let note = Note::read(meta.payload.as_deref(), analyzer);
    let mut id = Hasher::default();
    for number in [folder.number, meta.opstamp, note.watermark.unwrap_or_default()] {
        id.number(Some(number));
    }
    Ok(View {
        searcher,
        segments,
        watermark: note.watermark,
        fingerprint: note.fingerprint,
        analyzer: Arc::clone(analyzer),
        generation: folder.number,
        id: id.finish(),
        folder: Arc::clone(folder),
    })
}

/// What a commit says of itself.
pub(crate) struct Note {
    pub(crate) watermark: Option<u64>,
    pub(crate) fingerprint: String,
}

impl Note {
    /// Written into the commit's payload, so that index and position can never disagree.
    pub(crate) fn write(&self) -> String {
        format!("{}\n{}", self.watermark.unwrap_or_default(), self.fingerprint)
    }

    fn read(payload: Option<&str>, analyzer: &Analyzer) -> Self {
        match payload.and_then(|payload| payload.split_once('\n')) {
            Some((watermark, fingerprint)) => {
                Self { watermark: watermark.parse().ok(), fingerprint: fingerprint.to_owned() }
            }
            // Nothing was ever committed: it is empty, and of this program's making as far as that matters.
            None => Self { watermark: None, fingerprint: analyzer.fingerprint().to_owned() },
        }
    }
}
