//! `zhanjian index`

use std::{path::Path, sync::Arc, time::Duration};

use zhanjian_index::Index;

use super::{Failure, IndexCommand, Outcome};
use crate::{
    config::Config,
    indexer::{self, Indexer, Progress},
    outbox,
    service::{self, Settings},
};

/// How long the running service may take to make its index anew.
const PATIENCE: Duration = Duration::from_hours(1);

/// Looks after the index, beside a running service or without one.
pub(super) async fn run(config: &Config, command: &IndexCommand) -> Result<Outcome, Failure> {
    if !matches!(command, IndexCommand::Dictionaries { .. }) {
        super::require_data(config)?;
    }
    match command {
        IndexCommand::Status => status(config).await,
        IndexCommand::Verify => verify(config).await,
        IndexCommand::Rebuild => rebuild(config).await,
        IndexCommand::Dictionaries { dir } => dictionaries(dir),
    }
}

fn dictionaries(dir: &Path) -> Result<Outcome, Failure> {
    for file in zhanjian_index::write_dictionaries(dir)? {
        super::say(&file.display().to_string());
    }
    Ok(Outcome::Done)
}

async fn status(config: &Config) -> Result<Outcome, Failure> {
    let db = super::open_database(config).await?;
    let head = outbox::head(db.read()).await?;
    let settings = Settings::of(config);
    let index = Index::open_read_only(&settings.index_dir, settings.index)?;
    let state = index.state();
    let watermark = state.watermark.map_or(-1, |at| i64::try_from(at).unwrap_or(i64::MAX));
    let behind = head.saturating_sub(watermark.max(0));
    let same = state.fingerprint == index.fingerprint();
    super::say(&format!(
        "generation   {}\ndocuments    {}\nsegments     {}\nbytes        {}\nwatermark    {}\nhead         {head}\nbehind       {behind}\nanalyzer     {}",
        state.generation,
        state.documents,
        state.segments,
        state.bytes,
        if watermark < 0 { "none yet".to_owned() } else { watermark.to_string() },
        if same {
            "this version's"
        } else {
            "another version's or other dictionaries': it will be rebuilt at the next start"
        },
    ));
    let current = behind == 0 && same && !index.needs_rebuild();
    Ok(if current { Outcome::Done } else { Outcome::Refused })
}

async fn verify(config: &Config) -> Result<Outcome, Failure> {
    let db = super::open_database(config).await?;
    let settings = Settings::of(config);
    let index = Index::open_read_only(&settings.index_dir, settings.index)?;
    let report = indexer::verify(&db, &index).await?;
    for difference in &report.differences {
        super::say(&difference.to_string());
    }
    super::say(&format!(
        "{} documents compared, {} differences, {} changes still to be taken in",
        report.documents,
        report.differences.len(),
        report.pending
    ));
    Ok(if report.differences.is_empty() { Outcome::Done } else { Outcome::Refused })
}

async fn rebuild(config: &Config) -> Result<Outcome, Failure> {
    let settings = Settings::of(config);
    // A fault in a dictionary is told here, before anybody is asked to work with it.
    settings.index.fingerprint()?;
    let request = service::rebuild_request(&config.data_dir);
    std::fs::write(&request, b"").map_err(|cause| {
        Failure::new(format!("cannot write into {}: {cause}", config.data_dir.display()))
    })?;
    let index = match Index::open(&settings.index_dir, settings.index.clone()) {
        Ok(index) => index,
        Err(zhanjian_index::Error::Locked(_)) => {
            // None where it cannot be read: then this is what makes it readable.
            let generation = || {
                let (dir, options) = (&settings.index_dir, settings.index.clone());
                Some(Index::open_read_only(dir, options).ok()?.state().generation)
            };
            let before = generation();
            wait(&request).await?;
            if before.is_some() && generation() == before {
                return Err(Failure::new("the service could not make its index anew; see its log"));
            }
            super::say("the index was made anew by the running service");
            return Ok(Outcome::Done);
        }
        Err(fault) => return Err(fault.into()),
    };
    let db = super::open_database(config).await?;
    let progress = Arc::new(Progress::new());
    let mut indexer = Indexer::new(db, Arc::new(index), progress, settings.indexer);
    // The first step makes it anew, the further ones take in what changed meanwhile.
    while indexer.step().await? {}
    super::say("the index was made anew");
    Ok(Outcome::Done)
}

/// The running service makes its own index anew; it takes the request away once that is done.
async fn wait(request: &Path) -> Result<(), Failure> {
    super::tell("the service is running and has been asked to make its index anew; waiting …");
    let asked = std::time::Instant::now();
    while request.exists() {
        if asked.elapsed() > PATIENCE {
            return Err(Failure::new("the service has not done it within an hour; see its log"));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
