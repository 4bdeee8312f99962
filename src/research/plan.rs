//! What becomes of the rows that an office brings: looked at the same way for the preview and when they are taken in.
//!
//! Nothing is published by a file. A new row becomes a draft; one that is there and not shown yet is changed; beside one
//! that is shown a revision is laid. What a person has changed here stays, and is told; what is the same work under
//! another id is not taken a second time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter, entity::prelude::*};
use serde_json::{Value, json};

use super::{
    ResearchOutput, RowOutcome, State, area_ids,
    case::with_writer,
    content::{Desk, Fields, Revision, canonical, text_of},
    duplicates::{SameBy, Works},
    entity,
    import::{Draft, Saying, edited, fill, fresh, merge},
    write::Rewritten,
};
use crate::{
    access::{Guarded, Scope},
    error::{Error, Result},
    ids::new_id,
};

/// The columns that a file may change.
const COLUMNS: &[&str] = &[
    "title",
    "abstract",
    "kind",
    "trl",
    "ipStatus",
    "patents",
    "clinicalStage",
    "trialIds",
    "cooperationModes",
    "areas",
    "contributors",
    "completedOn",
    "publishedOn",
    "embargoUntil",
    "audience",
    "doi",
    "identifiers",
    "advantages",
    "contact",
];

/// Who takes a file in, and when.
#[derive(Clone, Debug)]
pub(super) struct Taker {
    /// As rows remember it.
    pub(super) actor: String,
    /// The member.
    pub(super) member: Uuid,
    /// The instant.
    pub(super) now: DateTime<Utc>,
}

/// What is to become of a row.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) outcome: RowOutcome,
    /// The output that it is about, or will be.
    pub(super) output: Option<Uuid>,
    /// What stays though the row says otherwise: column, what is there, what the row says.
    pub(super) conflicts: Value,
    /// What is the same work.
    pub(super) duplicates: Value,
    /// What is written, where something is.
    pub(super) rewritten: Option<Rewritten>,
}

