//! The command line: what can be asked for, and how a command ends.
//!
//! What each command does stands in the file of its name; here are only its words, so that `--help` can be
//! read in one place. Commands with commands of their own bring their words along.

use std::{fmt, path::PathBuf, process::ExitCode};

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    config::{self, Config, Flags},
    db::Database,
    error::Error,
    language::Language,
    service::{self, Settings},
    telemetry::Telemetry,
};

mod account;
mod backup;
mod client;
mod export;
mod format;
mod harvest;
mod import;
mod index;
mod keys;
mod migrate;
mod serve;
#[cfg(test)]
mod tests;

pub use self::format::Format;

/// Bytes of stack for each thread: what a request nests, its resolvers nest. Only what is touched is taken.
const STACK: usize = 8 << 20;

const EXIT_STATUSES: &str = "\
Exit status:
  0  done, and nothing was refused
  1  done, but something was refused or differs: rows of an import, findings of a check
  2  the command line or a setting is wrong; nothing was done
  3  failed: the database, the disk or the network stood in the way

Settings: flags win over ZHANJIAN_* environment variables, and those over zhanjian.toml.
`zhanjian schema --settings` prints them all.";

/// Prior answers and matching partners, found between registration guidance stations.
#[derive(Debug, Parser)]
#[command(name = "zhanjian", version, after_help = EXIT_STATUSES, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub settings: SettingsArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args)]
pub struct SettingsArgs {
    /// The settings file; without it ./zhanjian.toml, or else zhanjian.toml in the data folder
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder of the SQLite database and of the index
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// A folder with dictionaries that replace those of the same name in the program
    #[arg(long, global = true, value_name = "DIR")]
    pub dictionaries: Option<String>,
    /// The database; without it, SQLite in the data folder
    // A password on a command line can be seen by everybody on the machine: hence the help points elsewhere.
    #[arg(long, global = true, value_name = "URL", long_help = DATABASE_URL_HELP)]
    pub database_url: Option<String>,
}

const DATABASE_URL_HELP: &str = "\
The database, such as postgres://zhanjian@db.example:5432/zhanjian; without it, SQLite in the data folder.
Everybody on the machine can see a command line: give a password in ZHANJIAN_DATABASE_URL or in the settings file.";

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the GraphQL API until told to stop
    Serve(ServeArgs),
    /// Bring rows of a file into the database
    Import(ImportArgs),
    /// Write rows of the database to a file that import reads, or the assessment sheet of a period
    Export(ExportArgs),
    /// Look after the register: who gets in
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Look after the programs of partner portals
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Look after the keys
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Look after the full-text index
    #[command(subcommand)]
    Index(IndexCommand),
    /// Bring the tables up to this version, or back
    Migrate(MigrateArgs),
    /// Print the GraphQL schema (SDL)
    Schema(SchemaArgs),
    /// Copy the database while it serves, or put a copy back
    Backup(BackupArgs),
}

/// `zhanjian serve`
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// Start with sample data, if the data folder is empty
    #[arg(long)]
    pub demo: bool,
    /// Write the sample accounts with their new passwords into a file that nobody else may read (JSON)
    #[arg(long, value_name = "FILE", requires = "demo")]
    pub demo_credentials: Option<PathBuf>,
}

/// `zhanjian import`
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// What the rows are
    pub kind: Kind,
    /// JSON Lines, CSV (UTF-8, GBK, GB18030) or XLSX; research outputs also DataCite JSON, CSL-JSON, BibTeX, RIS
    #[arg(required_unless_present = "oai")]
    pub file: Option<PathBuf>,
    /// The format of a file of research outputs; without it, what its name and content say
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// From a repository instead of a file
    #[command(flatten)]
    pub harvest: harvest::HarvestArgs,
    /// The organization that owns research outputs which name none, or what is harvested
    #[arg(long, value_name = "CODE")]
    pub organization: Option<String>,
    /// The station that owns rows which name none
    #[arg(long, value_name = "CODE")]
    pub station: Option<String>,
    /// Who may see rows which do not say it
    #[arg(long, value_enum, ignore_case = true)]
    pub audience: Option<Audience>,
    /// Show what is wrong in every row, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take the good rows, though others are refused
    #[arg(long)]
    pub keep_going: bool,
    /// Refuse a file with columns that mean nothing here
    #[arg(long)]
    pub strict: bool,
}

