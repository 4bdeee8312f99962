//! Reads what a notice says of its days, and says line by line what is wrong with a file of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::{Datelike, NaiveDate};

use super::is_weekend;
use crate::language::Text;

/// What a notice says of each day that it lists.
pub(super) type Notice = BTreeMap<NaiveDate, Kind>;

/// Notices by the year that they are for.
pub(super) type Notices = BTreeMap<i32, Notice>;

const HEADER: [&str; 3] = ["date", "kind", "name"];

/// Month and day of holidays that are off in every year, early and late in it (全国年节及纪念日放假办法).
const EVERY_YEAR: [(u32, u32); 3] = [(1, 1), (5, 1), (10, 1)];

/// The years that a date can be meant for; anything else is a slip of the keyboard.
const YEARS: std::ops::RangeInclusive<i32> = 1949..=2100;

/// Faults that are told at once. A file of another format has as many as lines.
const TOLD: usize = 5;

/// What a notice makes of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Not worked.
    Holiday,
    /// A day of a weekend that is worked.
    Workday,
}

/// What is wrong with a file, by line. Never empty.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(usize, Text)>);

impl Faults {
    fn add(&mut self, line: usize, reason: Text) {
        self.0.push((line, reason));
    }

    /// The first few in one sentence, with the file and the lines.
    pub(super) fn of_file(mut self, file: &Path) -> Text {
        self.0.sort_by_key(|(line, _)| *line);
        let told = self.0.iter().take(TOLD);
        let (mut en, mut zh): (Vec<String>, Vec<String>) = told
            .map(|(line, reason)| {
                (format!("line {line} {}", reason.en), format!("第 {line} 行{}", reason.zh))
            })
            .unzip();
        let more = self.0.len().saturating_sub(TOLD);
        if more > 0 {
            en.push(format!("and {more} more faults"));
            zh.push(format!("另有 {more} 处"));
        }
        Text::new(
            format!("{}: {}", file.display(), en.join("; ")),
            format!("{}：{}", file.display(), zh.join("；")),
        )
    }
}

/// The notices in a file, each whole.
pub(super) fn read(bytes: &[u8]) -> Result<Notices, Faults> {
    let mut faults = Faults::default();
    let mut days = BTreeMap::new();
    let mut header_is_due = true;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        // Comments are for people, so their encoding is nobody's business.
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let read = cells(line).and_then(|cells| {
            if header_is_due { is_header(cells).map(|()| None) } else { row(cells).map(Some) }
        });
        header_is_due = false;
        match read {
            Ok(None) => {}
            Ok(Some((day, kind))) => {
                if let Some((first, _)) = days.insert(day, (number, kind)) {
                    faults.add(number, listed_before(day, first));
                }
            }
            Err(reason) => faults.add(number, reason),
        }
    }
    if days.is_empty() && faults.0.is_empty() {
        faults.add(1, without_days());
    }
    // A line that could not be read may be the very one that a year lacks.
    if !faults.0.is_empty() {
        return Err(faults);
    }
    by_year(&days)
}

/// The three cells of a line.
fn cells(line: &[u8]) -> Result<[&str; 3], Text> {
    let line = str::from_utf8(line).map_err(|_| {
        Text::new(
            "is not UTF-8; save the file as \"CSV UTF-8\"",
            "不是 UTF-8 编码，请另存为“CSV UTF-8”",
        )
    })?;
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    cells.as_slice().try_into().map_err(|_| {
        Text::new(
            format!(
                "has {} columns and not 3; write date,kind,name with commas between",
                cells.len()
            ),
            format!("有 {} 列而不是 3 列，应为以半角逗号分隔的 date,kind,name", cells.len()),
        )
    })
}

fn is_header(cells: [&str; 3]) -> Result<(), Text> {
    if cells == HEADER {
        return Ok(());
    }
    Err(Text::new(
        "is not the heading; the first line that is no comment is date,kind,name",
        "不是表头：注释之后的第一行应为 date,kind,name",
    ))
}

