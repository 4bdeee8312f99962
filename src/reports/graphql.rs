//! How reports look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{
    Asked, ClosedLoop, Figure, Figures, Part, Share,
    figures_graphql::{ClosedLoopFigures, ReportCount},
};
use crate::{
    app::Ctx,
    batch::Batch,
    consultations::{self, Brief, Closure, ConsultationNode, Level, State},
    error::{Error, Fault, Result},
    language::Text,
    page::{Page, connection, within},
    scalars::Date,
    stations::{self, DistrictNode, StationNode},
};

connection!(
    ReportRowConnection,
    ReportRowEdge,
    ReportRow,
    "A page of the cases behind a figure.",
    "A case behind a figure, with its cursor."
);

/// The period and the places of a report on the closed loop of consultations.
#[derive(InputObject)]
struct ClosedLoopReportInput {
    /// The first day: cases recorded on it or later, in China.
    from: Date,
    /// The last day, which is in the period.
    to: Date,
    /// The codes of stations; all whose reports one may read where nothing is said. What is said here and in `districts`
    /// must both hold.
    stations: Option<Vec<String>>,
    /// The codes of districts; all whose reports one may read where nothing is said.
    districts: Option<Vec<String>>,
}

/// A report that has been put together, with the stations that its rows name.
#[derive(Clone)]
struct Whole {
    report: Arc<ClosedLoop>,
    stations: Arc<HashMap<Uuid, StationNode>>,
}

impl Whole {
    fn new(report: ClosedLoop) -> Self {
        let stations: Vec<_> = report.stations.iter().map(|part| part.station.clone()).collect();
        let ids: Vec<Uuid> = stations.iter().map(|station| station.id).collect();
        let stations = ids.into_iter().zip(stations::nodes(stations)).collect();
        Self { report: Arc::new(report), stations: Arc::new(stations) }
    }

    fn figures(&self, part: Part) -> ClosedLoopFigures {
        ClosedLoopFigures::from(self.report.figures(part).unwrap_or(&Figures::default()))
    }

    fn missing(&self, part: Part) -> Vec<MissingDuty> {
        Figure::MISSING.map(|figure| MissingDuty { whole: self.clone(), part, figure }).into()
    }

    /// A page of the cases behind a figure. They are in memory, and so is their number.
    fn rows(
        &self,
        ctx: &Ctx,
        part: Part,
        figure: Figure,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<ReportRowConnection> {
        let page = Page::new(ctx.app.paging, first, after, None, None)?;
        let cases: Vec<&Brief> = self.report.rows(part, figure).collect();
        let total = cases.len() as u64;
        let slice = within("reportRows", cases, |case| case.id, &page)?;
        let count = Box::new(move || -> futures_util::future::BoxFuture<'static, Result<u64>> {
            Box::pin(std::future::ready(Ok(total)))
        });
        Ok(ReportRowConnection::new(slice, count, |cases| self.nodes(&cases)))
    }

    fn nodes(&self, cases: &[&Brief]) -> Vec<ReportRow> {
        let page = Arc::new(Batch::new(cases.iter().map(|case| case.id)));
        let node = |case: &Brief| ReportRow {
            station: self.stations.get(&case.station_id).cloned(),
            case: case.clone(),
            page: Arc::clone(&page),
        };
        cases.iter().map(|case| node(case)).collect()
    }
}

/// How well the loop of consultations is closed: from the recording of a question until its company has been told and has
/// not objected. Every figure of it can be asked for its rows.
struct ClosedLoopReport(Whole);

/// How well the loop of consultations is closed: from the recording of a question until its company has been told and has
/// not objected. Every figure of it can be asked for its rows.
#[Object]
impl ClosedLoopReport {
    /// The first day of the period.
    async fn from(&self) -> Date {
        Date(self.0.report.from)
    }

    /// The last day of the period.
    async fn to(&self) -> Date {
        Date(self.0.report.to)
    }