/// `zhanjian export`
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// What the rows are
    pub kind: ExportKind,
    /// Where to write; `-` is standard output
    #[arg(default_value = "-")]
    pub file: PathBuf,
    /// Write an empty file to fill in (XLSX, or CSV by --format csv) in place of rows
    #[arg(long, conflicts_with_all = ["from", "to", "station", "district"])]
    pub template: bool,
    /// The format; without it, what the file's name says, else JSON Lines, and CSV for an assessment
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The first day of an assessment, or of what is wanted of the audit log
    #[arg(long, value_name = "DATE", required_if_eq("kind", "assessment"))]
    pub from: Option<NaiveDate>,
    /// The last day of an assessment, or of what is wanted of the audit log
    #[arg(long, value_name = "DATE", required_if_eq("kind", "assessment"))]
    pub to: Option<NaiveDate>,
    /// A station of an assessment; may be given several times [default: all]
    #[arg(long, value_name = "CODE", requires = "from")]
    pub station: Vec<String>,
    /// A district of an assessment; may be given several times [default: all]
    #[arg(long, value_name = "CODE", requires = "from")]
    pub district: Vec<String>,
}

/// What an export can write: what an import reads, and what nothing reads back.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum ExportKind {
    AnsweredQuestions,
    Regulations,
    RegulationRelations,
    ExpertiseAreas,
    Stations,
    Organizations,
    ResearchOutputs,
    Resources,
    AuditLog,
    /// How well the loop of consultations is closed, by station and district
    Assessment,
}

/// What rows can be.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Kind {
    AnsweredQuestions,
    Regulations,
    RegulationRelations,
    ExpertiseAreas,
    Stations,
    Organizations,
    ResearchOutputs,
    Resources,
}

/// Who may see imported rows which do not say it themselves.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Audience {
    /// Everybody
    Public,
    /// Partner portals, and all below
    Partners,
    /// Every station and every bureau
    Network,
    /// The stations and the bureau of one district
    District,
    /// The owning station or organization
    Owner,
}

/// `zhanjian index`
#[derive(Clone, Debug, Eq, PartialEq, Subcommand)]
pub enum IndexCommand {
    /// Say how far the index has caught up with the database
    Status,
    /// Compare index and database, and name every difference
    Verify,
    /// Make the index anew from the database
    Rebuild,
    /// Write the dictionaries of the program into a folder, to be edited and named by --dictionaries
    Dictionaries {
        /// The folder; what stands there is not overwritten
        dir: PathBuf,
    },
}

/// `zhanjian migrate`
#[derive(Args, Debug)]
pub struct MigrateArgs {
    /// Without it: up
    #[command(subcommand)]
    pub direction: Option<MigrateCommand>,
}

/// Which way to migrate.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Subcommand)]
pub enum MigrateCommand {
    /// Bring the tables up to this version
    Up,
    /// Take back changes of the tables, the latest first; what only they held is lost
    Down {
        /// How many
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
    },
    /// List the changes, and which of them the database has
    Status,
}

/// `zhanjian schema`
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// Print a commented settings file with every default instead
    #[arg(long)]
    pub settings: bool,
}

/// `zhanjian backup`
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct BackupArgs {
    /// The folder to copy to; it must be empty or not there
    pub dir: Option<PathBuf>,
    /// Put the copy in DIR back into an empty data folder instead
    #[arg(long, value_name = "DIR")]
    pub restore: Option<PathBuf>,
}

impl Cli {
    /// The settings that the command line gives.
    #[must_use]
    pub fn flags(&self) -> Flags {
        let listen = match &self.command {
            Command::Serve(serve) => serve.listen.clone(),
            _ => None,
        };
        Flags {
            config: self.settings.config.clone(),
            data_dir: self.settings.data_dir.clone(),
            dictionaries: self.settings.dictionaries.clone(),
            database_url: self.settings.database_url.clone(),
            listen,
        }
    }
}

/// Not derived: the database's address may hold a password.
impl fmt::Debug for SettingsArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingsArgs")
            .field("config", &self.config)
            .field("data_dir", &self.data_dir)
            .field("dictionaries", &self.dictionaries)
            .finish_non_exhaustive()
    }
}

/// How a command ends; the numbers are part of the contract with scripts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Done, and nothing was refused.
    Done,
    /// Done, but something was refused or differs.
    Refused,
    /// The command line or a setting is wrong; nothing was done.
    Misused,
    /// The database, the disk or the network stood in the way.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Refused => 1,
            Outcome::Misused => 2,
            Outcome::Failed => 3,
        })
    }
}

