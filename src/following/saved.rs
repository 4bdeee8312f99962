//! Searches that somebody keeps, to run them again or to hear of what they newly find.

use std::collections::HashMap;

use sea_orm::{IntoActiveModel as _, PaginatorTrait as _, QueryFilter, entity::prelude::*};

use super::saved_entity::{Column, Entity};
use crate::{
    access::Guarded as _,
    app::Ctx,
    audit::Entry,
    change::Change,
    error::{Done, Error, Result, RuleCode},
    ids::{NodeKind, new_id},
    language::Text,
    search::SearchFilter,
};

pub use super::saved_entity::Model as SavedSearch;

/// The most characters of a name.
const MAX_NAME: usize = 100;
/// The most characters of what is looked for.
const MAX_QUERY: usize = 2_000;
/// The most that one may keep.
const MAX_KEPT: u64 = 100;

/// A search that is to be kept.
pub(super) struct NewSearch {
    pub(super) name: String,
    pub(super) query: String,
    pub(super) filter: SearchFilter,
}

/// Keeps a search under a name.
pub(super) async fn save(ctx: &Ctx, new: NewSearch) -> Result<Done> {
    let owner = owner(ctx)?;
    let name = checked_name(&new.name)?;
    let query = checked_query(new.query)?;
    let filter = new.filter.to_json()?;
    // What the filter names must be there.
    new.filter.into_index(ctx).await?;
    let mut change = Change::begin(ctx).await?;
    let own = Entity::visible_to(&ctx.scope());
    if own.clone().count(&*change).await? >= MAX_KEPT {
        let reason = Text::new(
            format!("you keep {MAX_KEPT} searches already; delete one first"),
            format!("已保存 {MAX_KEPT} 个检索，请先删除一个"),
        );
        return Err(Error::invalid("name", reason));
    }
    if own.filter(Column::Name.eq(&name)).one(&*change).await?.is_some() {
        let reason = Text::new(
            "you keep a search of this name already; take another name, or delete that one",
            "已有同名的检索，请换一个名称，或先删除原有的",
        );
        return Err(Error::rule(RuleCode::AlreadyThere, "name", reason));
    }
    let now = ctx.now();
    let row = SavedSearch {
        id: new_id(),
        version: 1,
        created_at: now,
        created_by: Some(owner.clone()),
        updated_at: now,
        updated_by: Some(owner.clone()),
        owner,
        name,
        query,
        filter,
    };
    let id = row.id;
    Entity::insert(row.into_active_model()).exec_without_returning(&*change).await?;
    change.audit(Entry::new("saveSearch").of(NodeKind::SavedSearch, id));
    change.commit(id).await
}

/// Forgets a search.
pub(super) async fn delete(ctx: &Ctx, id: Uuid, version: i32) -> Result<Done> {
    owner(ctx)?;
    let mut change = Change::begin(ctx).await?;
    let own = Entity::visible_to(&ctx.scope()).filter(Column::Id.eq(id));
    let row = own.one(&*change).await?.ok_or(Error::NotFound)?;
    if row.version != version {
        return Err(Error::Conflict { present: row.version });
    }
    Entity::delete_many().filter(Column::Id.eq(id)).exec(&*change).await?;
    change.audit(Entry::new("deleteSavedSearch").of(NodeKind::SavedSearch, id));
    change.commit(id).await
}

/// The viewer's own searches among these, by id.
pub async fn by_ids(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, SavedSearch>> {
    let rows = Entity::visible_to(&ctx.scope()).filter(Column::Id.is_in(ids));
    Ok(rows.all(ctx.db()).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// One of the viewer's own searches.
pub(super) async fn own(ctx: &Ctx, id: Uuid) -> Result<SavedSearch> {
    owner(ctx)?;
    by_ids(ctx, vec![id]).await?.remove(&id).ok_or(Error::NotFound)
}

/// Whose searches a viewer's are.
fn owner(ctx: &Ctx) -> Result<String> {
    if ctx.viewer.is_anonymous() {
        return Err(Error::Unauthenticated);
    }
    Ok(ctx.viewer.identity().actor())
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if (1..=MAX_NAME).contains(&name.chars().count()) && !name.contains(char::is_control) {
        return Ok(name.to_owned());
    }
    let reason = Text::new(
        format!("a name has 1 to {MAX_NAME} characters, in one line"),
        format!("名称应为 1 至 {MAX_NAME} 个字符，且不换行"),
    );
    Err(Error::invalid("name", reason))
}

fn checked_query(query: String) -> Result<String> {
    // PostgreSQL keeps no such character.
    if query.chars().count() <= MAX_QUERY && !query.contains('\0') {
        return Ok(query);
    }
    let reason = Text::new(
        format!("what is looked for has at most {MAX_QUERY} characters"),
        format!("检索内容不超过 {MAX_QUERY} 个字符"),
    );
    Err(Error::invalid("query", reason))
}