/// What a file is looked at against.
pub(super) struct Planner<'a> {
    desk: &'a Desk,
    taker: &'a Taker,
    works: Works,
    /// The lines of the rows that would be new.
    lines: HashMap<Uuid, u64>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(desk: &'a Desk, taker: &'a Taker) -> Self {
        Self { desk, taker, works: Works::default(), lines: HashMap::new() }
    }

    /// What is to become of some rows, each with its line; with a few statements for all of them.
    pub(super) async fn plan(
        &mut self,
        db: &impl ConnectionTrait,
        drafts: Vec<(u64, Draft)>,
    ) -> Result<Vec<Planned>> {
        let Some(organization) = drafts.first().map(|(_, draft)| draft.organization) else {
            return Ok(Vec::new());
        };
        let ids = drafts.iter().map(|(_, draft)| draft.external_id.as_str());
        let rows = entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::OrganizationId.eq(organization))
            .filter(entity::Column::ExternalId.is_in(ids))
            .all(db)
            .await?;
        let areas = area_ids(db, rows.iter().map(|row| row.id).collect()).await?;
        let mut there: HashMap<String, ResearchOutput> =
            rows.into_iter().map(|row| (row.external_id.clone(), row)).collect();
        let new: Vec<ResearchOutput> = drafts
            .iter()
            .filter(|(_, draft)| !there.contains_key(&draft.external_id))
            .map(|(_, draft)| self.fresh(draft.clone()))
            .collect();
        self.works.merge(Works::load(db, &new).await?);
        let mut planned = Vec::with_capacity(drafts.len());
        for (line, draft) in drafts {
            planned.push(match there.remove(&draft.external_id) {
                None => self.added(line, draft),
                Some(old) => {
                    let areas = areas.get(&old.id).map(Vec::as_slice).unwrap_or_default();
                    self.changed(old, areas, draft)?
                }
            });
        }
        Ok(planned)
    }

    /// A new draft of what a row says.
    fn fresh(&self, draft: Draft) -> ResearchOutput {
        let Taker { actor, member, now } = self.taker;
        let mut row = fresh(new_id(), draft.organization, Some(actor.clone()), *now);
        row.author_id = Some(*member);
        row.writers = Some(with_writer(None, *member));
        fill(&mut row, draft);
        row
    }

    fn added(&mut self, line: u64, draft: Draft) -> Planned {
        let areas = draft.areas.clone();
        let row = self.fresh(draft);
        let same = self.works.same_as(&row);
        if same.is_empty() {
            self.works.add(&row);
            self.lines.insert(row.id, line);
            let output = Some(row.id);
            let rewritten = Rewritten { before: None, after: row, areas: Some(areas) };
            return Planned { output, rewritten: Some(rewritten), ..Planned::of(RowOutcome::New) };
        }
        let told = |(id, by): &(Uuid, SameBy)| {
            let by = match by {
                SameBy::Number => "NUMBER",
                SameBy::Title => "TITLE",
            };
            match self.lines.get(id) {
                Some(line) => json!({ "line": line, "by": by }),
                None => json!({ "researchOutput": id, "by": by }),
            }
        };
        let duplicates = Value::Array(same.iter().map(told).collect());
        Planned { duplicates, ..Planned::of(RowOutcome::Duplicate) }
    }

    fn changed(&self, old: ResearchOutput, areas: &[Uuid], draft: Draft) -> Result<Planned> {
        match old.state {
            State::Draft | State::Returned => self.written_over(old, areas, draft),
            // It was given up before anybody saw it, and comes back.
            State::Withdrawn if old.former_token.is_none() => self.written_over(old, areas, draft),
            State::Published | State::Negotiating
                if old.revision_state != Some(State::Submitted) =>
            {
                self.laid_beside(old, areas, draft)
            }
            // A second person is looking at it, or it has been handed over or taken back.
            State::Submitted
            | State::Published
            | State::Negotiating
            | State::Transferred
            | State::Withdrawn => Ok(Planned::standing_against(&old)),
        }
    }

    /// A draft says what the row says.
    fn written_over(&self, old: ResearchOutput, areas: &[Uuid], draft: Draft) -> Result<Planned> {
        let present = self.present(&old, areas);
        let laid = self.laid(&present, &edited(&old), &draft);
        let Laid { fields, changed, conflicts } = laid;
        let back = old.state == State::Withdrawn;
        if !changed && !back {
            return Ok(Planned::nothing_new(&old, conflicts));
        }
        let said = match self.desk.read(&fields, &old.external_id, "") {
            Ok(said) => said,
            // What is there does not go with the rest any more, such as an area that is gone.
            Err(Error::Invalid { field, .. }) => {
                let conflicts = json!([{ "column": field, "present": null, "given": null }]);
                let planned = Planned::of(RowOutcome::Conflict);
                return Ok(Planned { output: Some(old.id), conflicts, ..planned });
            }
            Err(fault) => return Err(fault),
        };
        let areas = said.areas.clone();
        let mut row = old.clone();
        fill(&mut row, said);
        row.raw_record = draft.raw_record;
        row.source_format = draft.source_format;
        row.state = State::Draft;
        row.withdrawn_on = None;
        row.withdrawal_reason = None;
        row.updated_by = Some(self.taker.actor.clone());
        row.writers = Some(with_writer(row.writers.as_ref(), self.taker.member));
        let output = Some(old.id);
        let rewritten = Rewritten { before: Some(old), after: row, areas: Some(areas) };
        let planned = Planned::of(RowOutcome::Update);
        Ok(Planned { output, conflicts, rewritten: Some(rewritten), ..planned })
    }

    /// A revision beside what is shown says what the row says.
    fn laid_beside(&self, old: ResearchOutput, areas: &[Uuid], draft: Draft) -> Result<Planned> {
        let mut revision = Revision::of(&old)?;
        let begun = old.revision.is_some();
        if !begun {
            revision.fields = self.present(&old, areas);
        }
        let mut own = edited(&old);
        own.extend(revision.edited.iter().cloned());
        let Laid { fields, changed, conflicts } = self.laid(&revision.fields, &own, &draft);
        if !changed {
            return Ok(Planned::nothing_new(&old, conflicts));
        }
        revision.fields = fields;
        revision.raw_record = draft.raw_record;
        let mut row = old.clone();
        row.revision = Some(revision.column()?);
        row.revision_state = Some(State::Draft);
        let writers = row.revision_writers.as_ref().filter(|_| begun);
        row.revision_writers = Some(with_writer(writers, self.taker.member));
        row.updated_by = Some(self.taker.actor.clone());
        let output = Some(old.id);
        let rewritten = Rewritten { before: Some(old), after: row, areas: None };
        let planned = Planned::of(RowOutcome::Update);
        Ok(Planned { output, conflicts, rewritten: Some(rewritten), ..planned })
    }

    /// What an output says, its areas included.
    fn present(&self, row: &ResearchOutput, areas: &[Uuid]) -> Fields {
        let areas = self.desk.known.area_codes(areas);
        text_of(super::import::fields_of(row, &self.desk.code, areas))
    }

    /// What a row says, laid over what is there.
    fn laid(&self, present: &Fields, own: &[String], draft: &Draft) -> Laid {
        let mut given = canonical(self.desk, draft.clone());
        if let Some(parts) = &draft.contact_parts {
            let contact = contact_of_parts(present.get("contact"), given.get("contact"), parts);
            given.remove("contact");
            given.extend(contact.map(|contact| ("contact".to_owned(), contact)));
        }
        let saying = Saying { fields: &given, columns: Some(&draft.said) };
        let merged = merge(present, saying, own, COLUMNS);
        let conflict = |column: &&str| {
            let value = |of: &Fields| of.get(*column).cloned().unwrap_or_default();
            json!({ "column": column, "present": value(present), "given": value(&given) })
        };
        let conflicts = Value::Array(merged.conflicts.iter().map(conflict).collect());
        Laid { changed: !merged.changed.is_empty(), fields: merged.fields, conflicts }
    }
}

