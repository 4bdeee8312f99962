//! `zhanjian export`

use std::path::Path;

use super::{ExportArgs, Failure, Kind, Outcome};
use crate::{
    answers::AnsweredQuestions,
    config::Config,
    db::Database,
    expertise::ExpertiseAreas,
    files::{Format, Writer},
    organizations::{Organizations, Resources},
    regulations::{RegulationRelations, Regulations},
    research::ResearchOutputs,
    stations::Stations,
    transfer::{Known, Transfer},
};

/// Writes all rows of a kind as an import reads them.
pub(super) async fn run(config: &Config, arguments: &ExportArgs) -> Result<Outcome, Failure> {
    super::require_data(config)?;
    let db = super::open_database(config).await?;
    let (file, format) = (arguments.file.as_path(), format(arguments));
    match arguments.kind {
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

fn format(arguments: &ExportArgs) -> Format {
    match arguments.format {
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
