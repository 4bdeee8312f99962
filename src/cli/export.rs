//! `zhanjian export`

use std::{
    io::{self, IsTerminal as _},
    path::Path,
};

use super::{ExportArgs, ExportKind, Failure, Outcome};
use crate::{
    answers::AnsweredQuestions,
    audit::{self, export::Span},
    bibliography,
    clock::{self, Clock},
    config::Config,
    db::Database,
    expertise::ExpertiseAreas,
    files::{self, Format, Output, Writer},
    organizations::{Organizations, Resources},
    regulations::{RegulationRelations, Regulations},
    reports::{self, Asked, SheetFormat},
    research::{self, ResearchOutputs},
    stations::Stations,
    transfer::{Known, Transfer},
};

/// Writes all rows of a kind as an import reads them, or the assessment sheet.
pub(super) async fn run(config: &Config, arguments: &ExportArgs) -> Result<Outcome, Failure> {
    let given = arguments.from.is_some() || arguments.to.is_some();
    if given && !matches!(arguments.kind, ExportKind::AuditLog | ExportKind::Assessment) {
        return Err(Failure::misuse("--from and --to go with audit-log and assessment only"));
    }
    if arguments.template {
        return template(config, arguments).await;
    }
    super::require_data(config)?;
    let db = super::open_database(config).await?;
    let (file, format) = (arguments.file.as_path(), format(arguments));
    match arguments.kind {
        ExportKind::AnsweredQuestions => {
            write(&db, &AnsweredQuestions::default(), file, format).await
        }
        ExportKind::Regulations => write(&db, &Regulations, file, format).await,
        ExportKind::RegulationRelations => write(&db, &RegulationRelations, file, format).await,
        ExportKind::ExpertiseAreas => write(&db, &ExpertiseAreas, file, format).await,
        ExportKind::Stations => write(&db, &Stations, file, format).await,
        ExportKind::Organizations => write(&db, &Organizations, file, format).await,
        ExportKind::ResearchOutputs if format.is_bibliographic() => {
            bibliography(&db, file, format).await
        }
        ExportKind::ResearchOutputs if format == Format::Xlsx => workbook(&db, file).await,
        ExportKind::ResearchOutputs => write(&db, &ResearchOutputs::default(), file, format).await,
        ExportKind::Resources => write(&db, &Resources::default(), file, format).await,
        ExportKind::AuditLog => audit_log(&db, arguments, format).await,
        ExportKind::Assessment => assess(&db, arguments).await,
    }
}

/// Writes the entries of the audit log from one day to another, both included, as days are counted in China.
async fn audit_log(
    db: &Database,
    arguments: &ExportArgs,
    format: Format,
) -> Result<Outcome, Failure> {
    let span = Span {
        from: arguments.from.map(clock::begins),
        to: arguments.to.and_then(|day| day.succ_opt()).map(clock::begins),
    };
    let mut writer = create(&arguments.file, format, audit::export::COLUMNS)?;
    let mut after = None;
    loop {
        let (rows, last) = audit::export::rows(db, span, after).await?;
        for row in &rows {
            writer.write(row)?;
        }
        if last.is_none() {
            break;
        }
        after = last;
    }
    let rows = writer.finish()?;
    super::tell(&format!("{rows} rows written"));
    Ok(Outcome::Done)
}

fn create(file: &Path, format: Format, columns: &[&str]) -> Result<Writer, Failure> {
    if format == Format::Xlsx {
        return Err(Failure::misuse("workbooks are read, not written: use --format csv or jsonl"));
    }
    if format.is_bibliographic() {
        let label = format.label();
        let sentence = format!("{label} carries research outputs only: use --format csv or jsonl");
        return Err(Failure::misuse(sentence));
    }
    Ok(Writer::create(file, format, columns)?)
}

