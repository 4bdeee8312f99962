//! Times, and the table that they end in.

use std::{
    fmt,
    time::{Duration, Instant},
};

/// How many threads can run at a time.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Times of the same thing done again and again.
#[derive(Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    /// Does it once more, and keeps how long that took.
    pub(super) fn of<T, E>(&mut self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let began = Instant::now();
        let done = work()?;
        self.0.push(began.elapsed());
        Ok(done)
    }

    pub(super) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time within which so many of a thousand were done, in milliseconds.
    pub(super) fn millis_at(&self, of_thousand: usize) -> f64 {
        let mut times = self.0.clone();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let time = times.get((times.len() * of_thousand / 1_000).min(last));
        time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }

    /// How far two distributions lie apart, 0…1: the largest difference between the shares of both that took no longer
    /// than some time (the statistic of Kolmogorov and Smirnov).
    pub(super) fn apart(&self, other: &Self) -> f64 {
        let share = |times: &[Duration], bound: Duration| {
            number(times.iter().filter(|time| **time <= bound).count()) / number(times.len().max(1))
        };
        let all = self.0.iter().chain(&other.0);
        all.map(|bound| (share(&self.0, *bound) - share(&other.0, *bound)).abs())
            .fold(0.0, f64::max)
    }

    pub(super) fn median(&self) -> f64 {
        self.millis_at(500)
    }

    pub(super) fn p99(&self) -> f64 {
        self.millis_at(990)
    }

    /// In milliseconds.
    pub(super) fn mean(&self) -> f64 {
        let sum: Duration = self.0.iter().sum();
        sum.as_secs_f64() * 1e3 / number(self.0.len().max(1))
    }
}

/// What a figure should be.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    /// The ratio of ours to theirs, at most.
    RatioAtMost(f64),
    /// The ratio of ours to theirs, at least.
    RatioAtLeast(f64),
    /// The figure itself, below.
    Below(f64),
    /// None: shown for the whole picture.
    Shown,
}

/// The figures of a run.
pub(super) struct Table(Vec<[String; 6]>);

impl Table {
    pub(super) fn new() -> Self {
        let head = ["figure", "ours", "theirs", "ratio", "goal", ""];
        Self(vec![head.map(str::to_owned)])
    }

    /// Adds a figure, and tells it at once.
    pub(super) fn add(&mut self, what: &str, ours: f64, theirs: Option<f64>, goal: Goal) {
        let ratio = theirs.map(|theirs| ours / theirs);
        let (goal, held) = match goal {
            Goal::RatioAtMost(most) => (format!("≤ {most:.2} ×"), ratio.map(|ratio| ratio <= most)),
            Goal::RatioAtLeast(least) => {
                (format!("≥ {least:.2} ×"), ratio.map(|ratio| ratio >= least))
            }
            Goal::Below(bound) => (format!("< {bound}"), Some(ours < bound)),
            Goal::Shown => (String::new(), None),
        };
        let held = held.map_or("", |held| if held { "held" } else { "NOT HELD" });
        let row = [
            what.to_owned(),
            figure(ours),
            theirs.map(figure).unwrap_or_default(),
            ratio.map(|ratio| format!("{ratio:.2} ×")).unwrap_or_default(),
            goal,
            held.to_owned(),
        ];
        println!("  {}", row.join("  "));
        self.0.push(row);
    }
}

fn figure(value: f64) -> String {
    let digits = match value.abs() {
        0.0..10.0 => 2,
        10.0..1000.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..6).map(|column| wide(column).unwrap_or(0)).collect();
        for row in &self.0 {
            write!(out, "{:<width$}", row[0], width = widths[0])?;
            for (cell, width) in row[1..5].iter().zip(&widths[1..5]) {
                write!(out, "  {cell:>width$}")?;
            }
            writeln!(out, "  {}", row[5])?;
        }
        Ok(())
    }
}

/// A count as a number to reckon with.
pub(super) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
