//! The index as its user holds it: one door for changes, one for searches.

use crate::{
    analysis::Analyzer,
    backlog::{Backlog, Feeder, Writer},
    document::{Change, Day, Key, Kind},
    error::{Error, Result},
    fields::{self, fields},
    highlight::Highlighter,
    matching::{Seeker, Wanted},
    rebuild::Rebuild,
    request::{Found, Hit, Page, SearchRequest, SimilarRequest, Suggestion},
    same::Asked,
    search, similar,
    snapshot::Snapshots,
    storage::{self, Generation, Note},
    suggest,
    tally::{self, Tally, TallyRequest},
    typed::Typed,
    view::View,
};
use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tantivy::{Term, indexer::IndexWriterOptions};
use tracing::warn;

/// The engine takes no less for a thread.
const LEAST_MEMORY: usize = 15_000_000;

/// Keys for which room is kept from commit to commit.
const STAGED_BY_CHANGES: usize = 1_000;

/// How an index is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes that writing may use in all, at least 15 MB a thread.
    pub memory_budget: usize,
    /// How long a commit is kept for somebody who is paging through it.
    pub snapshot_keep: Duration,
    /// Threads that analyse and write.
    pub writer_threads: usize,
    /// A folder with dictionaries that replace those of the same name in the program. They are read when the index is
    /// opened and when a rebuild begins.
    pub dictionaries: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            memory_budget: 64_000_000,
            snapshot_keep: Duration::from_mins(5),
            writer_threads: threads.min(4),
            dictionaries: None,
        }
    }
}

impl Options {
    /// By which rules an index would be built now: versions and dictionaries.
    pub fn fingerprint(&self) -> Result<String> {
        Ok(self.analyzer()?.fingerprint().to_owned())
    }

    pub(crate) fn analyzer(&self) -> Result<Arc<Analyzer>> {
        Analyzer::read(self.dictionaries.as_deref())
    }

    fn threads(&self) -> usize {
        self.writer_threads.clamp(1, (self.memory_budget / LEAST_MEMORY).max(1))
    }

    /// For changes as they come: with as little memory as can be, for it is taken anew with every commit.
    pub(crate) fn small_writer(&self, index: &tantivy::Index) -> tantivy::Result<Writer> {
        // Merging can wait; who searches and who waits for a commit cannot.
        self.writer(index, LEAST_MEMORY, 1)
    }

    /// For many documents in a row: more memory makes fewer and larger segments.
    pub(crate) fn large_writer(&self, index: &tantivy::Index) -> tantivy::Result<Writer> {
        let memory = (self.memory_budget / self.threads()).max(LEAST_MEMORY);
        self.writer(index, memory, self.threads())
    }

    fn writer(
        &self,
        index: &tantivy::Index,
        memory: usize,
        merging: usize,
    ) -> tantivy::Result<Writer> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(self.threads())
            .memory_budget_per_thread(memory)
            .num_merge_threads(merging)
            .build();
        index.writer_with_options(options)
    }
}

/// How far an index has come, and how large it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The serving generation.
    pub generation: u64,
    /// By which rules its files were built.
    pub fingerprint: String,
    /// The highest revision that has been applied; none: nothing ever was.
    pub watermark: Option<u64>,
    /// Documents that can be found.
    pub documents: u64,
    /// Parts the index consists of.
    pub segments: usize,
    /// Bytes on disk.
    pub bytes: u64,
}

/// A full-text index in a folder. Blocking: callers on an async thread hand its calls to a blocking one.
pub struct Index {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) dir: PathBuf,
    pub(crate) options: Options,
    /// None: for reading only.
    lock: Option<Mutex<File>>,
    serving: RwLock<Arc<Generation>>,
    writer: Mutex<Option<Writing>>,
    snapshots: Snapshots,
    pub(crate) rebuilding: AtomicBool,
}

/// The engine's writer, and what it was given since the last commit.
struct Writing {
    writer: Writer,
    /// Whether it has the memory for many documents.
    large: bool,
    /// What was handed over and cannot be seen yet: a change of it must take it back.
    staged: HashSet<Key>,
    /// The same over all calls: what one call handed over may still wait.
    backlog: Backlog,
}

