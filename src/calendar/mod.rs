//! Which days are worked in China, so that a deadline can be counted in working days.
//!
//! Weekdays are worked and weekends are not, but for what the General Office of the State Council arranges for each
//! year: holidays on weekdays, and weekend days that are worked to make up for them (调休). Its notice comes out in
//! November for the year to come and follows no rule that could be computed, so the calendar is data. It knows the years
//! for which it has a notice and no other: a day beyond them is a [`BeyondCalendar`], never a guess.
//!
//! All days are days in Shanghai, as [`Clock::today`](crate::clock::Clock::today) gives them.
//!
//! # The files
//!
//! 2025 and 2026 come with the program. Later years come as files of the operator's, one for each year or several years
//! in one; a year that is there already is replaced whole.
//!
//! ```csv
//! # The notice that this is taken from. Lines with # in front and empty lines are for people.
//! date,kind,name
//! 2026-01-01,HOLIDAY,元旦
//! 2026-01-04,WORKDAY,元旦
//! ```
//!
//! - UTF-8, the three columns in this order, separated by commas, no quotation marks. A date may also be written
//!   `2026/1/1`, because spreadsheets like to do so.
//! - `HOLIDAY` is a day off; weekend days within a holiday may be listed, as notices do. `WORKDAY` is a Saturday or
//!   Sunday that is worked. `name` is the holiday that the notice lists the day under.
//! - A day stands once. A year is whole when it lists 1 January, 1 May and 1 October, which are off in every year; this
//!   is how a file that was cut short is found out.
//! - Days of December may stand in the file of the year after, as New Year's sometimes do. The later notice wins.
//! - The years must follow each other without a gap, together with those that come with the program.

mod notice;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use chrono::{Datelike, NaiveDate, Weekday};

use self::notice::{Kind, Notices};
use crate::{
    error::{Error, Result},
    language::Text,
};

/// The notices that come with the program.
const BUILT_IN: [&str; 2] = [include_str!("2025.csv"), include_str!("2026.csv")];

/// The setting that names the operator's files, for faults of theirs.
const SETTING: &str = "calendar";

/// The most that is read of a file: a year takes about one KiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The working days of some years that follow each other.
#[derive(Clone, Debug)]
pub struct Calendar {
    years: RangeInclusive<i32>,
    notices: Notices,
}

impl Calendar {
    /// The years that come with the program.
    pub fn built_in() -> Self {
        let mut notices = Notices::new();
        for text in BUILT_IN {
            let read = notice::read(text.as_bytes());
            notices.extend(read.expect("the files are part of the program and read by its tests"));
        }
        Self::of(notices).expect("the years of the program follow each other, as its tests show")
    }

    /// The years that come with the program, and those of a file, or of all files `*.csv` in a folder.
    ///
    /// A year of theirs replaces that of the program whole. No two files may have the same year: which of them is right
    /// is not for their names to say.
    pub fn with_file(path: &Path) -> Result<Self> {
        let mut notices = Self::built_in().notices;
        let mut sources: BTreeMap<i32, PathBuf> = BTreeMap::new();
        for file in files(path)? {
            for (year, notice) in notices_of(&file)? {
                match sources.entry(year) {
                    Entry::Occupied(first) => return Err(twice(year, first.get(), &file)),
                    Entry::Vacant(place) => place.insert(file.clone()),
                };
                notices.insert(year, notice);
            }
        }
        Self::of(notices).map_err(|missing| gap(path, missing))
    }

    /// The calendar of these notices, or the first year that is missing between them.
    fn of(notices: Notices) -> Result<Self, i32> {
        let first = notices.keys().next().copied().unwrap_or_default();
        let last = notices.keys().next_back().copied().unwrap_or_default();
        match (first..=last).find(|year| !notices.contains_key(year)) {
            Some(missing) => Err(missing),
            None => Ok(Self { years: first..=last, notices }),
        }
    }

    /// The years whose working days are known, without a gap.
    pub fn years(&self) -> RangeInclusive<i32> {
        self.years.clone()
    }