/// Runs the command that was asked for.
pub fn run(cli: &Cli) -> Outcome {
    if let Command::Schema(arguments) = &cli.command {
        return print_schema(arguments);
    }
    let here = std::env::current_dir().unwrap_or_default();
    let config = match Config::load(&cli.flags(), std::env::vars_os(), &here) {
        Ok(config) => config,
        Err(faults) => {
            tell(&format!("zhanjian: {faults}"));
            return Outcome::Misused;
        }
    };
    let telemetry = match &cli.command {
        Command::Serve(_) => Telemetry::of_service(&config),
        _ => Telemetry::of_command(&config.log),
    };
    let telemetry = match telemetry {
        Ok(telemetry) => telemetry,
        Err(fault) => {
            tell(&format!("zhanjian: {fault}"));
            return Outcome::Failed;
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
    {
        Ok(runtime) => runtime,
        Err(fault) => {
            tell(&format!("zhanjian: the machine gives no threads: {fault}"));
            return Outcome::Failed;
        }
    };
    let figures = telemetry.figures.clone();
    let ended = runtime.block_on(async {
        match &cli.command {
            Command::Serve(arguments) => Ok(serve::run(&config, arguments, figures).await),
            Command::Import(arguments) => import::run(&config, arguments).await,
            Command::Export(arguments) => export::run(&config, arguments).await,
            Command::Account(command) => account::run(&config, command).await,
            Command::Client(command) => client::run(&config, command).await,
            Command::Keys(command) => keys::run(&config, command).await,
            Command::Index(command) => index::run(&config, command).await,
            Command::Migrate(arguments) => migrate::run(&config, arguments).await,
            Command::Backup(arguments) => backup::run(&config, arguments).await,
            Command::Schema(arguments) => Ok(print_schema(arguments)),
        }
    });
    ended.unwrap_or_else(|failure| {
        tell(&format!("zhanjian: {failure}"));
        failure.outcome
    })
}

fn print_schema(arguments: &SchemaArgs) -> Outcome {
    if arguments.settings {
        say(config::example().trim_end());
    } else {
        say(crate::schema::sdl().trim_end());
    }
    Outcome::Done
}

/// Why a command could not do its work, in a sentence for the person at the terminal.
#[derive(Debug)]
pub struct Failure {
    sentence: String,
    outcome: Outcome,
}

impl Failure {
    /// The database, the disk or the network stood in the way.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), outcome: Outcome::Failed }
    }

    /// The command line is wrong.
    pub fn misuse(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), outcome: Outcome::Misused }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sentence)
    }
}

/// The operator at the terminal is told the cause: it is theirs to mend.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Internal(cause) => Self::new(cause.to_string()),
            error => Self::new(error.message(Language::En)),
        }
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::new(format!("the database: {error}"))
    }
}

impl From<zhanjian_index::Error> for Failure {
    fn from(error: zhanjian_index::Error) -> Self {
        match error {
            zhanjian_index::Error::Dictionary { .. } => Self::misuse(error.to_string()),
            error => Self::new(error.to_string()),
        }
    }
}

impl From<crate::files::FileError> for Failure {
    fn from(error: crate::files::FileError) -> Self {
        Self::new(error.to_string())
    }
}

/// Opens the database and brings its tables up to this version.
async fn open_database(config: &Config) -> Result<Database, Failure> {
    let opened = service::open_database(&Settings::of(config).database).await;
    opened.map_err(|error| {
        Failure::new(format!("cannot open the database {}: {error}", config.database.url))
    })
}

/// Makes the data folder, or says why it cannot be used.
fn prepare_data_dir(config: &Config) -> Result<(), Failure> {
    let folder = &config.data_dir;
    crate::folders::make_private(folder).map_err(|cause| {
        Failure::new(format!("cannot make the data folder {}: {cause}", folder.display()))
    })?;
    if has_usual_database(config) {
        // SQLite only tells that it may not write once it does, and then names no folder.
        let trial = folder.join(format!(".trial-{}", std::process::id()));
        let tried = std::fs::write(&trial, b"").and_then(|()| std::fs::remove_file(&trial));
        tried.map_err(|cause| {
            Failure::new(format!("cannot write into the data folder {}: {cause}", folder.display()))
        })?;
    }
    Ok(())
}

/// The database is the one in the data folder.
fn has_usual_database(config: &Config) -> bool {
    config.database.url == config::DatabaseUrl::sqlite_in(&config.data_dir)
}

/// A command that reads must not make an empty database out of a mistyped folder.
fn require_data(config: &Config) -> Result<(), Failure> {
    if has_usual_database(config) && !config.data_dir.join("zhanjian.sqlite").exists() {
        let folder = config.data_dir.display();
        return Err(Failure::misuse(format!(
            "there is no data in {folder}; name the folder with --data-dir"
        )));
    }
    Ok(())
}

/// Writes a result to standard output. Whoever reads it may have gone, which is no fault.
fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Writes a message for the person at the terminal to standard error.
fn tell(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}