/// Writes the assessment sheet of a period.
async fn assess(db: &Database, arguments: &ExportArgs) -> Result<Outcome, Failure> {
    let ending = arguments.file.extension().and_then(|ending| ending.to_str());
    let format = match arguments.format {
        Some(super::Format::Csv) => SheetFormat::Csv,
        Some(super::Format::Xlsx) => SheetFormat::Xlsx,
        Some(_) => {
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
    let clock = Clock::system();
    let report = reports::closed_loop_for_operator(db, clock.today(), &asked).await?;
    let sheet = reports::assessment(&report, format, clock.now())?;
    files::put(&arguments.file, &sheet.bytes)?;
    super::tell(&format!("{} stations written", report.stations.len()));
    Ok(Outcome::Done)
}

fn format(arguments: &ExportArgs) -> Format {
    let of_name = || {
        let ending = arguments.file.extension().and_then(|ending| ending.to_str());
        ending.and_then(Format::of_extension).unwrap_or(Format::JsonLines)
    };
    arguments.format.map_or_else(of_name, super::Format::of_files)
}

/// Writes the file that tech-transfer offices fill in. Without data it has no areas and organizations to choose from.
async fn template(config: &Config, arguments: &ExportArgs) -> Result<Outcome, Failure> {
    if arguments.kind != ExportKind::ResearchOutputs {
        return Err(Failure::misuse("there is a template for research-outputs only"));
    }
    let format = match (arguments.format, arguments.file.extension()) {
        (None, Some(ending)) if ending == "csv" => Format::Csv,
        (None, _) => Format::Xlsx,
        (Some(format), _) => format.of_files(),
    };
    if !matches!(format, Format::Csv | Format::Xlsx) {
        return Err(Failure::misuse("a template is a table: use --format xlsx or csv"));
    }
    if format == Format::Xlsx && arguments.file.as_os_str() == "-" && io::stdout().is_terminal() {
        return Err(Failure::misuse("a workbook does not go to a terminal: name a file, or use >"));
    }
    let known = if super::require_data(config).is_ok() {
        Known::load(&super::open_database(config).await?).await?
    } else {
        super::tell("there is no data yet, so no areas and organizations to choose from");
        Known::default()
    };
    let bytes = research::template(&known, format, Clock::system().now())?;
    files::put(&arguments.file, &bytes)?;
    Ok(Outcome::Done)
}

/// The most outputs in a workbook: it is put together in memory.
const MOST_IN_WORKBOOK: usize = 50_000;

/// Writes all research outputs into a workbook like the template.
async fn workbook(db: &Database, file: &Path) -> Result<Outcome, Failure> {
    let known = Known::load(db).await?;
    let kind = ResearchOutputs::default();
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (rows, last) = kind.export(db, &known, after).await?;
        all.extend(rows);
        if all.len() > MOST_IN_WORKBOOK {
            let sentence = format!("there are more than {MOST_IN_WORKBOOK}: use --format csv");
            return Err(Failure::misuse(sentence));
        }
        if last.is_none() {
            break;
        }
        after = last;
    }
    files::put(file, &research::sheet(&all, &known, Clock::system().now())?)?;
    super::tell(&format!("{} rows written", all.len()));
    Ok(Outcome::Done)
}

/// Writes the research outputs that are shown to others as bibliographic records.
async fn bibliography(db: &Database, file: &Path, format: Format) -> Result<Outcome, Failure> {
    let mut writer = bibliography::Writer::new(Output::create(file)?, format);
    let known = Known::load(db).await?;
    let today = Clock::system().today();
    let mut after = None;
    loop {
        let (records, last) = research::shown_records(db, &known, today, after).await?;
        for record in &records {
            writer.write(record)?;
        }
        if last.is_none() {
            break;
        }
        after = last;
    }
    let rows = writer.finish()?;
    super::tell(&format!("{rows} records written"));
    Ok(Outcome::Done)
}

async fn write<T: Transfer>(
    db: &Database,
    kind: &T,
    file: &Path,
    format: Format,
) -> Result<Outcome, Failure> {
    let mut writer = create(file, format, T::COLUMNS)?;
    let known = Known::load(db).await?;
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