    /// The day as of which the cases are counted: today.
    async fn as_of(&self) -> Date {
        Date(self.0.report.as_of)
    }

    /// Whether a due date of an open case was counted beyond the calendar of working days, where weekends alone are left
    /// out: it is counted again once the calendar reaches.
    async fn due_dates_estimated(&self) -> bool {
        self.0.report.due_estimated
    }

    /// All stations of the report together.
    async fn total(&self) -> ClosedLoopFigures {
        self.0.figures(Part::Whole)
    }

    /// Station by station, by their codes; also those without any case.
    async fn by_station(&self) -> Vec<StationClosedLoop> {
        let parts = self.0.report.stations.iter();
        let node = |id: Uuid| {
            let station = self.0.stations.get(&id)?.clone();
            Some(StationClosedLoop { whole: self.0.clone(), part: Part::Station(id), station })
        };
        parts.filter_map(|part| node(part.station.id)).collect()
    }

    /// District by district, by their codes: those of their stations that the report is about. A station is counted in
    /// the district that it belongs to now.
    async fn by_district(&self) -> Vec<DistrictClosedLoop> {
        let parts = self.0.report.districts.iter().map(|part| part.district.clone());
        let node = |district: stations::District| DistrictClosedLoop {
            whole: self.0.clone(),
            part: Part::District(district.id),
            district: DistrictNode(district),
        };
        parts.map(node).collect()
    }

    /// What is missing of the duties, duty by duty, with the cases that lack it.
    async fn missing(&self) -> Vec<MissingDuty> {
        self.0.missing(Part::Whole)
    }

    /// The cases behind a figure, by the order of their recording.
    #[expect(
        clippy::unused_async,
        reason = "a resolver is async, also one that has nothing to wait for"
    )]
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The figure.")] figure: Figure,
        #[graphql(
            desc = "The code of a station of the report; all of them where nothing is said."
        )]
        station: Option<String>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
    ) -> Result<ReportRowConnection, Fault> {
        let part = match station {
            None => Part::Whole,
            Some(code) => {
                let mut parts = self.0.report.stations.iter().map(|part| &part.station);
                let station = parts.find(|station| station.code == code).ok_or_else(|| {
                    let reason = Text::new(
                        "this station is not in the report; ask for a report of it",
                        "报表中没有该工作站，请在报表中加入该工作站",
                    );
                    Error::invalid("station", reason)
                })?;
                Part::Station(station.id)
            }
        };
        Ok(self.0.rows(ctx.data_unchecked::<Ctx>(), part, figure, first, after)?)
    }
}

/// A station's part of a report.
struct StationClosedLoop {
    whole: Whole,
    part: Part,
    station: StationNode,
}

/// A station's part of a report.
#[Object]
impl StationClosedLoop {
    /// The station.
    async fn station(&self) -> &StationNode {
        &self.station
    }

    /// Its figures.
    async fn figures(&self) -> ClosedLoopFigures {
        self.whole.figures(self.part)
    }

    /// What is missing of its duties, duty by duty, with the cases that lack it.
    async fn missing(&self) -> Vec<MissingDuty> {
        self.whole.missing(self.part)
    }
}

/// A district's part of a report.
struct DistrictClosedLoop {
    whole: Whole,
    part: Part,
    district: DistrictNode,
}

/// A district's part of a report.
#[Object]
impl DistrictClosedLoop {
    /// The district.
    async fn district(&self) -> &DistrictNode {
        &self.district
    }

    /// Its figures.
    async fn figures(&self) -> ClosedLoopFigures {
        self.whole.figures(self.part)
    }

    /// What is missing of its stations' duties, duty by duty, with the cases that lack it.
    async fn missing(&self) -> Vec<MissingDuty> {
        self.whole.missing(self.part)
    }
}

/// What is missing of one duty. A duty is fulfilled when its count is 0.
struct MissingDuty {
    whole: Whole,
    part: Part,
    figure: Figure,
}

