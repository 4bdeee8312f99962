//! `zhanjian export`

use std::path::Path;

use clap::{ValueEnum, builder::PossibleValue};

use super::{ExportArgs, Failure, Kind, Outcome};
use crate::{
    answers::AnsweredQuestions,
    clock::Clock,
    config::Config,
    db::Database,
    expertise::ExpertiseAreas,
    files::{self, Format, Writer},
    organizations::{Organizations, Resources},
    regulations::{RegulationRelations, Regulations},
    reports::{self, Asked, SheetFormat},
    research::ResearchOutputs,
    stations::Stations,
    transfer::{Known, Transfer},
};

/// What export writes: rows as import reads them, or a sheet to look at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exported {
    /// Rows of a kind.
    Rows(Kind),
    /// The assessment sheet.
    Assessment,
}

impl ValueEnum for Exported {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Rows(Kind::AnsweredQuestions),
            Self::Rows(Kind::Regulations),
            Self::Rows(Kind::RegulationRelations),
            Self::Rows(Kind::ExpertiseAreas),
            Self::Rows(Kind::Stations),
            Self::Rows(Kind::Organizations),
            Self::Rows(Kind::ResearchOutputs),
            Self::Rows(Kind::Resources),
            Self::Assessment,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Rows(kind) => kind.to_possible_value(),
            Self::Assessment => Some(
                PossibleValue::new("assessment")
                    .help("How well the loop of consultations is closed, by station and district"),
            ),
        }
    }
}

/// Writes all rows of a kind as an import reads them, or the assessment sheet.
pub(super) async fn run(config: &Config, arguments: &ExportArgs) -> Result<Outcome, Failure> {
    let kind = match arguments.kind {
        Exported::Assessment => return assess(config, arguments).await,
        Exported::Rows(_) if arguments.from.is_some() || arguments.to.is_some() => {
            return Err(Failure::misuse("--from and --to are for an assessment"));
        }
        Exported::Rows(kind) => kind,
    };
    super::require_data(config)?;
    let db = super::open_database(config).await?;
    let (file, format) = (arguments.file.as_path(), format(arguments));
    match kind {
        Kind::AnsweredQuestions => write(&db, &AnsweredQuestions::default(), file, format).await,
        Kind::Regulations => write(&db, &Regulations, file, format).await,
        Kind::RegulationRelations => write(&db, &RegulationRelations, file, format).await,
        Kind::ExpertiseAreas => write(&db, &ExpertiseAreas, file, format).await,
        Kind::Stations => write(&db, &Stations, file, format).await,
        Kind::Organizations => write(&db, &Organizations, file, format).await,
        Kind::ResearchOutputs => write(&db, &ResearchOutputs::default(), file, format).await,
        Kind::Resources => write(&db, &Resources::default(), file, format).await,
    }
}

/// Writes the assessment sheet of a period.
async fn assess(config: &Config, arguments: &ExportArgs) -> Result<Outcome, Failure> {
    let ending = arguments.file.extension().and_then(|ending| ending.to_str());
    let format = match arguments.format {
        Some(super::Format::Csv) => SheetFormat::Csv,
        Some(super::Format::Xlsx) => SheetFormat::Xlsx,
        Some(super::Format::Jsonl) => {
            return Err(Failure::misuse("an assessment is a sheet: use --format csv or xlsx"));
        }
        None => ending.and_then(SheetFormat::of_extension).unwrap_or(SheetFormat::Csv),
    };
    let (Some(from), Some(to)) = (arguments.from, arguments.to) else {
        return Err(Failure::misuse("say which period: --from and --to"));
    };
    let some = |codes: &[String]| Some(codes.to_vec()).filter(|codes| !codes.is_empty());
    let (stations, districts) = (some(&arguments.station), some(&arguments.district));
    let asked = Asked { from, to, stations, districts };
    super::require_data(config)?;
    let db = super::open_database(config).await?;
    let clock = Clock::system();
    let report = reports::closed_loop_for_operator(&db, clock.today(), &asked).await?;
    let sheet = reports::assessment(&report, format, clock.now())?;
    files::put(&arguments.file, &sheet.bytes)?;
    super::tell(&format!("{} stations written", report.stations.len()));
    Ok(Outcome::Done)
}

fn format(arguments: &ExportArgs) -> Format {
    match arguments.format {
        Some(super::Format::Xlsx) => Format::Xlsx,
        Some(super::Format::Csv) => Format::Csv,
        Some(super::Format::Jsonl) => Format::JsonLines,
        None => {
            let ending = arguments.file.extension().and_then(|ending| ending.to_str());
            ending.and_then(Format::of_extension).unwrap_or(Format::JsonLines)
        }
    }
}

async fn write<T: Transfer>(
    db: &Database,
    kind: &T,
    file: &Path,
    format: Format,
) -> Result<Outcome, Failure> {
    if format == Format::Xlsx {
        return Err(Failure::misuse("workbooks are read, not written: use --format csv or jsonl"));
    }
    let known = Known::load(db).await?;
    let mut writer = Writer::create(file, format, T::COLUMNS)?;
    let mut after = None;
    loop {
        let (rows, last) = kind.export(db, &known, after).await?;
        for row in &rows {
            writer.write(row)?;
        }
        if last.is_none() || rows.is_empty() {
            break;
        }
        after = last;
    }
    let rows = writer.finish()?;
    super::tell(&format!("{rows} rows written"));
    Ok(Outcome::Done)
}