impl Index {
    /// Opens the index in a folder, or makes an empty one where there is none or none that can be read; then
    /// [`Index::needs_rebuild`] says so. Only one process at a time has it open like this.
    pub fn open(dir: &Path, options: Options) -> Result<Self> {
        let analyzer = options.analyzer()?;
        fs::create_dir_all(dir)?;
        let lock = storage::lock(dir)?;
        let doubtful = storage::mark_open(dir)?;
        let there = storage::current(dir).map(|number| -> Result<Generation> {
            let generation = Generation::open(dir, number, Arc::clone(&analyzer))?;
            if doubtful {
                generation.examine()?;
            }
            Ok(generation)
        });
        let generation = match there {
            Some(Ok(generation)) => generation,
            other => {
                if let Some(Err(error)) = other {
                    warn!(folder = %dir.display(), "the index cannot be read and begins anew: {error}");
                }
                let number = storage::next_number(dir);
                let generation = Generation::create(dir, number, analyzer)?;
                storage::set_current(dir, number)?;
                generation
            }
        };
        storage::remove_others(dir, generation.folder.number);
        Ok(Self::new(dir, options, Some(lock), generation))
    }

    /// Opens the index in a folder for looking at it, also beside a running service. Changes are refused.
    pub fn open_read_only(dir: &Path, options: Options) -> Result<Self> {
        let analyzer = options.analyzer()?;
        let damaged =
            |reason: &str| Error::Damaged { folder: dir.to_path_buf(), reason: reason.to_owned() };
        let number = storage::current(dir).ok_or_else(|| damaged("there is no index"))?;
        Ok(Self::new(dir, options, None, Generation::open(dir, number, analyzer)?))
    }

    /// Whether something works with it beside who holds this: an index that is being made anew.
    pub fn is_at_work(&self) -> bool {
        Arc::strong_count(&self.inner) > 1
    }

    fn new(dir: &Path, options: Options, lock: Option<File>, generation: Generation) -> Self {
        let inner = Inner {
            dir: dir.to_path_buf(),
            snapshots: Snapshots::new(options.snapshot_keep),
            options,
            lock: lock.map(Mutex::new),
            serving: RwLock::new(Arc::new(generation)),
            writer: Mutex::new(None),
            rebuilding: AtomicBool::new(false),
        };
        Self { inner: Arc::new(inner) }
    }

    /// By which rules this index is built when it is built anew: versions and dictionaries, as they were when it was
    /// opened or last built.
    pub fn fingerprint(&self) -> String {
        self.inner.generation().analyzer.fingerprint().to_owned()
    }

    /// Loads the dictionary of general words now rather than with the first search.
    pub fn warm(&self) {
        self.inner.generation().analyzer.words();
    }

    /// The revision up to which everything is in; none before the first.
    pub fn watermark(&self) -> Option<u64> {
        self.inner.view().watermark
    }

    /// How far the index has come, and how large it is; looks at the disk.
    pub fn state(&self) -> State {
        let view = self.inner.view();
        State {
            generation: view.generation,
            fingerprint: view.fingerprint.clone(),
            watermark: view.watermark,
            documents: view.searcher.num_docs(),
            segments: view.segments.len(),
            bytes: view.folder.bytes(),
        }
    }

    /// Whether the index has to be built anew: it is empty, built by other rules, or its files are gone.
    pub fn needs_rebuild(&self) -> bool {
        let view = self.inner.view();
        view.watermark.is_none()
            || view.fingerprint != view.analyzer.fingerprint()
            || !view.folder.is_there()
            || view.folder.unreadable.load(Ordering::Acquire)
    }

    /// Applies changes and commits them with the revision they reach up to. When it returns, searches see them. Of
    /// several changes of one document the last counts. On an error nothing was applied; [`Error::Damaged`] asks for a
    /// rebuild.
    pub fn apply(&self, changes: Vec<Change>, watermark: u64) -> Result<()> {
        let inner = &*self.inner;
        let result = inner.change(|generation, writing| {
            inner.hand_over(generation, writing, false, changes)?;
            commit(generation, writing, watermark)
        });
        inner.snapshots.tidy();
        result
    }

