//! What universities and hospitals offer: technologies, patents, prototypes, data sets, methods.
//!
//! A record under embargo is hidden whole from all but its owner, by the clock. The contact of a record is in no
//! searchable field; its own organization sees it, and others once an introduction has released it.
//!
//! An output goes from a draft ([`drafts`]) through a second person to its audience ([`publish`]); what is shown is revised
//! beside. Which step needs which state stands in [`case`]; whatever is written goes through [`mod@write`].

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveEnum, QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use crate::{
    access::{Guarded, Scope},
    app::App,
    batch::grouped,
    clock::day_number,
    error::Result,
    expertise::Tree,
    organizations,
    outbox::{Note, Subject},
};

pub(crate) mod area_entity;
mod case;
mod commit;
mod contact;
mod content;
mod content_graphql;
mod dashboard;
mod dashboard_graphql;
mod drafts;
mod duplicates;
pub(crate) mod entity;
mod exporting;
mod graphql;
mod import;
pub(crate) mod import_entity;
mod import_graphql;
pub(crate) mod import_row_entity;
mod incoming;
mod input_graphql;
pub(crate) mod number_entity;
mod plan;
mod preview;
mod proposals;
pub mod public;
mod publish;
mod published;
mod report;
mod terms;
mod tombstone_entity;
mod tombstone_graphql;
pub(crate) mod version_entity;
pub(crate) mod view_entity;
mod views;
mod work_graphql;
mod write;

pub use contact::{Contact, contact};
pub use content_graphql::{Contributor, Identifier, Patent};
pub use dashboard_graphql::DashboardQuery;
pub use entity::Model as ResearchOutput;
pub use exporting::{blank, export};
pub use graphql::{ResearchOutputNode, ResearchQuery, nodes, nodes_by_id};
pub use import::{ResearchOutputs, Route, SAMPLE, sheet, shown_records, template};
pub(crate) use import::{kind_label, rows_by_external_id};
pub use import_entity::Model as ResearchImport;
pub use import_graphql::{ImportMutation, ImportNode, ImportQuery, import_nodes_by_id};
pub use import_row_entity::Model as ResearchImportRow;
pub use incoming::Upload;
pub use preview::{may_import, preview};
pub use published::{Published, published};
pub use report::report;
pub use terms::{CooperationMode, ImportState, IpStatus, OutputKind, RowOutcome, State, Step};
pub use tombstone_graphql::{TombstoneNode, TombstoneQuery, tombstone_nodes_by_id};
pub use version_entity::Model as Version;
pub use views::{Views, flush as flush_views, seen};
pub use work_graphql::ResearchMutation;

/// Loads what the viewer may see of these, by id: without the records that they came as, and so never to be written back.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, ResearchOutput>> {
    let rows = entity::Entity::visible_to(scope).filter(entity::Column::Id.is_in(ids));
    let rows = entity::without(rows, entity::AS_IT_CAME);
    Ok(rows.all(db).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// Loads the areas of research outputs.
pub async fn area_ids(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::ResearchOutputId.is_in(ids))
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.research_output_id, row.area_id))))
}

/// Loads research outputs with what the index needs of them.
pub async fn documents(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
    tree: &Tree,
) -> Result<Vec<zhanjian_index::Document>> {
    let rows = by_ids(db, &Scope::Service, ids).await?;
    let mut areas = area_ids(db, rows.keys().copied().collect()).await?;
    let owners: HashSet<Uuid> = rows.values().map(|row| row.organization_id).collect();
    let owners = organizations::by_ids(db, owners.into_iter().collect()).await?;
    let document = |row: ResearchOutput| {
        let owner = owners.get(&row.organization_id);
        let areas = areas.remove(&row.id).unwrap_or_default();
        zhanjian_index::Document {
            organization: owner.map(|owner| owner.code.clone()),
            areas: tree.closed_codes(areas),
            keywords: owner.map(|owner| owner.name.clone()).into_iter().collect(),
            ..document(row)
        }
    };
    Ok(rows.into_values().map(document).collect())
}