    /// Whether this day is worked.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, BeyondCalendar> {
        let year = day.year();
        if !self.years.contains(&year) {
            return Err(BeyondCalendar { day });
        }
        // The notice of the year after comes out later and may rearrange December, so it is asked first.
        let mut asked = [year + 1, year].into_iter().filter_map(|year| self.notices.get(&year));
        Ok(match asked.find_map(|notice| notice.get(&day)) {
            Some(Kind::Holiday) => false,
            Some(Kind::Workday) => true,
            None => !is_weekend(day),
        })
    }

    /// The day on which the n-th working day after `from` falls. With n = 0 it is `from` itself if that is worked, else
    /// the next working day.
    pub fn after(&self, from: NaiveDate, working_days: u32) -> Result<NaiveDate, BeyondCalendar> {
        if working_days == 0 && self.is_working_day(from)? {
            return Ok(from);
        }
        let mut day = from;
        let mut left = working_days.max(1);
        // However large n is, the walk ends with the calendar.
        while left > 0 {
            day = next(day)?;
            left -= u32::from(self.is_working_day(day)?);
        }
        Ok(day)
    }

    /// The working days after `from`, up to `to` and with it; 0 if `to` is not after `from`.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Result<u32, BeyondCalendar> {
        let mut day = from;
        let mut count = 0;
        while day < to {
            day = next(day)?;
            count += u32::from(self.is_working_day(day)?);
        }
        Ok(count)
    }
}

/// A day in a year for which there is no notice, so that nobody can say whether it is worked.
///
/// It has no `Display` on purpose: it goes to people in both languages, and through [`Error`] with its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeyondCalendar {
    /// The first day that would have to be known and is not.
    pub day: NaiveDate,
}

impl BeyondCalendar {
    /// Which year is missing, and how it gets in.
    pub fn text(&self) -> Text {
        let year = self.day.year();
        Text::new(
            format!(
                "the working days of {year} are not known, so nothing can be counted to or beyond {}; ask the \
                 operator to add the State Council's holiday notice for {year} as a file and to name it in the \
                 setting {SETTING}",
                self.day
            ),
            format!(
                "尚无 {year} 年的工作日安排，无法推算到 {} 及以后；请联系运维人员，将国务院办公厅 {year} 年节假日安排通知\
                 录入文件，并在设置项 {SETTING} 中指明",
                self.day
            ),
        )
    }
}

impl From<BeyondCalendar> for Error {
    fn from(beyond: BeyondCalendar) -> Self {
        Self::invalid("dueAt", beyond.text())
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The day after; at the end of all days, that day is beyond any calendar.
fn next(day: NaiveDate) -> Result<NaiveDate, BeyondCalendar> {
    day.succ_opt().ok_or(BeyondCalendar { day })
}

/// The file itself, or the files `*.csv` of a folder by their names. Hidden files are left to the programs that hide
/// them.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|cause| unreadable(path, &cause))? {
        let file = entry.map_err(|cause| unreadable(path, &cause))?.path();
        let is_csv = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let is_hidden =
            file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_csv && !is_hidden {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(Error::invalid(
            SETTING,
            Text::new(
                format!("the folder {} has no file *.csv; add one or name a file", path.display()),
                format!("文件夹 {} 中没有 .csv 文件，请添加或直接指明文件", path.display()),
            ),
        ));
    }
    files.sort();
    Ok(files)
}

fn notices_of(file: &Path) -> Result<Notices> {
    let metadata = fs::metadata(file).map_err(|cause| unreadable(file, &cause))?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return Err(unreadable(file, &"it is no file, or larger than 1 MiB"));
    }
    let bytes = fs::read(file).map_err(|cause| unreadable(file, &cause))?;
    notice::read(&bytes).map_err(|faults| Error::invalid(SETTING, faults.of_file(file)))
}

fn unreadable(path: &Path, cause: &dyn std::fmt::Display) -> Error {
    Error::invalid(
        SETTING,
        Text::new(
            format!("{} cannot be read: {cause}", path.display()),
            format!("无法读取 {}：{cause}", path.display()),
        ),
    )
}

fn twice(year: i32, first: &Path, second: &Path) -> Error {
    let (first, second) = (first.display(), second.display());
    Error::invalid(
        SETTING,
        Text::new(
            format!("{year} is in {first} and in {second}; keep the one that is right"),
            format!("{first} 和 {second} 都有 {year} 年，请只保留正确的一个"),
        ),
    )
}

fn gap(path: &Path, missing: i32) -> Error {
    let path = path.display();
    Error::invalid(
        SETTING,
        Text::new(
            format!("{path}: {missing} is missing between the years that are known; add it too"),
            format!("{path}：已有年份之间缺少 {missing} 年，请一并添加"),
        ),
    )
}
