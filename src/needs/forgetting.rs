//! When who asked is forgotten, a need that was raised from their case forgets them too: nobody could find them in it any
//! more. What others saw was looked through while the asker was known; a draft may name them still.

use sea_orm::{QueryFilter, entity::prelude::*};

use super::{entity, store};
use crate::{
    access::{Guarded, Scope},
    answers::without_findings,
    deidentification::{Confidential, Enterprises, Finding, Kind, find},
    error::Result,
    outbox::Write,
};

/// Takes what would tell who asked out of every need that was raised from a case, with the notes of that.
pub async fn forget(
    write: &mut Write,
    consultation: Uuid,
    confidential: &Confidential,
    now: DateTimeUtc,
) -> Result<()> {
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::ConsultationId.eq(consultation))
        .all(&**write)
        .await?;
    let nobody_else = Enterprises::new::<&str>([])?;
    let masked = |text: &str| {
        let mut found: Vec<Finding> = find(&[("text", text)], confidential, &nobody_else);
        found.retain(|finding| finding.kind == Kind::Confidential);
        without_findings(text, &found)
    };
    for old in rows {
        let mut row = old.clone();
        row.title = old.title.as_deref().map(masked);
        row.text = masked(&old.text);
        if row != old {
            row.updated_at = now;
            store::write(write, &old, row).await?;
        }
    }
    Ok(())
}