    /// Takes changes of a long series in without showing them yet: the next [`Index::apply`] commits them with its own.
    /// That is faster than to commit each, and until then a crash forgets them; so does an error of either call.
    pub fn stage(&self, changes: Vec<Change>) -> Result<()> {
        let inner = &*self.inner;
        inner.change(|generation, writing| inner.hand_over(generation, writing, true, changes))
    }

    /// Begins a new generation beside the serving one, which goes on to serve until [`Rebuild::finish`].
    pub fn begin_rebuild(&self) -> Result<Rebuild> {
        if self.inner.lock.is_none() {
            return Err(Error::ReadOnly);
        }
        Rebuild::begin(Arc::clone(&self.inner))
    }

    /// All documents with their digests, in no particular order, to compare with where they came from.
    pub fn verify(&self) -> impl Iterator<Item = (Key, u64)> + use<> {
        let view = self.inner.view();
        (0..view.segments.len()).flat_map(move |number| {
            let view = Arc::clone(&view);
            let documents = view.searcher.segment_readers()[number].max_doc();
            (0..documents).filter_map(move |doc| {
                let columns = &view.segments[number];
                let there = !view.searcher.segment_readers()[number].is_deleted(doc);
                there.then(|| (columns.key(doc), columns.digest.first(doc).unwrap_or_default()))
            })
        })
    }

    /// Searches.
    pub fn search(&self, request: &SearchRequest) -> Result<Found> {
        let cursor = match request.page {
            Page::First { after, .. } => after,
            Page::Last { before, .. } => before,
        };
        let view = self.inner.snapshots.view(cursor, &self.inner.view());
        let found = read(&view, || search::search(&view, request))?;
        if (found.has_next || found.has_previous) && !found.hits.is_empty() {
            self.inner.snapshots.keep(&view);
        }
        Ok(found)
    }

    /// Names that fit what has been typed so far: characters, pinyin, initials, from the start or inside. Names that
    /// begin with it come first, of those the ones that still hold, of those the most used; every name once.
    pub fn suggest(
        &self,
        tokens: &[String],
        today: Day,
        typed: &str,
        kinds: &[Kind],
        limit: usize,
    ) -> Result<Vec<Suggestion>> {
        let view = self.inner.view();
        read(&view, || suggest::suggest(&view, tokens, today, typed, kinds, limit))
    }

    /// What has been typed, to be marked in the names that [`Index::suggest`] gives for it.
    pub fn typed(&self, typed: &str) -> Typed {
        Typed::new(Arc::clone(&self.inner.view().analyzer), typed)
    }

    /// A text that asks something, to be held against questions that are known.
    pub fn asked(&self, text: &str) -> Asked {
        Asked::new(Arc::clone(&self.inner.view().analyzer), text)
    }

    /// Something looked for, to be held against offers.
    pub fn seeker(&self, wanted: Wanted) -> Seeker {
        Seeker::new(Arc::clone(&self.inner.view().analyzer), wanted)
    }

    /// Documents like a text, the most alike first.
    pub fn similar(&self, request: &SimilarRequest) -> Result<Vec<Hit>> {
        let view = self.inner.view();
        read(&view, || similar::similar(&view, request))
    }

    /// Marks in a text what of another text is in it: for showing why [`Index::similar`] found what it found.
    pub fn marks_of(&self, text: &str) -> Highlighter {
        similar::highlighter(&self.inner.view(), text)
    }

    /// Counts what stations have, area by area.
    pub fn tally(&self, request: &TallyRequest) -> Result<Tally> {
        let view = self.inner.view();
        read(&view, || tally::tally(&view, request))
    }
}

/// Reads from a view; files that cannot be read are damage, and make the index ask for a rebuild.
fn read<T>(view: &View, look: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = storage::unharmed(look)
        .unwrap_or_else(|| Err(view.folder.damaged("a file cannot be read")));
    if matches!(result, Err(Error::Damaged { .. })) {
        view.folder.unreadable.store(true, Ordering::Release);
    }
    result
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The writer goes first: it may still be merging.
        *self.writer.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        if self.lock.is_some() {
            storage::mark_closed(&self.dir, &self.generation().folder);
        }
    }
}

