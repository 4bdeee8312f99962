//! Telling followers of what time alone has changed: a law that came into force, a day of review that passed, an embargo
//! that ended.
//!
//! Whatever is shown compares dates with the clock and is right without this. Once a day (China's) one process writes a
//! note of each such thing into the log of changes, for those who wait for news of it.

use chrono::Days;

use crate::{answers, app::App, error::Result, marks, research};

/// The name under which days are marked.
const MARK: &str = "transitions";

/// Days that are told of at once, after a time in which nobody did; what is older is no news.
const DAYS_AT_MOST: u64 = 31;

/// Tells what has changed since the last day that was told of, if nobody has yet. Gives the number of notes.
pub async fn tell(app: &App) -> Result<usize> {
    let (today, db) = (app.clock.today(), app.db.read());
    let last = marks::last(db, MARK).await?;
    if last.is_some_and(|last| last >= today) {
        return Ok(0);
    }
    let days_ago = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today);
    let after = last.unwrap_or_else(|| days_ago(1)).max(days_ago(DAYS_AT_MOST));
    // All that takes long is done before anybody has to wait for the writer.
    let mut notes = answers::moved(db, &*app.graph().await?, after, today).await?;
    notes.extend(research::released(db, after, today).await?);
    let mut write = app.db.write().await?;
    if !marks::take(&*write, MARK, today).await? {
        return Ok(0);
    }
    let told = notes.len();
    for note in notes {
        write.note(note);
    }
    write.commit(app.clock.now()).await?;
    if told > 0 {
        tracing::info!(%after, until = %today, notes = told, "told of {told} things that the calendar has changed");
    }
    Ok(told)
}
