//! Reports: how well the loop is closed, by station, district and period, each figure with the rows behind it.
//!
//! A report of duties lists what is missing and not only the rate. What a figure counts is said once, in [`Figure`]; the
//! numbers, the rows and the sheets all ask there, of the same cases that were loaded once, so they cannot disagree.
//! `docs/reports.md` gives the definitions to people.
//!
//! A case belongs to the period on a day of which it was recorded, in China, and to the station that owns it; a station
//! belongs to the district that it belongs to now. What the clock has done to a case counts, whether or not it has been
//! written down.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use sea_orm::prelude::Uuid;

mod asked;
mod closed_loop;
mod figures_graphql;
mod graphql;
mod sheet;
mod terms;

pub use self::{
    asked::Asked,
    closed_loop::{Figures, Marks, Share, Waiting, waited},
    graphql::ReportQuery,
    sheet::{Assessment, SheetFormat, assessment},
    terms::Figure,
};
use crate::{
    app::Ctx,
    audit::{self, Entry},
    consultations::{self, Brief, Recorded},
    db::Database,
    error::{Error, Result},
    stations::{self, District, Station},
};

/// The closed loop of some stations' consultations.
#[derive(Debug)]
pub struct ClosedLoop {
    /// The first day of the period.
    pub from: NaiveDate,
    /// The last day of the period.
    pub to: NaiveDate,
    /// The day as of which it is.
    pub as_of: NaiveDate,
    /// Whether a due date among them was counted beyond the calendar, where weekends alone are left out.
    pub due_estimated: bool,
    /// All of it together.
    pub total: Figures,
    /// Station by station, by their codes.
    pub stations: Vec<StationPart>,
    /// District by district, by their codes.
    pub districts: Vec<DistrictPart>,
    cases: Vec<(Brief, Marks)>,
}

/// A station's part.
#[derive(Debug)]
pub struct StationPart {
    /// The station.
    pub station: Station,
    /// The code of its district.
    pub district: String,
    /// Its figures.
    pub figures: Figures,
}

/// A district's part: of those of its stations that the report is about.
#[derive(Debug)]
pub struct DistrictPart {
    /// The district.
    pub district: District,
    /// Its figures.
    pub figures: Figures,
}

/// A part of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// What is a station's.
    Station(Uuid),
    /// What is a district's.
    District(Uuid),
}

impl ClosedLoop {
    /// Puts cases together.
    fn of(
        asked: &Asked,
        as_of: NaiveDate,
        places: Vec<(Station, String)>,
        districts: HashMap<Uuid, District>,
        cases: Vec<Brief>,
    ) -> Self {
        let marked = |case: Brief| {
            let marks = Marks::of(&case, as_of);
            (case, marks)
        };
        let cases: Vec<(Brief, Marks)> = cases.into_iter().map(marked).collect();
        let district_of: HashMap<Uuid, Uuid> =
            places.iter().map(|(station, _)| (station.id, station.district_id)).collect();
        let mut total = Figures::default();
        let mut by_station: HashMap<Uuid, Figures> = HashMap::new();
        let mut by_district: HashMap<Uuid, Figures> = HashMap::new();
        for (case, marks) in &cases {
            total.add(case, *marks);
            by_station.entry(case.station_id).or_default().add(case, *marks);
            if let Some(district) = district_of.get(&case.station_id) {
                by_district.entry(*district).or_default().add(case, *marks);
            }
        }
        let figures = by_station.values_mut().chain(by_district.values_mut());
        figures.chain([&mut total]).for_each(Figures::settle);
        let stations = places.into_iter().map(|(station, district)| {
            let figures = by_station.remove(&station.id).unwrap_or_default();
            StationPart { station, district, figures }
        });
        // A station that is none any more is in a report only for what it had.
        let is_in = |part: &StationPart| {
            part.station.state != stations::State::Delisted
                || part.figures.count(Figure::Received) > 0
        };
        let stations: Vec<StationPart> = stations.filter(is_in).collect();
        let ordered: BTreeMap<String, District> =
            districts.into_values().map(|district| (district.code.clone(), district)).collect();
        let districts = ordered.into_values().map(|district| {
            let figures = by_district.remove(&district.id).unwrap_or_default();
            DistrictPart { district, figures }
        });
        Self {
            from: asked.from,
            to: asked.to,
            as_of,
            due_estimated: cases.iter().any(|(case, _)| case.due_estimated),
            total,
            stations,
            districts: districts.collect(),
            cases,
        }
    }

    /// The cases of a part that count in a figure, by the order of their recording.
    pub fn rows(&self, part: Part, figure: Figure) -> impl Iterator<Item = &Brief> {
        let own: Vec<Uuid> = match part {
            Part::Whole => Vec::new(),
            Part::Station(id) => vec![id],
            Part::District(id) => {
                let stations = self.stations.iter().map(|part| &part.station);
                stations.filter(|it| it.district_id == id).map(|it| it.id).collect()
            }
        };
        let is_in = move |case: &Brief| part == Part::Whole || own.contains(&case.station_id);
        let counting = self.cases.iter().filter(move |(_, marks)| marks.has(figure));
        counting.map(|(case, _)| case).filter(move |case| is_in(case))
    }

    /// The figures of a part.
    pub fn figures(&self, part: Part) -> Option<&Figures> {
        match part {
            Part::Whole => Some(&self.total),
            Part::Station(id) => {
                self.stations.iter().find(|it| it.station.id == id).map(|it| &it.figures)
            }
            Part::District(id) => {
                self.districts.iter().find(|it| it.district.id == id).map(|it| &it.figures)
            }
        }
    }
}

/// The report that a viewer asks for. That it was refused to somebody is entered into the audit log.
///
/// # Errors
/// [`Error::Unauthenticated`] and [`Error::Forbidden`] for who may not read it, [`Error::Invalid`] for a period that is
/// none and for a place that is not there.
pub async fn closed_loop(ctx: &Ctx, asked: &Asked) -> Result<ClosedLoop> {
    let places = match asked.places(ctx.db(), Some(&ctx.viewer)).await {
        Err(error @ (Error::Forbidden | Error::Unauthenticated)) => {
            audit::refuse(ctx, Entry::new("closedLoopReport"), &error).await;
            return Err(error);
        }
        places => places?,
    };
    load(&ctx.app.db, ctx.today, asked, places).await
}

/// The report that the operator asks for, of any station.
pub async fn closed_loop_for_operator(
    db: &Database,
    today: NaiveDate,
    asked: &Asked,
) -> Result<ClosedLoop> {
    let places = asked.places(db.read(), None).await?;
    load(db, today, asked, places).await
}

async fn load(
    db: &Database,
    today: NaiveDate,
    asked: &Asked,
    places: Vec<(Station, String)>,
) -> Result<ClosedLoop> {
    let districts = places.iter().map(|(station, _)| station.district_id).collect();
    let districts = stations::districts(db.read(), districts).await?;
    let stations = places.iter().map(|(station, _)| station.id).collect();
    let recorded = Recorded { stations, from: asked.from, to: asked.to };
    let cases = consultations::briefs(db, today, &recorded).await?;
    let asked = asked.clone();
    // Marking and sorting many cases takes a while, in which others are served.
    let put_together = tokio::task::spawn_blocking(move || {
        ClosedLoop::of(&asked, today, places, districts, cases)
    });
    Ok(put_together.await?)
}