/// The contact that is there, with those parts in the place of its own of which a row says anything.
fn contact_of_parts(
    present: Option<&Value>,
    given: Option<&Value>,
    parts: &[&str],
) -> Option<Value> {
    let object = |value: &Value| value.as_object().cloned();
    let mut contact = present.and_then(object).unwrap_or_default();
    let given = given.and_then(object).unwrap_or_default();
    contact.retain(|part, _| !parts.contains(&part.as_str()));
    contact.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
    (!contact.is_empty()).then_some(Value::Object(contact))
}

/// What comes of a row and of what is there.
struct Laid {
    fields: Fields,
    changed: bool,
    conflicts: Value,
}

impl Planned {
    fn of(outcome: RowOutcome) -> Self {
        let none = || Value::Array(Vec::new());
        Self { outcome, output: None, conflicts: none(), duplicates: none(), rewritten: None }
    }

    /// The state of what is there stands against the row.
    fn standing_against(old: &ResearchOutput) -> Self {
        let state = match old.revision_state.filter(|_| old.state.is_shown()) {
            Some(revision) => revision.to_value(),
            None => old.state.to_value(),
        };
        let conflicts = json!([{ "column": "state", "present": state, "given": null }]);
        Self { output: Some(old.id), conflicts, ..Self::of(RowOutcome::Conflict) }
    }

    fn nothing_new(old: &ResearchOutput, conflicts: Value) -> Self {
        let conflicting = conflicts.as_array().is_some_and(|conflicts| !conflicts.is_empty());
        let outcome = if conflicting { RowOutcome::Conflict } else { RowOutcome::Unchanged };
        Self { output: Some(old.id), conflicts, ..Self::of(outcome) }
    }
}