/// A day and what is made of it. The name is asked for so that people can compare the file with the notice; nothing is
/// counted by it.
fn row([date, kind, name]: [&str; 3]) -> Result<(NaiveDate, Kind), Text> {
    let day = day(date)?;
    let kind = match kind {
        "HOLIDAY" => Kind::Holiday,
        "WORKDAY" if is_weekend(day) => Kind::Workday,
        "WORKDAY" => {
            return Err(Text::new(
                format!(
                    "has {day} as WORKDAY, which is a weekday and worked anyway; check the date"
                ),
                format!("将 {day} 列为 WORKDAY，但该日不是周末，请核对日期"),
            ));
        }
        _ => {
            return Err(Text::new(
                format!("has the kind {kind:?}; write HOLIDAY or WORKDAY"),
                format!("的 kind 为“{kind}”，应为 HOLIDAY 或 WORKDAY"),
            ));
        }
    };
    if name.is_empty() {
        return Err(Text::new(
            "has no name; write the holiday that the notice lists the day under",
            "没有 name，请填写通知中的节日名称",
        ));
    }
    Ok((day, kind))
}

fn day(text: &str) -> Result<NaiveDate, Text> {
    let day = ["%Y-%m-%d", "%Y/%m/%d"]
        .into_iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        .filter(|day| YEARS.contains(&day.year()));
    day.ok_or_else(|| {
        Text::new(
            format!("has the date {text:?}, which is none; write it as 2026-01-31"),
            format!("的 date“{text}”不是有效日期，请写成 2026-01-31"),
        )
    })
}

/// The days by the year whose notice lists them: their own, or for December also the year after.
fn by_year(days: &BTreeMap<NaiveDate, (usize, Kind)>) -> Result<Notices, Faults> {
    let new_years = days.iter().filter(|(day, (_, kind))| is_new_year(**day, *kind));
    let years: BTreeSet<i32> = new_years.map(|(day, _)| day.year()).collect();
    let mut notices: Notices = years.iter().map(|year| (*year, Notice::new())).collect();
    let mut faults = Faults::default();
    for (&day, &(line, kind)) in days {
        let of_year_after = day.month() == 12 && !years.contains(&day.year());
        let year = day.year() + i32::from(of_year_after);
        match notices.get_mut(&year) {
            Some(notice) => drop(notice.insert(day, kind)),
            None => faults.add(line, of_no_year(day)),
        }
    }
    for (year, notice) in &notices {
        for day in EVERY_YEAR.map(|(month, day)| NaiveDate::from_ymd_opt(*year, month, day)) {
            if let Some(day) = day.filter(|day| notice.get(day) != Some(&Kind::Holiday)) {
                let first = days.range(day..).next().or_else(|| days.iter().next_back());
                faults.add(first.map_or(1, |(_, (line, _))| *line), not_whole(*year, day));
            }
        }
    }
    if faults.0.is_empty() { Ok(notices) } else { Err(faults) }
}

fn is_new_year(day: NaiveDate, kind: Kind) -> bool {
    day.ordinal() == 1 && kind == Kind::Holiday
}

fn listed_before(day: NaiveDate, first: usize) -> Text {
    Text::new(
        format!("has {day}, which line {first} has already; keep one of them"),
        format!("的 {day} 与第 {first} 行重复，请只保留一行"),
    )
}

fn without_days() -> Text {
    Text::new(
        "and what follows have no day; list the days of the notice",
        "起没有任何日期，请列出通知中的日期",
    )
}

fn of_no_year(day: NaiveDate) -> Text {
    let year = day.year();
    Text::new(
        format!("has {day}, but {year}-01-01 is not listed as HOLIDAY; list the year whole"),
        format!("有 {day}，但未将 {year}-01-01 列为 HOLIDAY，请列全该年的日期"),
    )
}

fn not_whole(year: i32, day: NaiveDate) -> Text {
    Text::new(
        format!("is where {day} would be due as HOLIDAY; {year} is not whole, list all its days"),
        format!("处应有 HOLIDAY {day}：{year} 年的日期不全，请补全"),
    )
}
