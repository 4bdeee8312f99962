//! Writing a research output: from nothing to a draft, to a second person, and back. What is shown already is revised
//! beside, by the same steps.

use sea_orm::{QueryFilter, entity::prelude::*};
use serde_json::Value;

use super::{
    ResearchOutput, State, Step,
    case::{About, Case, at, member, own_organization, with_writer},
    content::{Desk, Fields, Revision, canonical, check_complete, overlay, reason, with_columns},
    entity,
    import::{Draft, edited, fill, fresh},
    write::{self, Rewritten},
};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    audit::Entry,
    change::{Change, Done},
    error::{Error, Result, RuleCode},
    ids::{NodeKind, new_id, spoken_number},
    language::Text,
};

/// The entry in the audit log of a step on a research output.
pub(super) fn entry(action: &'static str, id: Uuid) -> Entry {
    Entry::new(action).of(NodeKind::ResearchOutput, id)
}

/// Where faults of what was written lie in the input.
const CONTENT: &str = "content.";

/// Begins a new research output of one's own organization.
pub(super) async fn begin(ctx: &Ctx, external_id: Option<String>, content: Fields) -> Result<Done> {
    let organization = own_organization(&ctx.viewer)?;
    let author = member(&ctx.viewer)?.id;
    let desk = Desk::of(ctx, organization).await?;
    let id = new_id();
    let external_id = external_id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    let external_id = external_id.unwrap_or_else(|| spoken_number(&desk.code, id));
    let (content, mut given) = overlay(&Fields::new(), content);
    let draft = desk.read(&content, &external_id, CONTENT)?;
    let mut change = Change::begin(ctx).await?;
    if taken(&change, organization, &external_id).await? {
        let reason = Text::new(
            format!("{external_id:?} is the id of another output of yours; choose another one"),
            format!("编号“{external_id}”已被本机构的另一项成果使用，请换一个"),
        );
        return Err(Error::rule(RuleCode::AlreadyThere, "externalId", reason));
    }
    let by = Some(change.actor());
    let mut row = fresh(id, organization, by, ctx.now());
    let areas = Some(draft.areas.clone());
    fill(&mut row, draft);
    // What comes by file later is of others than of whoever fills this in.
    row.raw_record = None;
    row.author_id = Some(author);
    row.writers = Some(with_writer(None, author));
    given.push("state".to_owned());
    row.edited_columns = with_columns(&[], &given);
    let row = Rewritten { before: None, after: row, areas };
    Box::pin(write::rows(change.write(), vec![row], ctx.now())).await?;
    change.audit(entry("draftResearchOutput", id).saying("DRAFT"));
    change.commit(id).await
}

async fn taken(db: &Change<'_>, organization: Uuid, external_id: &str) -> Result<bool> {
    let found = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::OrganizationId.eq(organization))
        .filter(entity::Column::ExternalId.eq(external_id));
    Ok(found.count(&**db).await? > 0)
}

/// A row under somebody's hands, still as it was.
pub(super) fn touched(change: &Change<'_>, case: &Case) -> ResearchOutput {
    let mut row = case.row.clone();
    row.updated_by = Some(change.actor());
    row
}

/// Writes what became of a row, and ends the change.
pub(super) async fn done(
    ctx: &Ctx,
    mut change: Change<'_>,
    case: Case,
    after: ResearchOutput,
    areas: Option<Vec<Uuid>>,
    entry: Entry,
) -> Result<Done> {
    let id = case.row.id;
    let row = Rewritten { before: Some(case.row), after, areas };
    Box::pin(write::rows(change.write(), vec![row], ctx.now())).await?;
    change.audit(entry);
    change.commit(id).await
}

/// Changes what a draft or a revision says. Whoever does has had a hand in it, and is no second person any more.
pub(super) async fn edit(ctx: &Ctx, about: About, given: Fields) -> Result<Done> {
    let (change, case) = at(ctx, about, Step::Edit).await?;
    let mut row = touched(&change, &case);
    let desk = Desk::of(ctx, case.row.organization_id).await?;
    let areas = if case.is_revised() {
        let revision = Revision::of(&case.row)?;
        revise_with(ctx, &desk, &mut row, revision, given)?;
        None
    } else {
        let present = desk.fields(&*change, &case.row).await?;
        let (fields, _) = overlay(&present, given);
        let draft = desk.read(&fields, &row.external_id, CONTENT)?;
        let (_, changed) = overlay_all(&present, &canonical(&desk, draft.clone()));
        let areas = draft.areas.clone();
        say(&mut row, draft);
        row.state = State::Draft;
        row.writers = Some(with_writer(row.writers.as_ref(), member(&ctx.viewer)?.id));
        row.edited_columns = with_columns(&edited(&row), &changed);
        Some(areas)
    };
    done(ctx, change, case, row, areas, entry("updateResearchOutput", about.id)).await
}

