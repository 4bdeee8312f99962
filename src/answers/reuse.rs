//! That an answered question served another station: counted, and told to the index, which ranks by it.

use sea_orm::{ExprTrait as _, QueryFilter, entity::prelude::*};

use super::{AnsweredQuestion, entity};
use crate::{
    change::Change,
    error::Result,
    outbox::{Note, Subject},
};

/// Counts one reuse of each. What they say stays as it was, so their versions do.
pub async fn count_reuse(change: &mut Change<'_>, reused: &[AnsweredQuestion]) -> Result<()> {
    use entity::{Column, Entity};
    if reused.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::ReuseCount, Expr::col(Column::ReuseCount).add(1))
        .filter(Column::Id.is_in(reused.iter().map(|row| row.id)))
        .exec(&**change)
        .await?;
    for row in reused {
        let tokens = vec![row.audience_token.clone(), row.owner_token.clone()];
        let subject = Subject::AnsweredQuestion;
        change.note(Note { subject, id: row.id, before: tokens.clone(), after: tokens });
    }
    Ok(())
}
