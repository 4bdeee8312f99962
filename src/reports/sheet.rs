//! The assessment sheet (考核表): the figures of a report as a table, with the numbers of the cases that lack something.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{ClosedLoop, Figure, Figures, Part};
use crate::{
    clock::day_of,
    consultations::{Brief, Level, State},
    error::{Error, Result},
    files::{self, Cell, Table},
};

/// The most numbers of cases that stand in one cell; the sheet of what is missing has them all.
const NUMBERS_IN_A_CELL: usize = 200;

/// How a sheet is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetFormat {
    /// A table in text.
    Csv,
    /// A workbook with three sheets: the figures, what is missing, how it was counted.
    Xlsx,
}

impl SheetFormat {
    /// The format that a file name's ending stands for.
    pub fn of_extension(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// How HTTP calls it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// A sheet as a file.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// What people call the file.
    pub name: String,
    /// The same in ASCII, for programs that know no other letters.
    pub plain_name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Writes the sheet of a report.
pub fn assessment(
    report: &ClosedLoop,
    format: SheetFormat,
    now: DateTime<Utc>,
) -> Result<Assessment> {
    let figures = figures(report);
    let bytes = match format {
        SheetFormat::Csv => files::csv(&figures),
        SheetFormat::Xlsx => files::workbook(&[figures, missing(report), notes(report)], now),
    };
    let name =
        |title: &str| format!("{title}_{}_{}.{}", report.from, report.to, format.extension());
    Ok(Assessment {
        name: name("考核表"),
        plain_name: name("assessment"),
        bytes: bytes.map_err(Error::internal)?,
    })
}

/// A row for each station, each district, and all together.
fn figures(report: &ClosedLoop) -> Table {
    let first = ["范围", "代码", "名称", "所属区", "起始日", "截止日", "统计日"];
    let mut columns: Vec<String> = first.map(str::to_owned).into();
    columns.extend(Figure::ALL.into_iter().flat_map(headings));
    columns.extend(Figure::MISSING.map(|figure| format!("{}编号", figure.label().zh)));
    let row = |place: [&str; 4], part: Part, figures: &Figures| {
        let mut cells: Vec<Cell> = place.map(Cell::text).into();
        cells.extend([report.from, report.to, report.as_of].map(Cell::Day));
        cells.extend(Figure::ALL.into_iter().flat_map(|figure| values(figures, figure)));
        cells.extend(Figure::MISSING.map(|figure| Cell::text(numbers(report, part, figure))));
        cells
    };
    let stations = report.stations.iter().map(|it| {
        let place = ["工作站", &it.station.code, &it.station.name, &it.district];
        row(place, Part::Station(it.station.id), &it.figures)
    });
    let districts = report.districts.iter().map(|it| {
        let place = ["区", &it.district.code, &it.district.name, &it.district.code];
        row(place, Part::District(it.district.id), &it.figures)
    });
    let total = row(["合计", "", "", ""], Part::Whole, &report.total);
    Table {
        name: "考核表".to_owned(),
        rows: stations.chain(districts).chain([total]).collect(),
        columns,
    }
}

/// The columns of a figure.
fn headings(figure: Figure) -> Vec<String> {
    let mut headings = vec![figure.label().zh.into_owned()];
    headings.extend(figure.share_label().map(str::to_owned));
    match figure {
        Figure::FirstResponse => {
            headings.push("首次响应中位数（分钟）".to_owned());
            headings.push("首次响应九成位（分钟）".to_owned());
        }
        Figure::ReusedFromOthers => headings.push("复用他站答案次数".to_owned()),
        _ => {}
    }
    headings
}

/// What stands in the columns of a figure.
fn values(figures: &Figures, figure: Figure) -> Vec<Cell> {
    let mut cells = vec![Cell::Count(figures.count(figure))];
    if figure.share_label().is_some() {
        cells.push(Cell::of(figures.share(figure).part(), Cell::Share));
    }
    match figure {
        Figure::FirstResponse => {
            let waiting = figures.waiting();
            cells.push(Cell::of(waiting.map(|waiting| waiting.median), Cell::Count));
            cells.push(Cell::of(waiting.map(|waiting| waiting.ninetieth), Cell::Count));
        }
        Figure::ReusedFromOthers => cells.push(Cell::Count(figures.reuses())),
        _ => {}
    }
    cells
}

/// The numbers of the cases that lack something, the first of them where there are many.
fn numbers(report: &ClosedLoop, part: Part, figure: Figure) -> String {
    let all: Vec<&str> = report.rows(part, figure).map(|case| case.number.as_str()).collect();
    let shown = all[..all.len().min(NUMBERS_IN_A_CELL)].join("；");
    if all.len() > NUMBERS_IN_A_CELL { format!("{shown}；等 {} 件", all.len()) } else { shown }
}

/// A row for each case that lacks something, once for each thing that it lacks.
fn missing(report: &ClosedLoop) -> Table {
    let columns = [
        "缺项",
        "编号",
        "工作站代码",
        "工作站",
        "分级",
        "状态",
        "受理日",
        "办理期限",
        "首个逾期日",
    ];
    let names: HashMap<Uuid, (&str, &str)> = report
        .stations
        .iter()
        .map(|it| (it.station.id, (it.station.code.as_str(), it.station.name.as_str())))
        .collect();
    let row = |figure: Figure, case: &Brief| {
        let (code, name) = names.get(&case.station_id).copied().unwrap_or_default();
        vec![
            Cell::text(figure.label().zh),
            Cell::text(&case.number),
            Cell::text(code),
            Cell::text(name),
            Cell::of(case.level, |level| Cell::text(level_label(level))),
            Cell::text(state_label(case.state)),
            Cell::Day(day_of(case.recorded_at)),
            Cell::of(case.due_on, Cell::Day),
            Cell::of(case.missed_on, Cell::Day),
        ]
    };
    let rows = Figure::MISSING.into_iter().flat_map(|figure| {
        report.rows(Part::Whole, figure).map(move |case| row(figure, case)).collect::<Vec<_>>()
    });
    Table {
        name: "缺项清单".to_owned(),
        rows: rows.collect(),
        columns: columns.map(str::to_owned).into(),
    }
}

/// What each figure is counted out of, and what else one must know to read the sheet.
fn notes(report: &ClosedLoop) -> Table {
    let figure = |figure: Figure| {
        let of = if figure == Figure::Received {
            Cell::Empty
        } else {
            Cell::text(figure.whole().label().zh)
        };
        vec![Cell::text(figure.label().zh), of]
    };
    let note = |name: &str, text: &str| vec![Cell::text(name), Cell::text(text)];
    let mut rows: Vec<Vec<Cell>> = Figure::ALL.into_iter().map(figure).collect();
    rows.push(note("期间", "按受理日（北京时间）统计，含起止两日"));
    rows.push(note("首次响应时间", "自受理至首次响应的自然分钟数，含夜间与节假日"));
    rows.push(note("指标定义", "见服务文档 docs/reports.md"));
    if report.due_estimated {
        let text = "部分办理期限超出已公布的工作日安排，仅扣除周末推算，公布后将重新计算";
        rows.push(note("办理期限", text));
    }
    Table {
        name: "口径说明".to_owned(),
        columns: ["指标", "分母或说明"].map(str::to_owned).into(),
        rows,
    }
}

fn level_label(level: Level) -> &'static str {
    match level {
        Level::Basic => "基础",
        Level::District => "区级",
        Level::Municipal => "市级",
        Level::National => "国家级",
    }
}

fn state_label(state: State) -> &'static str {
    match state {
        State::Received => "已受理",
        State::Triaged => "已分类",
        State::NeedsInfo => "待补充材料",
        State::WithStation => "他站办理",
        State::WithDistrict => "区级办理",
        State::WithMunicipal => "市级办理",
        State::Referred => "上报国家级",
        State::ReplyReceived => "已回复待告知",
        State::Replied => "已答复",
        State::Closed => "已办结",
    }
}