/// All that somebody has written in the place of what was there.
fn overlay_all(present: &Fields, all: &Fields) -> (Fields, Vec<String>) {
    let gone = present.keys().filter(|column| !all.contains_key(*column));
    let mut changes = all.clone();
    changes.extend(gone.map(|column| (column.clone(), Value::Null)));
    overlay(present, changes)
}

/// Lets a row say what a draft says, and keeps the record of the file that it came by.
pub(super) fn say(row: &mut ResearchOutput, draft: Draft) {
    let raw_record = row.raw_record.take();
    let source_format = row.source_format.take();
    fill(row, draft);
    row.raw_record = raw_record;
    row.source_format = row.source_format.take().or(source_format);
}

/// Lays changes over a revision.
fn revise_with(
    ctx: &Ctx,
    desk: &Desk,
    row: &mut ResearchOutput,
    mut revision: Revision,
    given: Fields,
) -> Result<()> {
    let (fields, _) = overlay(&revision.fields, given);
    let draft = desk.read(&fields, &row.external_id, CONTENT)?;
    let (fields, changed) = overlay_all(&revision.fields, &canonical(desk, draft));
    revision.fields = fields;
    let edited = with_columns(&revision.edited, &changed);
    revision.edited = edited.as_ref().map(crate::json::texts).unwrap_or_default();
    row.revision = Some(revision.column()?);
    row.revision_state = Some(State::Draft);
    let member = member(&ctx.viewer)?.id;
    row.revision_writers = Some(with_writer(row.revision_writers.as_ref(), member));
    Ok(())
}

/// Begins a revision beside what is shown.
pub(super) async fn revise(ctx: &Ctx, about: About, given: Fields) -> Result<Done> {
    let (change, case) = at(ctx, about, Step::Revise).await?;
    let mut row = touched(&change, &case);
    let desk = Desk::of(ctx, case.row.organization_id).await?;
    let fields = desk.fields(&*change, &case.row).await?;
    row.revision_writers = None;
    row.returned_reason = None;
    revise_with(ctx, &desk, &mut row, Revision { fields, ..Revision::default() }, given)?;
    done(ctx, change, case, row, None, entry("reviseResearchOutput", about.id)).await
}

/// Hands a draft or a revision to a second person.
pub(super) async fn submit(ctx: &Ctx, about: About) -> Result<Done> {
    let (change, case) = at(ctx, about, Step::Submit).await?;
    let desk = Desk::of(ctx, case.row.organization_id).await?;
    check_complete(&under_work(&desk, &change, &case).await?)?;
    let mut row = touched(&change, &case);
    row.submitted_at = Some(ctx.now());
    row.submitted_by = Some(member(&ctx.viewer)?.id);
    row.returned_reason = None;
    put_state(&mut row, &case, State::Submitted);
    let entry = entry("submitResearchOutput", about.id).saying("SUBMITTED");
    done(ctx, change, case, row, None, entry).await
}

/// What the draft or revision says.
pub(super) async fn under_work(desk: &Desk, change: &Change<'_>, case: &Case) -> Result<Draft> {
    let fields = if case.is_revised() {
        Revision::of(&case.row)?.fields
    } else {
        desk.fields(&**change, &case.row).await?
    };
    desk.read(&fields, &case.row.external_id, "")
}

/// Lets the text under work be in a state.
fn put_state(row: &mut ResearchOutput, case: &Case, state: State) {
    if case.is_revised() {
        row.revision_state = Some(state);
    } else {
        row.state = state;
    }
}

/// Gives a draft or a revision back, with a reason. A second person does, or whoever handed it in thinks again.
pub(super) async fn give_back(ctx: &Ctx, about: About, why: &str) -> Result<Done> {
    let why = reason(why)?;
    let (change, case) = at(ctx, about, Step::Return).await?;
    let mut row = touched(&change, &case);
    row.returned_reason = Some(why);
    row.submitted_at = None;
    row.submitted_by = None;
    put_state(&mut row, &case, State::Returned);
    let entry = entry("returnResearchOutput", about.id).saying("RETURNED");
    done(ctx, change, case, row, None, entry).await
}

/// Gives up a revision, or a draft that was never shown: that one is kept for its organization as withdrawn, and as there
/// was nobody who could see it, there is nothing left of it for others.
pub(super) async fn discard(ctx: &Ctx, about: About) -> Result<Done> {
    let (change, case) = at(ctx, about, Step::Discard).await?;
    let mut row = touched(&change, &case);
    if case.is_revised() {
        drop_revision(&mut row);
    } else {
        row.state = State::Withdrawn;
        row.withdrawn_on = Some(ctx.today);
        row.withdrawal_reason = Some("discarded before it was shown 未发布即放弃".to_owned());
    }
    done(ctx, change, case, row, None, entry("discardResearchOutputDraft", about.id)).await
}

/// Leaves a row without a revision.
pub(super) fn drop_revision(row: &mut ResearchOutput) {
    row.revision = None;
    row.revision_state = None;
    row.revision_writers = None;
    row.returned_reason = None;
    row.submitted_at = None;
    row.submitted_by = None;
}
