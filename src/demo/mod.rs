//! The sample data, written by us: real districts, regulations and areas as public facts, everything else fictional.

use bytes::Bytes;

use crate::{
    answers::AnsweredQuestions,
    clock::Clock,
    db::Database,
    error::{Error, Result},
    expertise::ExpertiseAreas,
    organizations::{Organizations, Resources},
    regulations::{RegulationRelations, Regulations},
    research::ResearchOutputs,
    stations::Stations,
    transfer::{self, Import, Outcome, Source, Tally, Transfer},
};

mod accounts;
mod history;

pub use accounts::{
    Credential, make as make_accounts, renew as renew_accounts, write as write_credentials,
};
pub use history::pass as pass_a_year;

/// Whether there is nothing in the database yet that sample data could get mixed up with.
pub async fn is_empty(db: &Database) -> Result<bool> {
    let stations = crate::stations::all_ids(db.read()).await?;
    let answers = crate::answers::ids_after(db.read(), None, 1).await?;
    Ok(stations.is_empty() && answers.is_empty())
}

/// Loads the sample data, each file as an import would.
pub async fn load(db: &Database, clock: &Clock) -> Result<Tally> {
    let mut all = Tally::default();
    let areas: &'static str = include_str!("expertise-areas.csv");
    all += file(db, clock, &ExpertiseAreas, "expertise-areas.csv", areas).await?;
    all += file(db, clock, &Stations, "stations.csv", include_str!("stations.csv")).await?;
    let regulations = include_str!("regulations.csv");
    all += file(db, clock, &Regulations, "regulations.csv", regulations).await?;
    let relations = include_str!("regulation-relations.csv");
    all += file(db, clock, &RegulationRelations, "regulation-relations.csv", relations).await?;
    let organizations = include_str!("organizations.csv");
    all += file(db, clock, &Organizations, "organizations.csv", organizations).await?;
    let answers = include_str!("answered-questions.jsonl");
    let kind = AnsweredQuestions::default();
    all += file(db, clock, &kind, "answered-questions.jsonl", answers).await?;
    let outputs = include_str!("research-outputs.jsonl");
    let kind = ResearchOutputs::default();
    all += file(db, clock, &kind, "research-outputs.jsonl", outputs).await?;
    let resources = include_str!("resources.jsonl");
    all += file(db, clock, &Resources::default(), "resources.jsonl", resources).await?;
    Ok(all)
}

async fn file<T: Transfer>(
    db: &Database,
    clock: &Clock,
    kind: &T,
    name: &str,
    text: &'static str,
) -> Result<Tally> {
    let source = Source::Memory(name.to_owned(), Bytes::from_static(text.as_bytes()));
    match transfer::run(db, clock, kind, &source, Import::default(), |_, _| {}).await? {
        Outcome::Read(summary) if summary.is_clean() => Ok(summary.tally),
        Outcome::Read(summary) => {
            let first = summary.faults.first().map_or_else(String::new, ToString::to_string);
            Err(Error::internal(format!("the sample data does not load: {name}: {first}")))
        }
        Outcome::Unreadable(fault) => Err(fault.into()),
    }
}
