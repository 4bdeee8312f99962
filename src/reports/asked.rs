//! Which report is wanted, and whether it is this viewer's to read.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use sea_orm::DatabaseConnection;

use crate::{
    access::{self, Action, Holding, Reach, Viewer, station_token},
    error::{Error, Result},
    language::Text,
    stations::{self, Station},
};

/// The longest period of one report: ten years and the days of a leap year.
const MAX_DAYS: i64 = 3_660;

/// The period and the places of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, which is in it.
    pub to: NaiveDate,
    /// The codes of the stations; all that one may read of where nothing is said.
    pub stations: Option<Vec<String>>,
    /// The codes of the districts; all that one may read of where nothing is said.
    pub districts: Option<Vec<String>>,
}

impl Asked {
    /// Reads the parameters of an address: `from`, `to`, and `station` and `district` as often as wanted.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a parameter that is missing, given twice, unknown, or no day.
    pub fn of_parameters<'a>(
        parameters: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str> + 'a)>,
    ) -> Result<Self> {
        let (mut from, mut to) = (None, None);
        let (mut stations, mut districts) = (Vec::new(), Vec::new());
        for (name, value) in parameters {
            let (name, value) = (name.as_ref(), value.as_ref().trim());
            match name {
                "from" => once(name, &mut from, value)?,
                "to" => once(name, &mut to, value)?,
                "station" => stations.push(value.to_owned()),
                "district" => districts.push(value.to_owned()),
                _ => {
                    let reason = Text::new(
                        "there is no such parameter; from, to, station and district are known",
                        "没有此参数；可用参数为 from、to、station、district",
                    );
                    return Err(Error::invalid(name, reason));
                }
            }
        }
        let some = |codes: Vec<String>| Some(codes).filter(|codes| !codes.is_empty());
        Ok(Self {
            from: from.ok_or_else(|| missing("from"))?,
            to: to.ok_or_else(|| missing("to"))?,
            stations: some(stations),
            districts: some(districts),
        })
    }

    /// Whether the period is one.
    fn check_period(&self) -> Result<()> {
        if self.from > self.to {
            let reason = Text::new(
                format!("the period ends before it begins, on {}", self.from),
                format!("截止日早于起始日 {}", self.from),
            );
            return Err(Error::invalid("to", reason));
        }
        if (self.to - self.from).num_days() >= MAX_DAYS {
            let reason = Text::new(
                "a report goes over ten years at most; ask for a shorter period",
                "一份报表最长十年，请缩短期间",
            );
            return Err(Error::invalid("to", reason));
        }
        Ok(())
    }

    /// The stations that the report is about, by their codes, each with the code of its district: those that were asked
    /// for, and of them all only those that may be read of where none was. Without a viewer it is the operator who asks.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a place whose reports the viewer may not read, [`Error::Invalid`] for one that is not
    /// there: who the stations are is no secret.
    pub(super) async fn places(
        &self,
        db: &DatabaseConnection,
        viewer: Option<&Viewer>,
    ) -> Result<Vec<(Station, String)>> {
        if let Some(viewer) = viewer {
            access::check_at_all(viewer, Action::ReadReports)?;
        }
        self.check_period()?;
        let may = |holding: &Holding| {
            viewer.is_none_or(|viewer| access::may(viewer, Action::ReadReports, holding))
        };
        let may_read = |station: &Station, district: &str| {
            may(&Holding::of(station_token(&station.code), Some(district)))
        };
        let there = stations::with_districts(db).await?;
        for code in self.stations.iter().flatten() {
            let (station, district) = there.get(code).ok_or_else(|| unknown("stations", code))?;
            if !may_read(station, district) {
                return Err(Error::Forbidden);
            }
        }
        if let Some(codes) = &self.districts {
            let known: BTreeSet<String> = stations::district_codes(db).await?.into_iter().collect();
            for code in codes {
                if !known.contains(code) {
                    return Err(unknown("districts", code));
                }
                // Who reads of one station does not read of its district.
                if !may(&Holding { district: Some(code.clone()), ..Holding::default() }) {
                    return Err(Error::Forbidden);
                }
            }
        }
        let wanted = |codes: Option<&Vec<String>>, code: &str| {
            codes.is_none_or(|codes| codes.iter().any(|wanted| wanted == code))
        };
        let mut places: Vec<(Station, String)> = there
            .into_values()
            .filter(|(station, district)| {
                wanted(self.stations.as_ref(), &station.code)
                    && wanted(self.districts.as_ref(), district)
                    && may_read(station, district)
            })
            .collect();
        places.sort_unstable_by(|(one, _), (other, _)| one.code.cmp(&other.code));
        // Whose own things are not stations' has nothing of this kind to read.
        let own = viewer.is_some_and(|viewer| viewer.reach(Action::ReadReports) == Reach::Own);
        if places.is_empty() && own && self.stations.is_none() {
            return Err(Error::Forbidden);
        }
        Ok(places)
    }
}

fn once(name: &str, day: &mut Option<NaiveDate>, value: &str) -> Result<()> {
    let parsed = Some(value).filter(|value| value.len() == 10).and_then(|day| day.parse().ok());
    let parsed = parsed.ok_or_else(|| {
        let reason =
            Text::new("this is not a day: write it as 2026-11-01", "不是日期，请写作 2026-11-01");
        Error::invalid(name, reason)
    })?;
    match day.replace(parsed) {
        None => Ok(()),
        Some(_) => Err(Error::invalid(name, Text::new("this is given twice", "此参数给出了两次"))),
    }
}

fn missing(name: &str) -> Error {
    let reason =
        Text::new("this is missing: write it as 2026-11-01", "缺少此参数，请写作 2026-11-01");
    Error::invalid(name, reason)
}

fn unknown(field: &str, code: &str) -> Error {
    let reason = match field {
        "stations" => Text::new(
            format!("there is no station {code:?}; stations lists their codes"),
            format!("没有工作站“{code}”，可用 stations 查看代码"),
        ),
        _ => Text::new(
            format!("there is no district {code:?}; stations shows the code of each one's"),
            format!("没有区“{code}”，可用 stations 查看各站所属区的代码"),
        ),
    };
    Error::invalid(field, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_strictly() {
        let read = |query: &str| Asked::of_parameters(form_urlencoded::parse(query.as_bytes()));
        let asked =
            read("from=2026-01-01&to=2026-03-31&station=SH-PD&station=SH-XH").expect("read");
        assert_eq!(asked.stations, Some(vec!["SH-PD".to_owned(), "SH-XH".to_owned()]));
        assert_eq!(asked.districts, None);
        for (query, field) in [
            ("from=2026-01-01", "to"),
            ("to=2026-01-01", "from"),
            ("from=2026-1-1&to=2026-03-31", "from"),
            ("from=2026-01-01&to=2026-02-30", "to"),
            ("from=2026-01-01&from=2026-01-01&to=2026-02-01", "from"),
            ("from=2026-01-01&to=2026-02-01&stations=SH-PD", "stations"),
        ] {
            assert_eq!(read(query).expect_err(query).field(), Some(field), "{query}");
        }
    }

    #[test]
    fn a_period_begins_before_it_ends_and_is_bounded() {
        let check = |from: &str, to: &str| {
            Asked::of_parameters([("from", from), ("to", to)]).expect("days").check_period()
        };
        check("2026-01-01", "2026-01-01").expect("one day");
        check("2016-01-01", "2025-12-31").expect("ten years");
        check("2026-01-02", "2026-01-01").expect_err("backwards");
        check("0001-01-01", "9999-12-31").expect_err("too long");
    }
}
