//! How a file goes in: looked at whole, then written batch by batch.

use std::{
    collections::HashSet,
    io::Read as _,
    path::{Path, PathBuf},
    time::Instant,
};

use bytes::Bytes;

use super::{
    Known, Summary, Tally, Transfer,
    ahead::{Ahead, Batch},
};
use crate::{
    clock::Clock,
    db::Database,
    error::{Error, Result},
    files::{Fault, FileError, Input, MAX_PIPED_BYTES, Reader, Row, RowError},
    language::Text,
    telemetry::figures,
};

/// Where rows come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// Something in memory, with a name whose ending tells the format.
    Memory(String, Bytes),
}

impl Source {
    /// A file by its path; `-` is standard input, which is kept in memory, for it is read twice.
    pub fn of_path(path: &Path) -> Result<Self, FileError> {
        if path != Path::new("-") {
            return Ok(Self::Path(path.to_owned()));
        }
        let mut bytes = Vec::new();
        let mut input = std::io::stdin().lock().take(MAX_PIPED_BYTES);
        input.read_to_end(&mut bytes).map_err(|cause| FileError::io("-", cause))?;
        Ok(Self::Memory("-".to_owned(), bytes.into()))
    }

    /// Begins to read it.
    pub(crate) fn input(&self) -> Result<Input, FileError> {
        match self {
            Self::Path(path) => Input::open(path),
            Self::Memory(name, bytes) => Ok(Input::memory(name, bytes.clone())),
        }
    }
}

/// How a file is to be taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Import {
    /// Look at every row and write nothing.
    pub dry_run: bool,
    /// Take the good rows though others are refused.
    pub keep_going: bool,
    /// Refuse a file with columns that mean nothing here.
    pub strict: bool,
}

/// How an import ended that could be begun.
#[derive(Debug)]
pub enum Outcome {
    /// The file could be read; this is what became of its rows.
    Read(Summary),
    /// The file could not be read.
    Unreadable(FileError),
}

/// Takes a file in. `progress` is told the bytes read and the bytes in all, over both readings.
pub async fn run<T: Transfer>(
    db: &Database,
    clock: &Clock,
    kind: &T,
    source: &Source,
    import: Import,
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<Outcome> {
    let started = Instant::now();
    let mut known = Known::load(db).await?;
    let looked = look(kind, source, &mut known, import, &mut progress).await?;
    let (mut summary, links) = match looked {
        Ok(looked) => looked,
        Err(fault) => return Ok(Outcome::Unreadable(fault)),
    };
    follow(db, kind, links, &mut known, &mut summary).await?;
    summary.dry_run = import.dry_run;
    let wanted = summary.refused == 0 || import.keep_going;
    let strict_fault = import.strict && !summary.unknown_columns.is_empty();
    summary.held_back = !import.dry_run && (!wanted || strict_fault);
    if !import.dry_run && !summary.held_back {
        match write(db, clock, kind, source, &mut known, &mut progress).await? {
            Ok(tally) => summary.tally = tally,
            Err(fault) => return Ok(Outcome::Unreadable(fault)),
        }
    }
    if strict_fault {
        summary.refused += 1;
    }
    summary.took = started.elapsed();
    summary.kept = std::mem::take(&mut known.kept);
    summary.doubled = std::mem::take(&mut known.doubled);
    let Tally { added, updated, unchanged, kept, doubled } = summary.tally;
    let refused = summary.refused;
    let outcomes = [
        ("added", added),
        ("updated", updated),
        ("unchanged", unchanged),
        ("kept", kept),
        ("doubled", doubled),
        ("refused", refused),
    ];
    for (outcome, rows) in outcomes {
        figures::rows_imported(outcome, rows);
    }
    Ok(Outcome::Read(summary))
}

fn reader<T: Transfer>(kind: &T, source: &Source) -> Result<Reader, FileError> {
    kind.open(source.input()?)?.with_aliases(T::ALIASES)
}

/// The first reading: every row is looked at, and nothing is written.
async fn look<T: Transfer>(
    kind: &T,
    source: &Source,
    known: &mut Known,
    import: Import,
    progress: &mut (impl FnMut(u64, u64) + Send),
) -> Result<Result<(Summary, Vec<Link>), FileError>> {
    let reader = match reader(kind, source) {
        Ok(reader) => reader,
        Err(fault) => return Ok(Err(fault)),
    };
    let mut links = Vec::new();
    let mut summary = Summary {
        format: format!("{}, {}", reader.format().label(), reader.encoding().label()),
        ..Summary::default()
    };
    let total = reader.bytes_total() * if import.dry_run { 1 } else { 2 };
    let mut ahead = Ahead::of(reader);
    while let Some(Batch { rows, bytes_read }) = ahead.next().await? {
        for row in rows {
            let line = row.as_ref().map_or(0, |row| row.line());
            match examine(kind, row, known, |identity| known.coming.contains(identity)) {
                Ok(draft) => {
                    let from = T::identity(&draft);
                    if let Some((column, to)) = T::leads_to(&draft) {
                        links.push(Link { line, column, from: from.clone(), to });
                    }
                    known.coming.insert(from);
                }
                Err(Refusal::Row(faults)) => {
                    known.refused.extend(faults.first().map(|fault| fault.line));
                    summary.refuse(faults);
                }
                Err(Refusal::File(fault)) => return Ok(Err(fault)),
            }
        }
        progress(bytes_read, total);
    }
    summary.unknown_columns = ahead.unknown_columns();
    Ok(Ok((summary, links)))
}

/// A row that leads to another one, by their identities.
struct Link {
    line: u64,
    column: &'static str,
    from: String,
    to: String,
}

/// Refuses rows that lead to others which are nowhere, and rows that lead to those.
async fn follow<T: Transfer>(
    db: &Database,
    kind: &T,
    mut links: Vec<Link>,
    known: &mut Known,
    summary: &mut Summary,
) -> Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    let there = kind.there(db, known, links.iter().map(|link| link.to.clone()).collect()).await?;
    loop {
        let found = |link: &Link| known.coming.contains(&link.to) || there.contains(&link.to);
        let (good, lost): (Vec<Link>, Vec<Link>) = links.into_iter().partition(found);
        if lost.is_empty() {
            summary.faults.sort_by_key(|fault| fault.line);
            return Ok(());
        }
        for link in lost {
            known.coming.remove(&link.from);
            known.refused.insert(link.line);
            summary.refuse(vec![link.lost()]);
        }
        links = good;
    }
}