/// What the index needs of the row itself.
fn document(row: ResearchOutput) -> zhanjian_index::Document {
    let modes = crate::json::texts(&row.cooperation_modes);
    let modes = modes.into_iter().map(|mode| format!("mode:{mode}"));
    let tags = [
        row.trl.map(|trl| format!("trl:{trl}")),
        Some(format!("outputKind:{}", row.kind.to_value())),
        Some(format!("ipStatus:{}", row.ip_status.to_value())),
    ];
    let trials = crate::json::texts(&row.trial_ids);
    let identifiers = [Some(row.external_id), row.doi];
    let patents = row.patents.as_array().map(Vec::as_slice).unwrap_or_default();
    let patents = patents.iter().flat_map(|patent| {
        let number = |field: &str| patent.get(field)?.as_str().map(str::to_owned);
        [number("applicationNo"), number("publicationNo")]
    });
    let dated_on = row.published_on.or(row.completed_on);
    zhanjian_index::Document {
        audience: vec![row.audience_token],
        owner: vec![row.owner_token],
        visible_from: row.embargo_until.map(day_number),
        title: row.title,
        body: [Some(row.r#abstract), row.advantages, row.clinical_stage]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n"),
        identifiers: identifiers.into_iter().chain(patents).flatten().chain(trials).collect(),
        year: dated_on.map(|day| chrono::Datelike::year(&day)),
        dated_on: dated_on.map(day_number),
        tags: tags.into_iter().flatten().chain(modes).collect(),
        ..crate::search::public_document(zhanjian_index::Kind::ResearchOutput, row.id)
    }
}

/// A note of each research output whose embargo ended after a day, until another: before, only its owner saw it.
pub async fn released(
    db: &impl ConnectionTrait,
    after: chrono::NaiveDate,
    until: chrono::NaiveDate,
) -> Result<Vec<Note>> {
    let rows: Vec<(Uuid, String, String)> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([entity::Column::Id, entity::Column::AudienceToken, entity::Column::OwnerToken])
        .filter(entity::Column::EmbargoUntil.gt(after))
        .filter(entity::Column::EmbargoUntil.lte(until))
        .order_by_asc(entity::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let note = |(id, audience, owner): (Uuid, String, String)| {
        let (before, after) = (vec![owner.clone()], vec![audience, owner]);
        Note { subject: Subject::ResearchOutput, id, before, after }
    };
    Ok(rows.into_iter().map(note).collect())
}

/// The ids of the research outputs that follow one, at most so many, in their order.
pub async fn ids_after(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let all = entity::Entity::visible_to(&Scope::Service);
    crate::db::ids_after(db, all, entity::Column::Id, after, limit).await
}

/// The research outputs of these organizations.
pub async fn of_organizations(
    db: &impl ConnectionTrait,
    organizations: Vec<Uuid>,
) -> Result<Vec<Uuid>> {
    let ids = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::OrganizationId.is_in(organizations))
        .into_tuple();
    Ok(ids.all(db).await?)
}

/// The research outputs filed under one of these areas.
pub async fn filed_under(db: &impl ConnectionTrait, areas: Vec<Uuid>) -> Result<Vec<Uuid>> {
    let ids = area_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(area_entity::Column::ResearchOutputId)
        .distinct()
        .filter(area_entity::Column::AreaId.is_in(areas))
        .into_tuple();
    Ok(ids.all(db).await?)
}

/// How many outputs are filled in at once with by what their works are known.
const KEYS_AT_ONCE: u64 = 200;

/// What is to be done from time to time: files that nobody took in are forgotten, and rows that were written before that
/// was kept are filled in with by what their works are known.
pub async fn tick(app: &App) -> Result<()> {
    preview::expire(app).await?;
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::WorkKey.is_null())
        .limit(KEYS_AT_ONCE)
        .all(app.db.read())
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| (row.id, row)).collect();
    let write = app.db.write().await?;
    write::fill_keys(&write, &rows).await?;
    write.commit(app.clock.now()).await?;
    Ok(())
}
