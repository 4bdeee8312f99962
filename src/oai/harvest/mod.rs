//! Harvesting a repository: what it has published since the last time, page by page.
//!
//! Each page is one transaction: its rows, its deletions, and how far the harvest has come. Whatever ends a harvest, the
//! next one goes on behind the last page that was taken, with the token that came with it. Where the repository no longer
//! knows the token, the interval is begun anew: what came before is unchanged and costs nothing but time. A list that was
//! read to its end moves the beginning of the next one to the instant at which this one was begun, by the repository's
//! clock or ours, whichever is behind, less one second (or one day, where it counts by days): what changed meanwhile comes
//! twice rather than never.
//!
//! A record is read as a row of a file is. What the format of the record does not speak of (maturity, cooperation,
//! contact, areas) stays as it is here. An output that somebody withdrew here is not brought back by a repository, and a
//! repository changes and takes back only what came from it.

mod address;
mod client;
mod progress;
pub(crate) mod progress_entity;
mod protocol;
mod taken;
pub(crate) mod taken_entity;

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

pub use client::Manner;
use client::{Client, Failed};
use progress::Progress;
use protocol::{Answer, Granularity, Said};

use super::formats::Format;
use crate::{
    access::Audience,
    clock::Clock,
    db::Database,
    error::Error,
    research::ResearchOutputs,
    transfer::{Known, Tally, digest},
};

/// What is to be harvested, and for whom.
#[derive(Clone, Debug)]
pub struct Order {
    /// The address of the repository.
    pub source: String,
    /// The format that is asked for.
    pub format: Format,
    /// Only what belongs to this set.
    pub set: Option<String>,
    /// The code of the organization that the outputs belong to.
    pub organization: String,
    /// Who may see what is new here.
    pub audience: Audience,
    /// Everything anew, whatever was harvested before.
    pub full: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What became of rows.
    pub tally: Tally,
    /// Outputs that were withdrawn, for the repository has deleted their records.
    pub deleted: u64,
    /// Records that were not taken.
    pub refused: u64,
    /// What was wrong with them; of many the first only.
    pub faults: Vec<String>,
    /// Pages that were read.
    pub pages: u64,
    /// Whether an earlier harvest was gone on with.
    pub resumed: bool,
    /// From where the harvest began, in the repository's words; none for all.
    pub from: Option<String>,
}

/// The most faults that are kept word by word.
const FAULTS_KEPT: usize = 1_000;
/// How often in one harvest an interval is begun anew before the repository is given up: a list that takes longer than its
/// tokens live would never end.
const RESTARTS: u32 = 3;

/// Why a harvest did not come to its end. What was taken before stays, and the next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum HarvestError {
    /// The order cannot be carried out.
    #[error("{0}")]
    Order(String),
    /// The repository does not answer, or not as the protocol says.
    #[error("{0}")]
    Repository(String),
    /// Another process harvests the same at this moment.
    #[error("another process is harvesting the same; wait for it to end")]
    Busy,
    /// Our own fault.
    #[error("{0}")]
    Ours(#[from] Error),
}

impl From<Failed> for HarvestError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Address(sentence) => Self::Order(sentence),
            Failed::Repository(sentence) => Self::Repository(sentence),
        }
    }
}

impl From<sea_orm::DbErr> for HarvestError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Ours(error.into())
    }
}

/// Harvests. `told` hears of every page.
pub async fn run(
    db: &Database,
    clock: &Clock,
    order: &Order,
    manner: &Manner,
    mut told: impl FnMut(&Report) + Send,
) -> Result<Report, HarvestError> {
    let known = Known::load(db).await?;
    let Some(organization) = known.organizations.get(&order.organization) else {
        let code = &order.organization;
        return Err(HarvestError::Order(format!(
            "there is no organization {code:?}; import it first, or mend the code"
        )));
    };
    let client = Client::new(&order.source, clock.clone(), manner.clone())?;
    let identify = client.ask(&[("verb", "Identify")]).await?;
    let Said::Identity { granularity } = identify.said else {
        return Err(unexpected(&identify));
    };
    let mut progress = Progress::open(db, order, organization.id, clock.now()).await?;
    if order.full {
        progress.begin_anew();
    }
    let mut harvest = Harvest {
        db,
        clock,
        order,
        client,
        granularity,
        known,
        kind: ResearchOutputs { audience: Some(order.audience), ..ResearchOutputs::default() },
        report: Report {
            resumed: progress.token().is_some(),
            from: progress.from().map(str::to_owned),
            ..Report::default()
        },
        progress,
    };
    harvest.pages(&mut told).await?;
    Ok(harvest.report)
}

