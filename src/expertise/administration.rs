//! Keeping the taxonomy: adding areas, changing them, removing those under which nothing is filed.

use std::collections::HashSet;

use sea_orm::{QueryFilter as _, QueryOrder, QuerySelect, Set, entity::prelude::*};

use super::{ExpertiseArea, Facet, Tree, entity};
use crate::{
    access::{self, Action, Guarded, Holding, PUBLIC, Scope},
    app::Ctx,
    audit::Entry,
    change::{Change, check_version, update_at},
    db::is_referred_to,
    error::{Done, Error, Result, RuleCode},
    ids::{NodeKind, new_id},
    language::Text,
    outbox::{Note, Subject},
};

/// An area that is to be added.
#[derive(Clone, Debug)]
pub(super) struct NewArea {
    pub(super) code: String,
    pub(super) parent: Option<Uuid>,
    pub(super) label: String,
    pub(super) label_en: Option<String>,
    /// That of the parent, where there is one and nothing is said.
    pub(super) facet: Option<Facet>,
    pub(super) aliases: Vec<String>,
    /// Behind all others, where nothing is said.
    pub(super) position: Option<i32>,
}

/// What is to be otherwise about an area; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct AreaChange {
    pub(super) label: Option<(String, Option<String>)>,
    pub(super) aliases: Option<Vec<String>>,
    /// At the top, where it is given as nothing.
    pub(super) parent: Option<Option<Uuid>>,
    pub(super) position: Option<i32>,
}

/// Adds an area.
pub(super) async fn add(ctx: &Ctx, new: NewArea) -> Result<Done> {
    check_keeper(ctx)?;
    let code = checked_code(&new.code)?;
    let (label, label_en) = checked_label(&new.label, new.label_en)?;
    let aliases = checked_aliases(new.aliases)?;
    let position = new.position.map(checked_position).transpose()?;
    let mut change = Change::begin(ctx).await?;
    let tree = locked(&change).await?;
    if tree.by_code(&code).is_some() {
        let reason = Text::new(
            "there is an area with this code; choose another",
            "该代码已被使用，请另选一个",
        );
        return Err(Error::rule(RuleCode::AlreadyThere, "code", reason));
    }
    let parent = new.parent.map(|id| parent_of_id(&tree, id)).transpose()?;
    let facet = match (parent.map(|parent| parent.facet), new.facet) {
        (Some(facet), None) => facet,
        (Some(of_parent), Some(facet)) if of_parent != facet => return Err(other_facet("facet")),
        (_, Some(facet)) => facet,
        (None, None) => {
            let reason = Text::new(
                "say what the branch is about, or under which area it stands",
                "请说明所属类别，或指定上级领域",
            );
            return Err(Error::invalid("facet", reason));
        }
    };
    let behind = tree.areas().iter().map(|area| area.position.saturating_add(1)).max();
    let id = new_id();
    let now = ctx.now();
    let row = entity::ActiveModel {
        id: Set(id),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(Some(change.actor())),
        updated_at: Set(now),
        updated_by: Set(Some(change.actor())),
        code: Set(code.clone()),
        parent_id: Set(new.parent),
        label: Set(label),
        label_en: Set(label_en),
        facet: Set(facet),
        aliases: Set(aliases.into()),
        position: Set(position.or(behind).unwrap_or(0)),
    };
    entity::Entity::insert(row).exec_without_returning(&*change).await?;
    change.note(note(id, false, true));
    change.audit(Entry::new("addExpertiseArea").of(NodeKind::ExpertiseArea, id).saying(code));
    change.commit(id).await
}

/// Changes an area. Everything that is filed under it or below it is indexed anew.
pub(super) async fn change(ctx: &Ctx, id: Uuid, version: i32, wanted: AreaChange) -> Result<Done> {
    check_keeper(ctx)?;
    let mut row = <entity::ActiveModel as Default>::default();
    if let Some((label, label_en)) = wanted.label {
        let (label, label_en) = checked_label(&label, label_en)?;
        row.label = Set(label);
        row.label_en = Set(label_en);
    }
    if let Some(aliases) = wanted.aliases {
        row.aliases = Set(checked_aliases(aliases)?.into());
    }
    if let Some(position) = wanted.position {
        row.position = Set(checked_position(position)?);
    }
    let mut change = Change::begin(ctx).await?;
    let tree = locked(&change).await?;
    let area = tree.by_id(id).ok_or(Error::NotFound)?;
    check_version(area.version, version)?;
    if let Some(parent) = wanted.parent {
        if let Some(parent) = parent {
            check_parent(&tree, area, parent_of_id(&tree, parent)?)?;
        }
        row.parent_id = Set(parent);
    }
    row.version = Set(area.version + 1);
    row.updated_at = Set(ctx.now());
    row.updated_by = Set(Some(change.actor()));
    let (id_is, version_is) = ((entity::Column::Id, id), (entity::Column::Version, area.version));
    update_at(&*change, id_is, version_is, row).await?;
    change.note(note(id, true, true));
    let entry = Entry::new("changeExpertiseArea").of(NodeKind::ExpertiseArea, id);
    change.audit(entry.saying(area.code.clone()));
    change.commit(id).await
}

