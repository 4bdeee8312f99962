//! An organization's own people keep what it offers: resources are added, changed and taken back here, looked at by the
//! rules by which files are read. What was edited here wins over later files.

use std::collections::BTreeSet;

use sea_orm::{ActiveValue::NotSet, IntoActiveModel as _, QueryFilter, Set, entity::prelude::*};
use serde_json::{Map, Value};

use super::{
    Organization, Resource,
    import::{Resources, resources},
    resource_entity::{Column, Entity},
};
use crate::{
    access::{Action, Guarded, Holding, Scope, check, check_at_all, organization_token},
    app::Ctx,
    audit::Entry,
    change::{Change, Done, check_version, update_at},
    error::{Error, Result, RuleCode},
    files::Row,
    ids::{NodeKind, new_id, spoken_number},
    language::Text,
    outbox::{Note, Subject},
    transfer::{Known, Transfer as _},
};

/// Which resource of which version a step is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) id: Uuid,
    /// The version that the caller has seen.
    pub(super) version: i32,
}

/// The right to keep the resources of an organization: its own people's.
fn may(ctx: &Ctx, owner_token: &str) -> Result<()> {
    check(&ctx.viewer, Action::WriteResearchOutput, &Holding::of(owner_token, None))
}

fn entry(action: &'static str, id: Uuid) -> Entry {
    Entry::new(action).of(NodeKind::Resource, id)
}

/// Adds a resource to the viewer's own organization. `fields` stand under the names that the columns of a file have.
pub(super) async fn add(ctx: &Ctx, mut fields: Map<String, Value>) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::WriteResearchOutput)?;
    let own = ctx.viewer.member().and_then(|member| member.organization).ok_or(Error::Forbidden)?;
    may(ctx, &organization_token(own))?;
    let known = Known::load(&ctx.app.db).await?;
    let id = new_id();
    fields.entry("externalId").or_insert_with(|| spoken_number("R", id).into());
    let draft = read(fields, own, &known)?;
    let mut change = Change::begin(ctx).await?;
    let there = Entity::visible_to(&Scope::Service)
        .filter(Column::OrganizationId.eq(own))
        .filter(Column::ExternalId.eq(draft.external_id()))
        .one(&*change)
        .await?;
    if there.is_some() {
        let reason = Text::new(
            format!("your organization has a resource {:?} already", draft.external_id()),
            format!("本机构已有编号为“{}”的资源", draft.external_id()),
        );
        return Err(Error::rule(RuleCode::AlreadyThere, "resource.externalId", reason));
    }
    let mut row = resources::filled(&draft, ctx.now());
    row.id = Set(id);
    row.version = Set(1);
    row.created_at = Set(ctx.now());
    row.created_by = Set(Some(change.actor()));
    row.updated_by = Set(Some(change.actor()));
    row.retired_on = Set(None);
    row.edited_columns = Set(Some(Resources::COLUMNS.to_vec().into()));
    let (audience, owner) = resources::tokens(&draft);
    Entity::insert(row).exec_without_returning(&*change).await?;
    resources::insert_areas(change.write(), &draft.area_pairs(id)).await?;
    let after = vec![audience, owner];
    change.note(Note { subject: Subject::Resource, id, before: Vec::new(), after });
    change.audit(entry("addResource", id));
    change.commit(id).await
}

/// Changes a resource: all that it says from now on. The columns that this changes are kept against later files.
pub(super) async fn update(
    ctx: &Ctx,
    about: About,
    mut fields: Map<String, Value>,
) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::WriteResearchOutput)?;
    let known = Known::load(&ctx.app.db).await?;
    let (mut change, old) = at(ctx, about).await?;
    fields.insert("externalId".to_owned(), old.external_id.clone().into());
    let draft = read(fields, old.organization_id, &known)?;
    let areas = super::resource_area_ids(&*change, vec![old.id]).await?.remove(&old.id);
    let mut edited: BTreeSet<String> = old
        .edited_columns
        .as_ref()
        .map(crate::json::texts)
        .unwrap_or_default()
        .into_iter()
        .collect();
    edited.extend(draft.differing(&old, &areas.unwrap_or_default()).into_iter().map(str::to_owned));
    let mut row = resources::filled(&draft, ctx.now());
    row.edited_columns = Set(Some(edited.into_iter().collect::<Vec<_>>().into()));
    save(&mut change, &old, row).await?;
    resources::drop_areas(change.write(), [old.id]).await?;
    resources::insert_areas(change.write(), &draft.area_pairs(old.id)).await?;
    let (audience, owner) = resources::tokens(&draft);
    note(&mut change, &old, vec![audience, owner]);
    change.audit(entry("updateResource", old.id));
    change.commit(about.id).await
}

/// Takes a resource back: when this has been answered, nobody but its organization sees it any more.
pub(super) async fn retire(ctx: &Ctx, about: About) -> Result<Done> {
    let (mut change, old) = at(ctx, about).await?;
    let mut row = old.clone().into_active_model();
    row.retired_on = Set(Some(ctx.today));
    row.audience_token = Set(old.owner_token.clone());
    row.updated_at = Set(ctx.now());
    save(&mut change, &old, row).await?;
    note(&mut change, &old, vec![old.owner_token.clone()]);
    change.audit(entry("retireResource", old.id));
    change.commit(about.id).await
}

/// Begins a step on a resource that is still there: right, version and state, in this order.
async fn at(ctx: &Ctx, about: About) -> Result<(Change<'_>, Resource)> {
    check_at_all(&ctx.viewer, Action::WriteResearchOutput)?;
    let change = Change::begin(ctx).await?;
    let found = super::resources_by_ids(&*change, &ctx.scope(), vec![about.id]).await?;
    let old = found.into_values().next().ok_or(Error::NotFound)?;
    may(ctx, &old.owner_token)?;
    check_version(old.version, about.version)?;
    if old.retired_on.is_some() {
        let reason = Text::new(
            "it has been taken back; add it anew where it is offered again",
            "该资源已撤回；如需重新提供，请新增",
        );
        return Err(Error::rule(RuleCode::WrongState, "", reason));
    }
    Ok((change, old))
}

async fn save(
    change: &mut Change<'_>,
    old: &Resource,
    mut row: super::resource_entity::ActiveModel,
) -> Result<()> {
    row.id = NotSet;
    row.version = Set(old.version + 1);
    row.updated_by = Set(Some(change.actor()));
    update_at(&**change, (Column::Id, old.id), (Column::Version, old.version), row).await
}

fn note(change: &mut Change<'_>, old: &Resource, after: Vec<String>) {
    let before = vec![old.audience_token.clone(), old.owner_token.clone()];
    change.note(Note { subject: Subject::Resource, id: old.id, before, after });
}

/// Reads what was given as an import reads a row; the first fault is told, with its place.
fn read(mut fields: Map<String, Value>, own: Uuid, known: &Known) -> Result<resources::Draft> {
    let organization = known.organizations.values().find(|row: &&Organization| row.id == own);
    let code = organization.map(|row| row.code.clone()).ok_or(Error::NotFound)?;
    fields.insert("organization".to_owned(), code.into());
    let mut row = Row::of(fields);
    let draft = Resources::default().read(&mut row, known);
    match row.faults().into_iter().next() {
        None => Ok(draft),
        Some(fault) => {
            let column = fault.column.unwrap_or_default();
            Err(Error::invalid(format!("resource.{column}"), fault.message))
        }
    }
}