impl Inner {
    pub(crate) fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.serving.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn view(&self) -> Arc<View> {
        self.generation().view()
    }

    /// Takes the folder again where it was deleted, and the lock with it: a second process must not find it free.
    pub(crate) fn hold_folder(&self) -> Result<()> {
        fs::create_dir_all(&self.dir)?;
        if let Some(held) = &self.lock
            && !storage::has_lock(&self.dir)
        {
            let lock = storage::lock(&self.dir)?;
            storage::mark_open(&self.dir)?;
            *held.lock().unwrap_or_else(PoisonError::into_inner) = lock;
        }
        Ok(())
    }

    /// Lets another generation serve; the old one is removed once nobody reads it.
    pub(crate) fn switch(&self, generation: Generation) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        *writer = None;
        let mut serving = self.serving.write().unwrap_or_else(PoisonError::into_inner);
        serving.folder.obsolete.store(true, Ordering::Release);
        *serving = Arc::new(generation);
    }

    /// Runs a change with the writer to itself. After an error the writer has forgotten what it was given.
    fn change(
        &self,
        change: impl FnOnce(&Generation, &mut Option<Writing>) -> Result<()>,
    ) -> Result<()> {
        if self.lock.is_none() {
            return Err(Error::ReadOnly);
        }
        let mut writing = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = self.generation();
        let result = if generation.folder.is_there() {
            change(&generation, &mut writing)
        } else {
            Err(generation.folder.damaged("its files are gone"))
        };
        if result.is_err() {
            *writing = None;
        }
        result
    }

    /// Gives changes to the engine. Of several changes of one document the last counts.
    fn hand_over(
        &self,
        generation: &Generation,
        writing: &mut Option<Writing>,
        large: bool,
        changes: Vec<Change>,
    ) -> Result<()> {
        let blame = |error| generation.folder.blame(error);
        // What was staged stays with the writer that has it.
        let Writing { writer, staged, backlog, .. } = match writing {
            Some(open) if open.large == large || !open.staged.is_empty() => open,
            other => {
                *other = None;
                let writer = if large {
                    self.options.large_writer(&generation.index)
                } else {
                    self.options.small_writer(&generation.index)
                };
                let (staged, backlog) = (HashSet::new(), Backlog::default());
                other.insert(Writing { writer: writer.map_err(blame)?, large, staged, backlog })
            }
        };
        let view = generation.view();
        let mut last: HashMap<Key, Change> = HashMap::with_capacity(changes.len());
        for change in changes {
            last.insert(change.key(), change);
        }
        let mut feeder = Feeder::new(writer, backlog);
        for change in last.into_values() {
            let key = change.key();
            let term = Term::from_field_bytes(fields().key, &key.bytes());
            // Looking first is cheaper than a deletion that finds nothing: an import is mostly new documents.
            let again = !staged.insert(key);
            if again || view.searcher.doc_freq(&term).map_err(blame)? > 0 {
                feeder.delete(term);
            }
            if let Change::Put(document) = change {
                let (entry, bytes) = fields::entry(&generation.analyzer, &document);
                feeder.add(entry, bytes).map_err(blame)?;
            }
        }
        feeder.flush().map_err(blame)
    }
}

/// Commits what was handed over, and lets searches see it.
fn commit(generation: &Generation, writing: &mut Option<Writing>, watermark: u64) -> Result<()> {
    let blame = |error| generation.folder.blame(error);
    if let Some(Writing { writer, staged, .. }) = writing {
        let mut commit = writer.prepare_commit().map_err(blame)?;
        let fingerprint = generation.view().fingerprint.clone();
        let note = Note { watermark: Some(watermark), fingerprint };
        commit.set_payload(&note.write());
        commit.commit().map_err(blame)?;
        staged.clear();
        staged.shrink_to(STAGED_BY_CHANGES);
    }
    generation.reload()
}
