//! The register of members: who is on it, and what must hold before somebody gets in.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    IntoActiveModel as _, QueryFilter, QueryOrder as _, QuerySelect as _, SqlErr,
    entity::prelude::*,
};

use super::{
    Employment, Member, MemberState, Post, area_entity, member_entity, passwords, posts::Places,
};
use crate::{
    access::{Guarded, Role, Scope},
    error::{Error, Result, RuleCode},
    ids::new_id,
    language::Text,
    organizations, stations,
};

/// Somebody who is to be put on the register.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The name to sign in with.
    pub login: String,
    /// What people call them.
    pub name: String,
    /// What they are there for.
    pub role: Role,
    /// The station of staff and heads.
    pub station: Option<Uuid>,
    /// The district of a district's officer.
    pub district: Option<Uuid>,
    /// The organization of a tech-transfer office.
    pub organization: Option<Uuid>,
    /// How they are employed.
    pub employment: Option<Employment>,
    /// The day on which they signed the undertaking of confidentiality.
    pub undertaking_signed_on: Option<NaiveDate>,
    /// The areas that they know about.
    pub areas: Vec<Uuid>,
    /// Their first password; without one they sign in by single sign-on.
    pub password: Option<String>,
}

/// A login as it is stored: without the differences that people do not see.
pub(super) fn normal_login(login: &str) -> String {
    login.trim().to_lowercase()
}

fn check_login(login: &str) -> Result<String> {
    let login = normal_login(login);
    let fits = (2..=128).contains(&login.chars().count());
    let plain = login.chars().all(|ch| ch.is_alphanumeric() || "._-@+".contains(ch));
    if fits && plain {
        return Ok(login);
    }
    let reason = Text::new(
        "a login has 2 to 128 letters, digits or the signs . _ - @ +",
        "登录名为 2 至 128 个字母、数字、汉字或 . _ - @ + 符号",
    );
    Err(Error::invalid("login", reason))
}

/// A name as it is stored.
pub(super) fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        let reason = Text::new("a name has 1 to 100 characters", "姓名为 1 至 100 个字");
        return Err(Error::invalid("name", reason));
    }
    Ok(name.to_owned())
}

/// An enrolment that has been looked at. Its password is hashed already: that takes a while, and nobody who wants to
/// write should wait for it.
#[derive(Debug)]
pub struct Checked {
    enrolment: Enrolment,
    login: String,
    name: String,
    password_hash: Option<String>,
}

impl Enrolment {
    /// Looks at what was given.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a login that is none, a place that does not go with the role, a weak password.
    pub async fn checked(self) -> Result<Checked> {
        let login = check_login(&self.login)?;
        let name = check_name(&self.name)?;
        Post::from(&self).check(["station", "district", "organization"])?;
        let password_hash = match &self.password {
            Some(password) => Some(new_hash(password, &login).await?),
            None => None,
        };
        Ok(Checked { enrolment: self, login, name, password_hash })
    }
}

/// The hash of a new password, if it is a strong one.
pub async fn new_hash(password: &str, login: &str) -> Result<String> {
    passwords::check_strength(password, login)?;
    passwords::hash(password).await
}

/// Puts somebody on the register: at work from the first day where the undertaking has been signed, enrolled otherwise.
/// Gives the row as it was written.
///
/// # Errors
/// [`Error::Rule`] for a login that is taken.
pub async fn enrol(
    db: &impl ConnectionTrait,
    checked: Checked,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Member> {
    let Checked { enrolment, login, name, password_hash } = checked;
    let taken = member_entity::Entity::visible_to(&Scope::Service)
        .filter(member_entity::Column::Login.eq(&login))
        .one(db)
        .await?;
    if taken.is_some() {
        return Err(login_taken());
    }
    let state = match enrolment.undertaking_signed_on {
        Some(_) => MemberState::Active,
        None => MemberState::Enrolled,
    };
    let member = Member {
        id: new_id(),
        version: 1,
        created_at: now,
        created_by: Some(by.to_owned()),
        updated_at: now,
        updated_by: Some(by.to_owned()),
        login,
        name,
        role: enrolment.role,
        station_id: enrolment.station,
        district_id: enrolment.district,
        organization_id: enrolment.organization,
        employment: enrolment.employment,
        state,
        state_reason: None,
        undertaking_signed_on: enrolment.undertaking_signed_on,
        password_hash,
    };
    let row = member.clone().into_active_model();
    // Of two that come at once, the table itself refuses the second.
    let inserted = member_entity::Entity::insert(row).exec_without_returning(db).await;
    inserted.map_err(|fault| match fault.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => login_taken(),
        _ => fault.into(),
    })?;
    keep_areas(db, member.id, enrolment.areas).await?;
    Ok(member)
}