impl Link {
    fn lost(self) -> Fault {
        let message = Text::new(
            "is neither in the file nor here already; mend the name, or import it first",
            "不在本文件中，也尚未导入；请更正或先导入",
        );
        let name = self.to.rsplit('\n').next().map(str::to_owned);
        let column = Some(self.column.to_owned());
        Fault { line: self.line, column, place: None, value: name, message }
    }
}

/// Why a row is not taken.
enum Refusal {
    Row(Vec<Fault>),
    File(FileError),
}

/// One row, if there is nothing wrong with it.
fn examine<T: Transfer>(
    kind: &T,
    row: Result<Row, RowError>,
    known: &Known,
    seen: impl FnOnce(&str) -> bool,
) -> Result<T::Draft, Refusal> {
    let mut row = row.map_err(|error| match error {
        RowError::Damaged(fault) => Refusal::Row(vec![fault]),
        RowError::File(error) => Refusal::File(error),
    })?;
    let draft = kind.read(&mut row, known);
    if !row.is_faulty() && seen(&T::identity(&draft)) {
        row.fault_of_row(Text::new(
            "this row says it is the same thing as one above it in the file",
            "本行与文件中前面的某一行标识相同",
        ));
    }
    row.finish().map_err(|faults| Refusal::Row(faults.0)).map(|()| draft)
}

/// The second reading: the good rows are written, some hundreds at a time.
async fn write<T: Transfer>(
    db: &Database,
    clock: &Clock,
    kind: &T,
    source: &Source,
    known: &mut Known,
    progress: &mut (impl FnMut(u64, u64) + Send),
) -> Result<Result<Tally, FileError>> {
    let reader = match reader(kind, source) {
        Ok(reader) => reader,
        Err(fault) => return Ok(Err(fault)),
    };
    let mut tally = Tally::default();
    let mut written = HashSet::new();
    let total = reader.bytes_total();
    let mut ahead = Ahead::of(reader);
    while let Some(Batch { rows, bytes_read }) = ahead.next().await? {
        let mut drafts = Vec::with_capacity(rows.len());
        for row in rows {
            // A row that was refused stays so, though what it lacked may have come further on.
            if row.as_ref().is_ok_and(|row| known.refused.contains(&row.line())) {
                continue;
            }
            match examine(kind, row, known, |identity| !written.insert(identity.to_owned())) {
                Ok(draft) => drafts.push(draft),
                // It was counted when the file was looked at.
                Err(Refusal::Row(_)) => {}
                Err(Refusal::File(fault)) => return Ok(Err(fault)),
            }
        }
        progress(total + bytes_read, total * 2);
        if drafts.is_empty() {
            continue;
        }
        let now = clock.now();
        let mut write = db.write().await?;
        tally += kind.store(&mut write, drafts, known, now).await?;
        write.commit(now).await?;
    }
    let now = clock.now();
    let mut write = db.write().await?;
    tally += kind.finish(&mut write, known, now).await?;
    write.commit(now).await?;
    Ok(Ok(tally))
}

/// The sentence for faults of a file that could not be read at all.
impl From<FileError> for Error {
    fn from(fault: FileError) -> Self {
        Self::invalid("file", Text::new(fault.to_string(), fault.to_string()))
    }
}
