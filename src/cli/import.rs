//! `zhanjian import`

use std::{
    io::IsTerminal as _,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use tracing::info;

use super::{Failure, ImportArgs, Kind, Outcome};
use crate::{
    access,
    answers::AnsweredQuestions,
    clock::Clock,
    config::Config,
    db::Database,
    expertise::ExpertiseAreas,
    organizations::{Organizations, Resources},
    regulations::{RegulationRelations, Regulations},
    research::ResearchOutputs,
    stations::Stations,
    transfer::{self, Import, Source, Transfer},
};

/// Takes a file in and says what became of its rows.
pub(super) async fn run(config: &Config, arguments: &ImportArgs) -> Result<Outcome, Failure> {
    if arguments.station.is_some() && arguments.kind != Kind::AnsweredQuestions {
        return Err(Failure::misuse("--station goes with answered-questions only"));
    }
    let given = arguments.format.is_some() || arguments.organization.is_some();
    if given && arguments.kind != Kind::ResearchOutputs {
        return Err(Failure::misuse("--format and --organization go with research-outputs only"));
    }
    let audience = arguments.audience.map(|audience| audience.of(arguments.kind));
    super::prepare_data_dir(config)?;
    let db = super::open_database(config).await?;
    if let Some(station) = &arguments.station {
        known_station(&db, station).await?;
    }
    if let Some(organization) = &arguments.organization {
        known_organization(&db, organization).await?;
    }
    let job = Job { db: &db, arguments };
    let station = arguments.station.clone();
    match arguments.kind {
        Kind::AnsweredQuestions => job.run(&AnsweredQuestions { station, audience }).await,
        Kind::Regulations => job.run(&Regulations).await,
        Kind::RegulationRelations => job.run(&RegulationRelations).await,
        Kind::ExpertiseAreas => job.run(&ExpertiseAreas).await,
        Kind::Stations => job.run(&Stations).await,
        Kind::Organizations => job.run(&Organizations).await,
        Kind::ResearchOutputs => {
            let format = arguments.format.map(super::Format::of_files);
            let organization = arguments.organization.clone();
            job.run(&ResearchOutputs {
                audience,
                organization,
                format,
                ..ResearchOutputs::default()
            })
            .await
        }
        Kind::Resources => job.run(&Resources { audience }).await,
    }
}

async fn known_station(db: &Database, code: &str) -> Result<(), Failure> {
    let known = crate::stations::with_districts(db.read()).await?;
    if known.contains_key(code) {
        return Ok(());
    }
    let mut codes: Vec<&str> = known.keys().map(String::as_str).collect();
    codes.sort_unstable();
    let codes = if codes.is_empty() {
        "there are no stations yet: import them first".to_owned()
    } else {
        format!("there are {}", codes.join(", "))
    };
    Err(Failure::misuse(format!("--station: there is no station {code:?}; {codes}")))
}

async fn known_organization(db: &Database, code: &str) -> Result<(), Failure> {
    let known = crate::organizations::all(db.read()).await?;
    if known.iter().any(|organization| organization.code == code) {
        return Ok(());
    }
    let sentence = format!("--organization: there is no organization {code:?}; import it first");
    Err(Failure::misuse(sentence))
}

struct Job<'a> {
    db: &'a Database,
    arguments: &'a ImportArgs,
}

impl Job<'_> {
    async fn run<T: Transfer>(&self, kind: &T) -> Result<Outcome, Failure> {
        let import = Import {
            dry_run: self.arguments.dry_run,
            keep_going: self.arguments.keep_going,
            strict: self.arguments.strict,
        };
        let source = Source::of_path(&self.arguments.file)?;
        let mut bar = Progress::new();
        let clock = Clock::system();
        let told = |done, all| bar.tell(done, all);
        let outcome = transfer::run(self.db, &clock, kind, &source, import, told).await?;
        bar.end();
        let summary = match outcome {
            transfer::Outcome::Read(summary) => summary,
            transfer::Outcome::Unreadable(fault) => {
                super::tell(&format!("zhanjian: {fault}"));
                return Ok(Outcome::Refused);
            }
        };
        for fault in &summary.faults {
            super::tell(&fault.to_string());
        }
        super::say(&summary.to_string());
        Ok(if summary.is_clean() { Outcome::Done } else { Outcome::Refused })
    }
}

impl super::Audience {
    fn of(self, kind: Kind) -> access::Audience {
        match self {
            Self::Public => access::Audience::Public,
            Self::Partners => access::Audience::Partners,
            Self::Network => access::Audience::Network,
            Self::District => access::Audience::District,
            Self::Owner if kind == Kind::AnsweredQuestions => access::Audience::Station,
            Self::Owner => access::Audience::Organization,
        }
    }
}

/// A bar on a terminal, a line in the log every few seconds otherwise.
struct Progress {
    bar: Option<ProgressBar>,
    told: Instant,
}

impl Progress {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:40} {percent}% {elapsed} {eta}");
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(0).with_style(style)
        });
        Self { bar, told: Instant::now() }
    }

    fn tell(&mut self, done: u64, all: u64) {
        const EVERY: Duration = Duration::from_secs(5);
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
        } else if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            let percent = (done * 100).checked_div(all).unwrap_or(0);
            info!(percent, "importing: {percent} % of the file");
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
