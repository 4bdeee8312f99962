//! What follows when a station or an organization moves to another district: what it shares with its district is shared
//! with the new one from then on, and no longer with the old one.

use chrono::NaiveDate;
use sea_orm::{ExprTrait as _, QueryFilter, QuerySelect, entity::prelude::*};

use crate::{
    access::{Audience, Guarded, Scope, district_token, organization_token, station_token},
    answers,
    error::Result,
    organizations,
    outbox::{Note, Subject, Write},
    research,
    stations::Station,
};

/// A move from one district to another, by their codes.
#[derive(Clone, Copy, Debug)]
pub struct Move<'a> {
    /// Where it was.
    pub from: &'a str,
    /// Where it is now; if that is not known, nobody but the owner is meant.
    pub to: Option<&'a str>,
    /// Whether what moves is hidden from both districts, so that neither is told of it.
    pub secret: bool,
}

impl Move<'_> {
    fn after(self, owner: &str) -> String {
        Audience::District.token(owner, self.to)
    }
}

/// Opens a station's answers to its new district, what they said before included.
pub async fn station_moved(write: &mut Write, station: &Station, moved: Move<'_>) -> Result<()> {
    use answers::{draft_entity, entity, report_entity, version_entity};
    let owner = &station_token(&station.code);
    let of_station = entity::Column::StationId.eq(station.id);
    let columns = (entity::Column::Id, entity::Column::AudienceToken);
    let (subject, filter) = (Subject::AnsweredQuestion, of_station);
    retoken::<entity::Entity>(write, subject, filter, columns, owner, moved).await?;
    // What is seen only with its answer, or by the people who work on it, is told of by nobody else.
    let (versions, drafts, reports) = (
        version_entity::Column::OwnerToken,
        draft_entity::Column::OwnerToken,
        report_entity::Column::OwnerToken,
    );
    let audience = version_entity::Column::AudienceToken;
    follow::<version_entity::Entity>(write, versions, audience, owner, moved).await?;
    let audience = draft_entity::Column::AudienceToken;
    follow::<draft_entity::Entity>(write, drafts, audience, owner, moved).await?;
    let audience = report_entity::Column::AudienceToken;
    follow::<report_entity::Entity>(write, reports, audience, owner, moved).await
}

/// Opens an owner's rows to the new district, without a word to the log.
async fn follow<E: Guarded>(
    write: &Write,
    owned_by: E::Column,
    audience: E::Column,
    owner: &str,
    moved: Move<'_>,
) -> Result<()> {
    E::update_many()
        .col_expr(audience, Expr::value(moved.after(owner)))
        .filter(owned_by.eq(owner))
        .filter(audience.eq(district_token(moved.from)))
        .exec(&**write)
        .await?;
    Ok(())
}

/// Opens an organization's outputs and resources to its new district. Of what is under embargo only the owner is told.
pub async fn organization_moved(
    write: &mut Write,
    organization: Uuid,
    moved: Move<'_>,
    today: NaiveDate,
) -> Result<()> {
    use organizations::resource_entity as resource;
    use research::{entity as output, version_entity as former};
    let owner = &organization_token(organization);
    let columns = (output::Column::Id, output::Column::AudienceToken);
    let subject = Subject::ResearchOutput;
    let filter = output::Column::OrganizationId.eq(organization);
    let hidden = filter.clone().and(output::Column::EmbargoUntil.gt(today));
    let secret = Move { secret: true, ..moved };
    retoken::<output::Entity>(write, subject, hidden, columns, owner, secret).await?;
    retoken::<output::Entity>(write, subject, filter, columns, owner, moved).await?;
    // What they said before is seen with the output only, so that nobody need be told.
    let (owned, audience) = (former::Column::OwnerToken, former::Column::AudienceToken);
    follow::<former::Entity>(write, owned, audience, owner, moved).await?;
    let columns = (resource::Column::Id, resource::Column::AudienceToken);
    let (subject, filter) = (Subject::Resource, resource::Column::OrganizationId.eq(organization));
    retoken::<resource::Entity>(write, subject, filter, columns, owner, moved).await?;
    Ok(())
}

async fn retoken<E: Guarded>(
    write: &mut Write,
    subject: Subject,
    filter: Expr,
    (id, audience): (E::Column, E::Column),
    owner: &str,
    moved: Move<'_>,
) -> Result<()>
where
    E::Model: Send + Sync,
{
    let (before, after) = (district_token(moved.from), moved.after(owner));
    let ids: Vec<Uuid> = E::visible_to(&Scope::Service)
        .select_only()
        .column(id)
        .filter(filter.clone())
        .filter(audience.eq(before.clone()))
        .into_tuple()
        .all(&**write)
        .await?;
    E::update_many()
        .col_expr(audience, Expr::value(after.clone()))
        .filter(filter)
        .filter(audience.eq(before.clone()))
        .exec(&**write)
        .await?;
    for id in ids {
        let (before, after) = (before.clone(), after.clone());
        let told = |token| if moved.secret { Vec::new() } else { vec![token] };
        let with_owner = |tokens: Vec<String>| [tokens, vec![owner.to_owned()]].concat();
        let (before, after) = (with_owner(told(before)), with_owner(told(after)));
        write.note(Note { subject, id, before, after });
    }
    Ok(())
}
