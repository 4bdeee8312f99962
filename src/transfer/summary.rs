//! What an import has done, for the person who ran it.

use std::{fmt, time::Duration};

use super::Tally;
use crate::files::Fault;

/// The most faults that are kept word by word; of the rest only the number is known.
const KEPT: usize = 1_000;

/// What an import has done.
#[derive(Debug, Default)]
pub struct Summary {
    /// What the file turned out to be, such as `CSV, GBK`.
    pub format: String,
    /// What became of the rows that were taken.
    pub tally: Tally,
    /// Rows that were not taken.
    pub refused: u64,
    /// What was wrong with them, row by row.
    pub faults: Vec<Fault>,
    /// Rows that were left as they are, for somebody has changed them here since.
    pub kept: Vec<String>,
    /// Rows that were not taken, for the same work is there already under another id.
    pub doubled: Vec<String>,
    /// Columns that mean nothing here.
    pub unknown_columns: Vec<String>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Whether nothing was written because rows were refused.
    pub held_back: bool,
    /// How long it took.
    pub took: Duration,
}

impl Summary {
    /// Keeps what is wrong with a row.
    pub(super) fn refuse(&mut self, faults: Vec<Fault>) {
        self.refused += 1;
        let room = KEPT.saturating_sub(self.faults.len());
        self.faults.extend(faults.into_iter().take(room));
    }

    /// Whether every row was good.
    pub fn is_clean(&self) -> bool {
        self.refused == 0 && !self.held_back
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { added, updated, unchanged, kept, doubled } = self.tally;
        let seconds = self.took.as_secs_f64();
        if !self.unknown_columns.is_empty() {
            let columns = self.unknown_columns.join(", ");
            writeln!(out, "columns that mean nothing here: {columns}")?;
        }
        if !self.kept.is_empty() {
            let rows: Vec<&str> = self.kept.iter().take(KEPT).map(String::as_str).collect();
            writeln!(
                out,
                "left as they are, for they were changed here since: {}",
                rows.join(", ")
            )?;
        }
        if !self.doubled.is_empty() {
            let rows: Vec<&str> = self.doubled.iter().take(KEPT).map(String::as_str).collect();
            writeln!(
                out,
                "not taken, for the same work is there already under another id: {}",
                rows.join(", ")
            )?;
        }
        if self.faults.len() == KEPT {
            writeln!(out, "the first {KEPT} faults are shown")?;
        }
        write!(
            out,
            "{}: added {added}, updated {updated}, unchanged {unchanged}, refused {}, {seconds:.1} seconds",
            self.format, self.refused
        )?;
        if kept > 0 {
            write!(out, ", left as they are {kept}")?;
        }
        if doubled > 0 {
            write!(out, ", there already {doubled}")?;
        }
        match (self.dry_run, self.held_back) {
            (true, _) => write!(out, "; a dry run, nothing was written"),
            (_, true) => write!(
                out,
                "; nothing was written: mend the rows, or take the good ones with --keep-going"
            ),
            _ => Ok(()),
        }
    }
}
