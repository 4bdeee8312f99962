//! Answered questions: what can be shared of what stations know.
//!
//! Three axes, never folded into one: the state (how far reviewed), the audience (who may read it), the currency
//! (whether the law it rests on still stands, see [`crate::regulations::currency`]).

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{ActiveEnum, QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use crate::{
    access::{Guarded, Scope},
    batch::grouped,
    clock::day_number,
    error::Result,
    expertise::Tree,
    regulations::currency::{Currency, Graph, Grounds, assess, days},
    stations,
};

mod affected;
mod affected_graphql;
pub(crate) mod area_entity;
mod case;
pub(crate) mod check_entity;
pub(crate) mod citation_entity;
mod citation_graphql;
pub(crate) mod confirmation_entity;
mod confirming;
mod confirming_graphql;
mod content;
mod deidentify;
pub(crate) mod draft_entity;
mod draft_graphql;
mod drafts;
pub(crate) mod entity;
mod export;
mod filter;
mod findings;
mod forgetting;
mod graphql;
mod import;
mod list_graphql;
mod moving;
mod publish;
mod rated;
pub(crate) mod rating_entity;
mod ratings;
pub(crate) mod report_entity;
mod report_graphql;
mod retire;
mod reuse;
mod review_graphql;
mod review_queue;
mod review_queue_graphql;
mod sifting;
mod store;
mod terms;
pub(crate) mod version_entity;
mod work_graphql;
mod write;

pub use affected_graphql::AffectedQuery;
pub use check_entity::Model as DeidentificationCheck;
pub use citation_entity::Model as Citation;
pub use confirmation_entity::Model as Confirmation;
pub use confirming_graphql::ConfirmingMutation;
pub use draft_entity::Model as AnswerDraft;
pub use draft_graphql::AnswerDraftMutation;
pub use entity::Model as AnsweredQuestion;
pub use filter::AnsweredQuestionFilter;
pub(crate) use findings::without as without_findings;
pub use forgetting::forget;
pub use graphql::{AnsweredQuestionNode, nodes, nodes_by_id};
pub use import::AnsweredQuestions;
pub use list_graphql::AnsweredQuestionQuery;
pub use moving::moved;
pub use rated::{Rated, rated};
pub use report_entity::Model as AnswerReport;
pub use report_graphql::{
    AnswerReaderMutation, AnswerReportNode, AnswerReportQuery, report_nodes_by_id,
};
pub use reuse::count_reuse;
pub use review_graphql::AnswerReviewMutation;
pub use review_queue_graphql::ReviewQuery;
pub use terms::{
    AnswerReportState, Basis, CitationRole, DeidentificationPurpose, DeidentificationVerdict,
    DeviceClass, ProductKind, State, Step,
};
pub use version_entity::Model as Version;
pub(crate) use work_graphql::FindingNode;

/// By this term the index tells what is published and stands on its own from drafts and from what was replaced.
pub const PUBLISHED: &str = "state:PUBLISHED";

/// Loads what the viewer may see of these, by id.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, AnsweredQuestion>> {
    let rows = entity::Entity::visible_to(scope).filter(entity::Column::Id.is_in(ids));
    Ok(rows.all(db).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// Loads the areas of answered questions.
pub async fn area_ids(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::AnsweredQuestionId.is_in(ids))
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.answered_question_id, row.area_id))))
}

/// Loads the citations of answered questions, in their order.
pub async fn citations(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Citation>>> {
    let rows = citation_entity::Entity::visible_to(&Scope::Service)
        .filter(citation_entity::Column::AnsweredQuestionId.is_in(ids))
        .order_by_asc(citation_entity::Column::Position)
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.answered_question_id, row))))
}

/// Loads against what answered questions were checked, in order.
pub async fn confirmations(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Confirmation>>> {
    let rows = confirmation_entity::Entity::visible_to(&Scope::Service)
        .filter(confirmation_entity::Column::AnsweredQuestionId.is_in(ids))
        .order_by_asc(confirmation_entity::Column::Position)
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.answered_question_id, row))))
}

/// What an answer rests on, for computing its currency.
pub fn grounds(
    answered: &AnsweredQuestion,
    citations: &[Citation],
    confirmations: &[Confirmation],
) -> Grounds {
    grounds_on(answered.review_by, citations, confirmations)
}

/// The same, of an answer of which no more is known than the day by which it is to be looked at again, and of a text
/// that is not shown yet.
pub(crate) fn grounds_on(
    review_by: Option<Date>,
    citations: &[Citation],
    confirmations: &[Confirmation],
) -> Grounds {
    let basis = citations.iter().filter(|citation| citation.role == CitationRole::Basis);
    let basis =
        basis.map(|citation| (citation.regulation_id, crate::json::texts(&citation.articles)));
    Grounds {
        basis: basis.collect(),
        // They come in the order in which they were made: the last check of a regulation counts.
        confirmed: confirmations.iter().map(|row| (row.regulation_id, row.confirmed_on)).collect(),
        review_by,
    }
}

