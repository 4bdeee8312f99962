//! Rows read ahead: while some are looked at or written, a thread of its own reads the next.

use tokio::task::{JoinHandle, spawn_blocking};

use super::ROWS_AT_ONCE;
use crate::{
    error::Result,
    files::{Reader, Row, RowError},
};

/// A reader that is always some rows ahead.
pub(super) struct Ahead {
    /// None once the file has ended.
    coming: Option<JoinHandle<(Reader, Batch)>>,
    ended: Option<Reader>,
}

/// Some rows, in their order.
pub(super) struct Batch {
    pub(super) rows: Vec<Result<Row, RowError>>,
    /// How far the file was read when these had been.
    pub(super) bytes_read: u64,
}

impl Ahead {
    pub(super) fn of(reader: Reader) -> Self {
        Self { coming: Some(begin(reader)), ended: None }
    }

    /// The next rows; the ones behind them begin to be read. None at the end of the file.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>> {
        let Some(coming) = self.coming.take() else { return Ok(None) };
        let (reader, batch) = coming.await?;
        if batch.rows.is_empty() {
            self.ended = Some(reader);
            return Ok(None);
        }
        self.coming = Some(begin(reader));
        Ok(Some(batch))
    }

    /// The columns of the file that no row was asked for; known at its end.
    pub(super) fn unknown_columns(&self) -> Vec<String> {
        self.ended.as_ref().map(Reader::unknown_columns).unwrap_or_default()
    }
}

fn begin(mut reader: Reader) -> JoinHandle<(Reader, Batch)> {
    spawn_blocking(move || {
        let rows = reader.by_ref().take(ROWS_AT_ONCE).collect();
        let bytes_read = reader.bytes_read();
        (reader, Batch { rows, bytes_read })
    })
}
