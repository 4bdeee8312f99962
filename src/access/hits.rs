//! A scope said to the index.

use super::Viewer;
use crate::clock::day_number;

/// The tokens and the day that confine every query to the index.
#[derive(Clone, Debug)]
pub struct IndexScope {
    /// The tokens the viewer holds.
    pub tokens: Vec<String>,
    /// The day with which embargoes are compared, since 1970-01-01.
    pub today: zhanjian_index::Day,
}

impl IndexScope {
    /// What a viewer may find on a day.
    pub fn of(viewer: &Viewer, today: chrono::NaiveDate) -> Self {
        Self { tokens: viewer.tokens().to_vec(), today: day_number(today) }
    }
}