/// Removes an area under which nothing is filed.
///
/// # Errors
/// [`Error::Rule`] with [`RuleCode::InUse`] while something is filed under it, or an area stands below it.
pub(super) async fn remove(ctx: &Ctx, id: Uuid, version: i32) -> Result<Done> {
    check_keeper(ctx)?;
    let mut change = Change::begin(ctx).await?;
    let tree = locked(&change).await?;
    let area = tree.by_id(id).ok_or(Error::NotFound)?;
    check_version(area.version, version)?;
    // Whatever is filed under it, in whichever room, the database knows.
    let removed = entity::Entity::delete_many()
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::Version.eq(version))
        .exec(&*change)
        .await;
    removed.map_err(|fault| if is_referred_to(&fault) { in_use() } else { fault.into() })?;
    change.note(note(id, true, false));
    let entry = Entry::new("removeExpertiseArea").of(NodeKind::ExpertiseArea, id);
    change.audit(entry.saying(area.code.clone()));
    change.commit(id).await
}

fn check_keeper(ctx: &Ctx) -> Result<()> {
    access::check(&ctx.viewer, Action::KeepTaxonomy, &Holding::nobody())
}

/// The tree as it is within a change. Its rows are locked: whoever changes it at the same time waits, so that two changes
/// that are each in order make no ring together.
async fn locked(change: &Change<'_>) -> Result<Tree> {
    let areas = entity::Entity::visible_to(&Scope::Service)
        .order_by_asc(entity::Column::Id)
        .lock_exclusive()
        .all(&**change)
        .await?;
    Ok(Tree::new(areas))
}

fn parent_of_id(tree: &Tree, id: Uuid) -> Result<&ExpertiseArea> {
    tree.by_id(id).map(|area| &**area).ok_or_else(|| {
        let reason = Text::new(
            "there is no area with this id; expertiseAreas lists them",
            "没有该标识对应的专业领域，可用 expertiseAreas 查看全部领域",
        );
        Error::invalid("parentId", reason)
    })
}

/// An area stands under one of its own facet, and never below itself.
fn check_parent(tree: &Tree, area: &ExpertiseArea, parent: &ExpertiseArea) -> Result<()> {
    let mut above: HashSet<Uuid> = tree.ancestors(parent).iter().map(|area| area.id).collect();
    above.insert(parent.id);
    if above.contains(&area.id) {
        let reason = Text::new(
            "the area would stand below itself; choose another parent",
            "该领域将成为自身的下级，请另选上级",
        );
        return Err(Error::invalid("parentId", reason));
    }
    if parent.facet == area.facet { Ok(()) } else { Err(other_facet("parentId")) }
}

fn other_facet(field: &'static str) -> Error {
    let reason = Text::new(
        "the area above is of another facet; an area has that of the one above it",
        "与上级领域的类别不同，下级领域应与上级同类",
    );
    Error::invalid(field, reason)
}

/// Everybody may see areas.
fn note(id: Uuid, before: bool, after: bool) -> Note {
    let tokens = |there: bool| there.then(|| PUBLIC.to_owned()).into_iter().collect();
    Note { subject: Subject::ExpertiseArea, id, before: tokens(before), after: tokens(after) }
}

fn checked_code(code: &str) -> Result<String> {
    let code = code.trim();
    let fits = (1..=64).contains(&code.len());
    if fits && code.chars().all(|ch| ch.is_ascii_alphanumeric() || "-._".contains(ch)) {
        return Ok(code.to_owned());
    }
    let reason = Text::new(
        "a code has 1 to 64 letters, digits or the signs - . _",
        "代码为 1 至 64 个字母、数字或 - . _ 符号",
    );
    Err(Error::invalid("code", reason))
}

fn checked_label(label: &str, label_en: Option<String>) -> Result<(String, Option<String>)> {
    let label_en = label_en.filter(|label| !label.trim().is_empty());
    let label_en = label_en.map(|label| checked_text("label.en", &label)).transpose()?;
    Ok((checked_text("label.zh", label)?, label_en))
}

fn checked_aliases(aliases: Vec<String>) -> Result<Vec<String>> {
    const MOST: usize = 50;
    if aliases.len() > MOST {
        let reason =
            Text::new(format!("give {MOST} aliases at most"), format!("别名最多 {MOST} 个"));
        return Err(Error::invalid("aliases", reason));
    }
    let mut seen = HashSet::new();
    let aliases = aliases.iter().map(|alias| checked_text("aliases", alias));
    let aliases: Vec<String> = aliases.collect::<Result<_>>()?;
    Ok(aliases.into_iter().filter(|alias| seen.insert(alias.clone())).collect())
}

fn checked_text(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim();
    if (1..=200).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    let reason = Text::new("write 1 to 200 characters", "请填写 1 至 200 个字");
    Err(Error::invalid(field, reason))
}

fn checked_position(position: i32) -> Result<i32> {
    if (0..=1_000_000).contains(&position) {
        return Ok(position);
    }
    let reason = Text::new("a position is between 0 and 1000000", "次序应在 0 至 1000000 之间");
    Err(Error::invalid("position", reason))
}

fn in_use() -> Error {
    let reason = Text::new(
        "something is filed under this area, or an area stands below it; file that elsewhere first",
        "该领域下仍有内容或下级领域，请先移至别处",
    );
    Error::rule(RuleCode::InUse, "expertiseAreaId", reason)
}
