//! `zhanjian import research-outputs --oai URL`

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use tracing::info;

use super::{Failure, ImportArgs, Kind, Outcome};
use crate::{
    access::Audience,
    clock::Clock,
    config::Config,
    oai::{
        formats::Format,
        harvest::{self, HarvestError, Manner, Order, Report},
    },
};

/// What goes with `--oai`.
#[derive(Args, Debug)]
pub struct HarvestArgs {
    /// Harvest the OAI-PMH repository at this address instead of a file (research-outputs only)
    #[arg(long, value_name = "URL", conflicts_with_all = ["file", "dry_run", "strict"], requires = "organization")]
    pub oai: Option<String>,
    /// The format that a repository is asked for
    #[arg(long, value_enum, default_value = "oai_dc", requires = "oai")]
    pub metadata_prefix: MetadataPrefix,
    /// Harvest only what belongs to this set
    #[arg(long, value_name = "SET", requires = "oai")]
    pub set: Option<String>,
    /// Harvest everything anew, whatever was harvested before
    #[arg(long, requires = "oai")]
    pub full: bool,
    /// The repository stands in a private network of yours, and its name may lead there
    #[arg(long, requires = "oai")]
    pub private_network: bool,
}

/// The formats that a repository can be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum MetadataPrefix {
    /// Unqualified Dublin Core, which every repository has
    OaiDc,
    /// `DataCite` metadata
    OaiDatacite,
}

/// How often it is told how far a harvest has come.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// Harvests a repository and says what became of its records.
pub(super) async fn run(
    config: &Config,
    arguments: &ImportArgs,
    source: &str,
    audience: Option<Audience>,
) -> Result<Outcome, Failure> {
    if arguments.kind != Kind::ResearchOutputs {
        return Err(Failure::misuse("--oai goes with research-outputs only"));
    }
    let organization = arguments.organization.clone();
    let organization = organization
        .ok_or_else(|| Failure::misuse("--oai: name the organization with --organization"))?;
    let audience = audience
        .ok_or_else(|| Failure::misuse("--oai: say who may see the outputs with --audience"))?;
    let order = Order {
        source: source.to_owned(),
        format: match arguments.harvest.metadata_prefix {
            MetadataPrefix::OaiDc => Format::DublinCore,
            MetadataPrefix::OaiDatacite => Format::DataCite,
        },
        set: arguments.harvest.set.clone(),
        organization,
        audience,
        full: arguments.harvest.full,
    };
    super::prepare_data_dir(config)?;
    let db = super::open_database(config).await?;
    let mut told = Instant::now();
    let tell = |report: &Report| {
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            info!(pages = report.pages, "harvesting: {}", sentence(report));
        }
    };
    let began = Instant::now();
    let private_network = arguments.harvest.private_network;
    let manner = Manner { private_network, ..Manner::default() };
    let report = harvest::run(&db, &Clock::system(), &order, &manner, tell).await?;
    for fault in &report.faults {
        super::tell(fault);
    }
    let from = match (&report.from, report.resumed) {
        (_, true) => "where it stopped".to_owned(),
        (Some(from), false) => from.clone(),
        (None, false) => "the beginning".to_owned(),
    };
    let seconds = began.elapsed().as_secs_f64();
    super::say(&format!("harvested from {from}: {}, {seconds:.1} seconds", sentence(&report)));
    Ok(if report.refused == 0 { Outcome::Done } else { Outcome::Refused })
}

fn sentence(report: &Report) -> String {
    let Report { tally, deleted, refused, .. } = report;
    let (added, updated, unchanged) = (tally.added, tally.updated, tally.unchanged);
    let (kept, doubled) = (tally.kept, tally.doubled);
    format!(
        "added {added}, updated {updated}, unchanged {unchanged}, deleted {deleted}, left as they are {kept}, here \
         already under another id {doubled}, refused {refused}"
    )
}

impl From<HarvestError> for Failure {
    fn from(error: HarvestError) -> Self {
        match error {
            HarvestError::Order(sentence) => Self::misuse(sentence),
            HarvestError::Ours(error) => error.into(),
            error => Self::new(format!("the harvest did not come to its end: {error}")),
        }
    }
}