/// The verdicts on some answers on some days, as a graph has them.
pub async fn verdicts(
    db: &impl ConnectionTrait,
    rows: &[&AnsweredQuestion],
    graph: &Graph,
    days: &[NaiveDate],
) -> Result<HashMap<Uuid, Vec<Currency>>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let citations = citations(db, ids.clone()).await?;
    let confirmations = confirmations(db, ids).await?;
    let verdicts = |row: &&AnsweredQuestion| {
        let citations = citations.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let confirmations = confirmations.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let grounds = grounds(row, citations, confirmations);
        let on = |day: &NaiveDate| assess(&grounds, graph, *day).currency;
        (row.id, days.iter().map(on).collect())
    };
    Ok(rows.iter().map(verdicts).collect())
}

/// Loads answered questions with what the index needs of them.
pub async fn documents(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
    tree: &Tree,
    graph: &Graph,
) -> Result<Vec<zhanjian_index::Document>> {
    let mut rows = by_ids(db, &Scope::Service, ids).await?;
    // What comes from a case may name who asked until somebody has looked: no index learns of it.
    rows.retain(|_, row| row.consultation_id.is_none() || row.state.is_shown());
    let ids: Vec<Uuid> = rows.keys().copied().collect();
    let mut areas = area_ids(db, ids.clone()).await?;
    let mut citations = citations(db, ids.clone()).await?;
    let mut confirmations = confirmations(db, ids).await?;
    let station_ids: HashSet<Uuid> = rows.values().map(|row| row.station_id).collect();
    let stations = stations::by_ids(db, station_ids.into_iter().collect()).await?;
    let document = |row: AnsweredQuestion| {
        let citations = citations.remove(&row.id).unwrap_or_default();
        let confirmations = confirmations.remove(&row.id).unwrap_or_default();
        let currency = days(&grounds(&row, &citations, &confirmations), graph);
        let cited: HashSet<&str> =
            citations.iter().map(|citation| graph.name(citation.regulation_id)).collect();
        let mut keywords: Vec<String> = cited.into_iter().map(str::to_owned).collect();
        keywords.sort_unstable();
        zhanjian_index::Document {
            audience: vec![row.audience_token],
            owner: vec![row.owner_token],
            title: row.question,
            body: row
                .summary
                .map_or_else(|| row.answer.clone(), |summary| format!("{summary}\n{}", row.answer)),
            keywords,
            identifiers: vec![row.number, row.external_id],
            station: stations.get(&row.station_id).map(|station| station.code.clone()),
            areas: tree.closed_codes(areas.remove(&row.id).unwrap_or_default()),
            product_kind: row.product_kind.map(|kind| kind.to_value()),
            device_class: row.device_class.map(|class| class.to_value()),
            year: row.answered_on.map(|day| chrono::Datelike::year(&day)),
            dated_on: row.answered_on.map(day_number),
            currency: Some(currency),
            superseded: row.state == State::Superseded,
            superseded_by: row
                .superseded_by_id
                .map(|id| crate::search::key(zhanjian_index::Kind::AnsweredQuestion, id)),
            uses: u32::try_from(row.reuse_count).unwrap_or(0),
            tags: if row.state == State::Published {
                vec![PUBLISHED.to_owned()]
            } else {
                Vec::new()
            },
            ..crate::search::public_document(zhanjian_index::Kind::AnsweredQuestion, row.id)
        }
    };
    Ok(rows.into_values().map(document).collect())
}

/// The next ids after one, in their order, for going through all of them in steps.
pub async fn ids_after(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let all = entity::Entity::visible_to(&Scope::Service);
    crate::db::ids_after(db, all, entity::Column::Id, after, limit).await
}

/// The answers that cite one of these regulations.
pub async fn citing(db: &impl ConnectionTrait, regulations: Vec<Uuid>) -> Result<Vec<Uuid>> {
    let ids = citation_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(citation_entity::Column::AnsweredQuestionId)
        .distinct()
        .filter(citation_entity::Column::RegulationId.is_in(regulations))
        .into_tuple();
    Ok(ids.all(db).await?)
}

/// The answers filed under one of these areas.
pub async fn filed_under(db: &impl ConnectionTrait, areas: Vec<Uuid>) -> Result<Vec<Uuid>> {
    let ids = area_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(area_entity::Column::AnsweredQuestionId)
        .distinct()
        .filter(area_entity::Column::AreaId.is_in(areas))
        .into_tuple();
    Ok(ids.all(db).await?)
}

/// The answers of one of these stations.
pub async fn of_stations(db: &impl ConnectionTrait, stations: Vec<Uuid>) -> Result<Vec<Uuid>> {
    let ids = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::StationId.is_in(stations))
        .into_tuple();
    Ok(ids.all(db).await?)
}