/// What is missing of one duty. A duty is fulfilled when its count is 0.
#[Object]
impl MissingDuty {
    /// The figure of what is missing.
    async fn figure(&self) -> Figure {
        self.figure
    }

    /// How many cases lack it, out of how many that have the duty.
    async fn count(&self) -> ReportCount {
        let figures = self.whole.report.figures(self.part);
        figures.map_or(Share { count: 0, of: 0 }, |figures| figures.share(self.figure)).into()
    }

    /// The cases that lack it, by the order of their recording.
    #[expect(
        clippy::unused_async,
        reason = "a resolver is async, also one that has nothing to wait for"
    )]
    async fn cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
    ) -> Result<ReportRowConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(self.whole.rows(ctx, self.part, self.figure, first, after)?)
    }
}

/// A case behind a figure, in brief: who may read the report may read this of it, and no more.
pub(super) struct ReportRow {
    case: Brief,
    station: Option<StationNode>,
    page: Arc<Batch<Uuid, ConsultationNode>>,
}

/// A case behind a figure, in brief: who may read the report may read this of it, and no more.
#[Object]
impl ReportRow {
    /// Its number.
    async fn number(&self) -> &str {
        &self.case.number
    }

    /// The station that owns it.
    #[expect(
        clippy::unused_async,
        reason = "a resolver is async, also one that has nothing to wait for"
    )]
    async fn station(&self) -> Result<&StationNode, Fault> {
        let lost = || Error::internal("a row of a report is of none of its stations");
        Ok(self.station.as_ref().ok_or_else(lost)?)
    }

    /// How far up the question has to go; absent until it is classified.
    async fn level(&self) -> Option<Level> {
        self.case.level
    }

    /// Where it stands as of the day of the report.
    async fn state(&self) -> State {
        self.case.state
    }

    /// Why it is closed, if it is.
    async fn closure(&self) -> Option<Closure> {
        self.case.closure
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.case.recorded_at
    }

    /// By when whoever has it in hand is to deal with it; absent while its clock stands or once it has ended.
    async fn due_on(&self) -> Option<Date> {
        self.case.due_on.map(Date)
    }

    /// The first due date that passed without what was due, if one did.
    async fn missed_on(&self) -> Option<Date> {
        self.case.missed_on.map(Date)
    }

    /// When the company first heard something.
    async fn first_response_at(&self) -> Option<DateTime<Utc>> {
        self.case.first_response_at
    }

    /// When the company was told the reply.
    async fn replied_at(&self) -> Option<DateTime<Utc>> {
        self.case.replied_at
    }

    /// Since when it is closed.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.case.closed_at
    }

    /// How often it was given back without a reply.
    async fn bounced(&self) -> u32 {
        self.case.bounced
    }

    /// How often it was taken up again.
    async fn reopened(&self) -> u32 {
        self.case.reopened
    }

    /// How many answered questions of other stations it was answered with.
    async fn reused(&self) -> u32 {
        self.case.reused
    }

    /// The case itself, where the viewer may see it.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<ConsultationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| consultations::nodes_by_id(ctx, ids);
        Ok(self.page.get(&self.case.id, load).await?.cloned())
    }
}

/// The entry point to reports.
#[derive(Default)]
pub struct ReportQuery;

#[Object]
impl ReportQuery {
    /// How well the loop of consultations is closed, by station, district and period. A station's people read of their
    /// own station, the officers of a district of its stations, the municipal level of all. The definitions, their
    /// sources and what is left out are in `docs/reports.md`; `/reports/assessment.xlsx` and `.csv` give the same as a
    /// sheet.
    async fn closed_loop_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The period and the places.")] input: ClosedLoopReportInput,
    ) -> Result<ClosedLoopReport, Fault> {
        let ClosedLoopReportInput { from: Date(from), to: Date(to), stations, districts } = input;
        let asked = Asked { from, to, stations, districts };
        let report = super::closed_loop(ctx.data_unchecked::<Ctx>(), &asked).await?;
        Ok(ClosedLoopReport(Whole::new(report)))
    }
}