fn login_taken() -> Error {
    let reason = Text::new("this login is taken; choose another", "该登录名已被使用，请另选一个");
    Error::rule(RuleCode::AlreadyThere, "login", reason)
}

/// Finds the member of a login, however it is written.
pub async fn by_login(db: &impl ConnectionTrait, login: &str) -> Result<Option<Member>> {
    let member = member_entity::Entity::visible_to(&Scope::Service)
        .filter(member_entity::Column::Login.eq(normal_login(login)));
    Ok(member.one(db).await?)
}

/// The whole register, by logins, each with the code of the place.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<(Member, Option<String>)>> {
    let members = member_entity::Entity::visible_to(&Scope::Service)
        .order_by_asc(member_entity::Column::Login)
        .all(db)
        .await?;
    let posts: Vec<Post> = members.iter().map(Post::from).collect();
    let places = Places::load(db, &posts).await?;
    let place = |member: Member| {
        let place = places.code(&Post::from(&member)).map(str::to_owned);
        (member, place)
    };
    Ok(members.into_iter().map(place).collect())
}

/// How many people of the tech-transfer offices of these organizations get in, by organization.
pub async fn active_publishers(
    db: &impl ConnectionTrait,
    organizations: Vec<Uuid>,
) -> Result<HashMap<Uuid, u64>> {
    use member_entity::Column;
    let counts: Vec<(Option<Uuid>, i64)> = member_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(Column::OrganizationId)
        .column_as(Column::Id.count(), "people")
        .filter(Column::OrganizationId.is_in(organizations))
        .filter(Column::Role.eq(Role::TechTransfer))
        .filter(Column::State.eq(MemberState::Active))
        .filter(Column::UndertakingSignedOn.is_not_null())
        .group_by(Column::OrganizationId)
        .into_tuple()
        .all(db)
        .await?;
    let count = |(id, people): (Option<Uuid>, i64)| Some((id?, u64::try_from(people).unwrap_or(0)));
    Ok(counts.into_iter().filter_map(count).collect())
}

/// Lets the register say these areas of a member, and no others.
pub(super) async fn keep_areas(
    db: &impl ConnectionTrait,
    member_id: Uuid,
    mut areas: Vec<Uuid>,
) -> Result<()> {
    area_entity::Entity::delete_many()
        .filter(area_entity::Column::MemberId.eq(member_id))
        .exec(db)
        .await?;
    areas.sort_unstable();
    areas.dedup();
    let row = |area_id| area_entity::Model { member_id, area_id }.into_active_model();
    let rows: Vec<_> = areas.into_iter().map(row).collect();
    if !rows.is_empty() {
        area_entity::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// The place that a command line or a file names by codes.
#[derive(Clone, Debug, Default)]
pub struct PlaceCodes {
    /// The code of a station.
    pub station: Option<String>,
    /// The code of a district.
    pub district: Option<String>,
    /// The code of an organization.
    pub organization: Option<String>,
}

impl PlaceCodes {
    /// The ids behind the codes, as an enrolment wants them: station, district, organization.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the code that nothing has.
    pub async fn ids(
        &self,
        db: &impl ConnectionTrait,
    ) -> Result<(Option<Uuid>, Option<Uuid>, Option<Uuid>)> {
        let unknown = |field: &'static str, code: &str| {
            let reason = Text::new(
                format!("there is nothing with the code {code:?}"),
                format!("没有代码为“{code}”的对象"),
            );
            Error::invalid(field, reason)
        };
        let station = match &self.station {
            Some(code) => {
                let found = stations::by_code(db, code).await?;
                Some(found.ok_or_else(|| unknown("station", code))?.id)
            }
            None => None,
        };
        let district = match &self.district {
            Some(code) => {
                let found = stations::district_by_code(db, code).await?;
                Some(found.ok_or_else(|| unknown("district", code))?.id)
            }
            None => None,
        };
        let organization = match &self.organization {
            Some(code) => {
                let mut found = organizations::by_codes(db, vec![code.clone()]).await?;
                Some(found.remove(code).ok_or_else(|| unknown("organization", code))?.id)
            }
            None => None,
        };
        Ok((station, district, organization))
    }
}