struct Harvest<'a> {
    db: &'a Database,
    clock: &'a Clock,
    order: &'a Order,
    client: Client,
    granularity: Granularity,
    known: Known,
    kind: ResearchOutputs,
    report: Report,
    progress: Progress,
}

impl Harvest<'_> {
    async fn pages(&mut self, told: &mut (impl FnMut(&Report) + Send)) -> Result<(), HarvestError> {
        let mut restarts = 0;
        // Of tokens that were given, so that a list that leads back to its beginning ends.
        let mut given: HashSet<String> =
            self.progress.token().map(|it| digest(&it)).into_iter().collect();
        loop {
            let token = self.progress.token().map(str::to_owned);
            let answer = self.ask(token.as_deref()).await?;
            let (records, next) = match answer.said {
                Said::Records { records, token } => (records, token),
                Said::Fault { ref code, .. } if code == "noRecordsMatch" => (Vec::new(), None),
                Said::Fault { ref code, .. } if code == "badResumptionToken" && token.is_some() => {
                    restarts += 1;
                    if restarts > RESTARTS {
                        return Err(HarvestError::Repository(
                            "its tokens expire before its list ends; ask its operator for longer ones, or harvest by \
                             sets"
                                .to_owned(),
                        ));
                    }
                    tracing::warn!(
                        "the repository no longer knows its token: the interval is begun anew"
                    );
                    self.progress.forget_token();
                    given.clear();
                    continue;
                }
                _ => return Err(unexpected(&answer)),
            };
            if next.as_ref().is_some_and(|next| !given.insert(digest(next))) {
                return Err(HarvestError::Repository(
                    "it gives the same token again: its list would never end".to_owned(),
                ));
            }
            if token.is_none() {
                // A clock that runs ahead would have us pass over all that comes until then.
                let begun = answer.date.min(self.clock.now());
                self.progress.pending(self.granularity.before(begun));
            }
            let ended = next.is_none();
            self.take(records, next).await?;
            told(&self.report);
            if ended {
                return Ok(());
            }
        }
    }

    async fn ask(&self, token: Option<&str>) -> Result<Answer, HarvestError> {
        if let Some(token) = token {
            let parameters = [("verb", "ListRecords"), ("resumptionToken", token)];
            return Ok(self.client.ask(&parameters).await?);
        }
        let mut parameters =
            vec![("verb", "ListRecords"), ("metadataPrefix", self.order.format.prefix())];
        parameters.extend(self.progress.from().map(|from| ("from", from)));
        parameters.extend(self.order.set.as_deref().map(|set| ("set", set)));
        Ok(self.client.ask(&parameters).await?)
    }

    /// Takes a page in, and remembers that it was taken, in one transaction.
    async fn take(
        &mut self,
        records: Vec<protocol::Record>,
        next: Option<String>,
    ) -> Result<(), HarvestError> {
        // Before the transaction, on which everybody who writes may have to wait.
        let records = taken::read(self.order.format, records);
        let mut write = self.db.write().await?;
        let now = self.clock.now();
        let page = taken::take(&mut write, self.order, (&self.kind, &mut self.known), records, now)
            .await?;
        let progress = self.progress.clone().moved(next, &page, now);
        if !progress.save(&write).await? {
            return Err(HarvestError::Busy);
        }
        write.commit(now).await?;
        self.progress = progress.saved();
        let report = &mut self.report;
        report.tally += page.tally;
        report.deleted += page.deleted;
        report.refused += page.refused;
        report.pages += 1;
        let room = FAULTS_KEPT.saturating_sub(report.faults.len());
        report.faults.extend(page.faults.into_iter().take(room));
        Ok(())
    }
}

fn unexpected(answer: &Answer) -> HarvestError {
    HarvestError::Repository(match &answer.said {
        Said::Fault { code, message } => format!("the repository answers {code}: {message}"),
        _ => "the repository answers something else than it was asked for".to_owned(),
    })
}

impl Granularity {
    /// The instant from which to harvest next time, as the repository writes it: a little before a list was begun.
    fn before(self, begun: DateTime<Utc>) -> String {
        match self {
            Self::Second => (begun - Duration::seconds(1)).format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Self::Day => (begun - Duration::days(1)).format("%Y-%m-%d").to_string(),
        }
    }
}
