//! When who asked is forgotten, what was begun from their case forgets them too: nobody could find them in it any more.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel, QueryFilter, Set, entity::prelude::*};

use super::{
    AnswerDraft, AnsweredQuestion, area_entity, content::Content, draft_entity, entity,
    findings::without, store,
};
use crate::{
    access::{Guarded, Scope},
    deidentification::{Confidential, Enterprises, Finding, Kind, find},
    error::Result,
    outbox::{Note, Subject},
};

/// Takes what would tell who asked out of every text that was begun from a case, and gives what there is to tell of it.
/// What others read was looked through while the asker was known, and holds nothing of it; a draft may, and so may one
/// that was given up.
pub async fn forget(
    db: &impl ConnectionTrait,
    consultation: Uuid,
    confidential: &Confidential,
    now: DateTime<Utc>,
) -> Result<Vec<Note>> {
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::ConsultationId.eq(consultation))
        .all(db)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let drafts = draft_entity::Entity::visible_to(&Scope::Service)
        .filter(draft_entity::Column::AnsweredQuestionId.is_in(ids.clone()))
        .all(db)
        .await?;
    let nobody_else = Enterprises::new::<&str>([])?;
    let masked = |text: &str| {
        let mut found: Vec<Finding> = find(&[("text", text)], confidential, &nobody_else);
        found.retain(|finding| finding.kind == Kind::Confidential);
        without(text, &found)
    };
    let mut told: HashMap<Uuid, Note> = HashMap::new();
    for draft in drafts {
        let content = Content::of_draft(&draft)?;
        let forgetful = content.with_texts(masked);
        if forgetful != content {
            told.insert(draft.answered_question_id, note(draft.answered_question_id, &draft));
            rewrite_draft(db, draft, &forgetful, now).await?;
        }
    }
    let citations = super::citations(db, ids.clone()).await?;
    let areas = super::area_ids(db, ids).await?;
    for row in rows {
        let citations = citations.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let areas = areas.get(&row.id).cloned().unwrap_or_default();
        let content = Content::of_row(&row, areas, citations);
        let forgetful = content.with_texts(masked);
        if forgetful != content {
            let tokens = store::tokens(&row);
            let subject = Subject::AnsweredQuestion;
            let after = tokens.clone();
            told.insert(row.id, Note { subject, id: row.id, before: tokens, after });
            rewrite_row(db, row, &forgetful, now).await?;
        }
    }
    Ok(told.into_values().collect())
}

fn note(id: Uuid, draft: &AnswerDraft) -> Note {
    let tokens = vec![draft.audience_token.clone(), draft.owner_token.clone()];
    Note { subject: Subject::AnsweredQuestion, id, before: tokens.clone(), after: tokens }
}

async fn rewrite_draft(
    db: &impl ConnectionTrait,
    draft: AnswerDraft,
    content: &Content,
    now: DateTime<Utc>,
) -> Result<()> {
    let set = draft_entity::ActiveModel {
        version: Set(draft.version + 1),
        updated_at: Set(now),
        ..content.as_draft()?
    };
    let this = draft_entity::Column::Id.eq(draft.id);
    draft_entity::Entity::update_many().set(set).filter(this).exec(db).await?;
    Ok(())
}

async fn rewrite_row(
    db: &impl ConnectionTrait,
    row: AnsweredQuestion,
    content: &Content,
    now: DateTime<Utc>,
) -> Result<()> {
    let set = entity::ActiveModel {
        version: Set(row.version + 1),
        updated_at: Set(now),
        ..content.as_row()
    };
    let this = entity::Column::Id.eq(row.id);
    entity::Entity::update_many().set(set).filter(this).exec(db).await?;
    store::clear_areas_and_citations(db, vec![row.id]).await?;
    let areas = content.areas.iter().map(|area_id| {
        area_entity::Model { answered_question_id: row.id, area_id: *area_id }.into_active_model()
    });
    store::insert_rows::<area_entity::Entity, _>(db, areas.collect()).await?;
    let citations =
        content.citations_of(row.id).into_iter().map(IntoActiveModel::into_active_model);
    store::insert_rows::<super::citation_entity::Entity, _>(db, citations.collect()).await
}
