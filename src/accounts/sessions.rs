//! Signing in, staying in, signing out.
//!
//! A session begins with a password and hands out two tokens: an access token for the requests, short-lived, and a
//! refresh token that is good once, for the next pair. A refresh token that comes a second time was copied by somebody:
//! the whole session ends, for nobody can tell who of the two is the thief (RFC 9700, section 4.14.2).

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ExprTrait as _, IntoActiveModel as _, QueryFilter, QueryOrder, QuerySelect, entity::prelude::*,
    sea_query::OnConflict,
};

use super::{
    Member, Subject, failure_entity, identify, member_entity, passwords, place_entity,
    refresh_entity,
    register::normal_login,
    session_entity,
    throttle::{self, Decision, Failures},
};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    audit::Entry,
    change::Change,
    error::{Error, Result, RuleCode},
    ids::{NodeKind, new_id},
    language::Text,
};

/// What a session hands out.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For the `Authorization` header.
    pub access: String,
    /// When the access token ends.
    pub access_ends_at: DateTime<Utc>,
    /// For the next pair, once.
    pub refresh: String,
    /// When the refresh token ends.
    pub refresh_ends_at: DateTime<Utc>,
    /// Whose they are.
    pub member: Uuid,
}

/// Begins a session.
///
/// # Errors
/// [`Error::Rule`] with [`RuleCode::WrongCredentials`], the same in word and time whether the login is unknown, the
/// password wrong, or the member kept out; [`Error::TooMany`] after too many attempts.
pub(super) async fn sign_in(ctx: &Ctx, login: &str, password: &str) -> Result<Tokens> {
    let login = normal_login(login);
    let attempt = Attempt::of(ctx, &login);
    let member = member_entity::Entity::visible_to(&Scope::Service)
        .filter(member_entity::Column::Login.eq(&login))
        .one(ctx.db())
        .await?;
    attempt.enter(ctx, member.as_ref().map(|member| member.id)).await?;
    let hash = member.as_ref().and_then(|member| member.password_hash.as_deref());
    let right = passwords::verify(password, hash).await?;
    let member = member.filter(|member| right && identify::may_enter(member));
    let member = member.ok_or_else(wrong_credentials)?;
    let write = ctx.app.db.write().await?;
    // Somebody may have been let go, or been given another password, while this one was looked at.
    let now = super::by_id(&*write, member.id).await?.filter(identify::may_enter);
    let member = now
        .filter(|now| now.password_hash == member.password_hash)
        .ok_or_else(wrong_credentials)?;
    attempt.succeeded(&*write, &member, ctx.now()).await?;
    let tokens = begin(ctx, &*write, member.id).await?;
    write.commit(ctx.now()).await?;
    tracing::info!(member.id = %member.id, "signed in");
    Ok(tokens)
}

/// Begins a session of a member who has shown who they are.
pub async fn begin(ctx: &Ctx, db: &impl ConnectionTrait, member_id: Uuid) -> Result<Tokens> {
    let now = ctx.now();
    let session = session_entity::Model {
        id: new_id(),
        member_id,
        begun_at: now,
        ends_at: now + ctx.app.accounts.settings.session_life,
        ended_at: None,
        ended_for: None,
    };
    session_entity::Entity::insert(session.clone().into_active_model())
        .exec_without_returning(db)
        .await?;
    hand_out(ctx, db, &session).await
}

fn wrong_credentials() -> Error {
    let reason = Text::new(
        "login and password do not belong together, or the account is not open",
        "登录名与密码不匹配，或该账户未启用",
    );
    Error::rule(RuleCode::WrongCredentials, "login", reason)
}

/// The next pair of tokens for a refresh token.
///
/// # Errors
/// [`Error::SignInEnded`] where the token is unknown, used, or its session has ended.
pub(super) async fn refresh(ctx: &Ctx, token: &str) -> Result<Tokens> {
    use refresh_entity::{Column, Entity};
    let write = ctx.app.db.write().await?;
    let now = ctx.now();
    let digest = passwords::digest(token);
    // Of two that come with the same token at once, one changes the row.
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Some(now)))
        .filter(Column::Digest.eq(&digest))
        .filter(Column::UsedAt.is_null())
        .exec(&*write)
        .await?;
    let row = Entity::visible_to(&Scope::Service)
        .filter(Column::Digest.eq(&digest))
        .one(&*write)
        .await?
        .ok_or(Error::SignInEnded)?;
    if used.rows_affected == 0 {
        end(&*write, row.session_id, "REFRESH_TOKEN_REUSED", now).await?;
        write.commit(now).await?;
        tracing::warn!(session.id = %row.session_id, "a refresh token came twice: its session is ended");
        return Err(Error::SignInEnded);
    }
    let session = session_entity::Entity::visible_to(&Scope::Service)
        .filter(session_entity::Column::Id.eq(row.session_id))
        .one(&*write)
        .await?;
    let session = session.filter(|session| {
        session.ended_at.is_none() && session.ends_at > now && row.expires_at > now
    });
    let session = session.ok_or(Error::SignInEnded)?;
    let member = super::by_id(&*write, session.member_id).await?;
    if !member.as_ref().is_some_and(identify::may_enter) {
        return Err(Error::SignInEnded);
    }
    let tokens = hand_out(ctx, &*write, &session).await?;
    write.commit(now).await?;
    Ok(tokens)
}

/// Ends the session of whoever asks; with `everywhere`, all sessions of theirs.
pub(super) async fn sign_out(ctx: &Ctx, everywhere: bool) -> Result<()> {
    let member = ctx.viewer.member().ok_or(Error::Unauthenticated)?;
    let mut change = Change::begin(ctx).await?;
    if everywhere {
        end_all(&*change, member.id, "SIGNED_OUT", ctx.now()).await?;
    } else if let Some(session) = member.session {
        end(&*change, session, "SIGNED_OUT", ctx.now()).await?;
    }
    change.audit(Entry::new("signOut").of(NodeKind::Member, member.id));
    change.commit(member.id).await?;
    Ok(())
}

/// The sessions of whoever asks that have not ended, the latest first.
pub(super) async fn own(ctx: &Ctx) -> Result<Vec<session_entity::Model>> {
    use session_entity::{Column, Entity};
    let Some(member) = ctx.viewer.member() else { return Ok(Vec::new()) };
    let sessions = Entity::visible_to(&Scope::Service)
        .filter(Column::MemberId.eq(member.id))
        .filter(Column::EndedAt.is_null())
        .filter(Column::EndsAt.gt(ctx.now()))
        .order_by_desc(Column::BegunAt)
        .order_by_desc(Column::Id)
        .limit(MOST_SHOWN);
    Ok(sessions.all(ctx.db()).await?)
}

/// Sessions of one member that are shown, at most.
const MOST_SHOWN: u64 = 100;

/// Ends a session of whoever asks.
///
/// # Errors
/// [`Error::NotFound`] where it is somebody else's, or has ended.
pub(super) async fn end_own(ctx: &Ctx, session: Uuid) -> Result<()> {
    let member = ctx.viewer.member().ok_or(Error::Unauthenticated)?;
    if !own(ctx).await?.iter().any(|own| own.id == session) {
        return Err(Error::NotFound);
    }
    let mut change = Change::begin(ctx).await?;
    end(&*change, session, "SIGNED_OUT", ctx.now()).await?;
    change.audit(Entry::new("endSession").of(NodeKind::Member, member.id));
    change.commit(member.id).await?;
    Ok(())
}

/// Changes the password of whoever asks, and ends their other sessions.
///
/// # Errors
/// [`Error::Rule`] where the present password is wrong; [`Error::Invalid`] where the new one is weak.
pub(super) async fn change_password(
    ctx: &Ctx,
    present: &str,
    new: &str,
) -> Result<crate::error::Done> {
    let member = ctx.viewer.member().ok_or(Error::Unauthenticated)?;
    let row = super::by_id(ctx.db(), member.id).await?.ok_or(Error::Unauthenticated)?;
    let attempt = Attempt::of(ctx, &row.login);
    attempt.enter(ctx, Some(row.id)).await?;
    if !passwords::verify(present, row.password_hash.as_deref()).await? {
        return Err(not_the_present_one());
    }
    let hash = super::register::new_hash(new, &row.login).await.map_err(of_the_new_one)?;
    let mut change = Change::begin(ctx).await?;
    let now = ctx.now();
    let changed = member_entity::Entity::update_many()
        .col_expr(member_entity::Column::PasswordHash, Expr::value(Some(hash)))
        .col_expr(member_entity::Column::UpdatedAt, Expr::value(now))
        .filter(member_entity::Column::Id.eq(row.id))
        .filter(member_entity::Column::PasswordHash.eq(row.password_hash.clone()))
        .exec(&*change)
        .await?;
    if changed.rows_affected == 0 {
        // It was reset while the present one was looked at.
        return Err(not_the_present_one());
    }
    session_entity::Entity::update_many()
        .col_expr(session_entity::Column::EndedAt, Expr::value(Some(now)))
        .col_expr(session_entity::Column::EndedFor, Expr::value(Some("PASSWORD_CHANGED")))
        .filter(session_entity::Column::MemberId.eq(row.id))
        .filter(session_entity::Column::EndedAt.is_null())
        .filter(session_entity::Column::Id.ne(member.session.unwrap_or_default()))
        .exec(&*change)
        .await?;
    attempt.succeeded(&*change, &row, now).await?;
    change.audit(Entry::new("changePassword").of(NodeKind::Member, row.id));
    change.commit(row.id).await
}

fn not_the_present_one() -> Error {
    let reason = Text::new("this is not the present password", "当前密码不正确");
    Error::rule(RuleCode::WrongCredentials, "presentPassword", reason)
}

/// What is wrong with a new password stands in another field here than where a member is enrolled.
fn of_the_new_one(error: Error) -> Error {
    match error {
        Error::Invalid { reason, .. } => Error::invalid("newPassword", reason),
        other => other,
    }
}

async fn hand_out(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    session: &session_entity::Model,
) -> Result<Tokens> {
    let accounts = &ctx.app.accounts;
    let now = ctx.now();
    let refresh = passwords::random_secret(passwords::SecretKind::Refresh);
    let refresh_ends_at = Ord::min(now + accounts.settings.refresh_life, session.ends_at);
    let row = refresh_entity::Model {
        id: new_id(),
        session_id: session.id,
        digest: passwords::digest(&refresh),
        issued_at: now,
        expires_at: refresh_ends_at,
        used_at: None,
    };
    refresh_entity::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    let access_ends_at = Ord::min(now + accounts.settings.access_life, session.ends_at);
    let subject = Subject::Member { id: session.member_id, session: session.id };
    let access = accounts.issue(&ctx.app.db, subject, now, access_ends_at).await?;
    Ok(Tokens { access, access_ends_at, refresh, refresh_ends_at, member: session.member_id })
}

/// Ends one session.
async fn end(
    db: &impl ConnectionTrait,
    session: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    end_where(db, session_entity::Column::Id.eq(session), reason, now).await
}

/// Ends all sessions of a member.
pub(super) async fn end_all(
    db: &impl ConnectionTrait,
    member: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    end_where(db, session_entity::Column::MemberId.eq(member), reason, now).await
}

async fn end_where(
    db: &impl ConnectionTrait,
    which: Expr,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    session_entity::Entity::update_many()
        .col_expr(session_entity::Column::EndedAt, Expr::value(Some(now)))
        .col_expr(session_entity::Column::EndedFor, Expr::value(Some(reason.to_owned())))
        .filter(which)
        .filter(session_entity::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// An attempt to sign in, and the places under which failures are counted.
struct Attempt {
    address: String,
    pair: String,
    from: String,
    login: String,
}

impl Attempt {
    fn of(ctx: &Ctx, login: &str) -> Self {
        let address = throttle::address_prefix(ctx.visitor.address);
        let digest = passwords::digest(login);
        Self {
            pair: format!("pair:{digest}:{address}"),
            from: format!("from:{address}"),
            login: format!("login:{digest}"),
            address,
        }
    }

    /// Lets the password be looked at, and counts that as a failure under each place until it proves right. Both in one
    /// transaction: of attempts that run side by side each sees those before it.
    ///
    /// # Errors
    /// [`Error::TooMany`] where it has to wait; then nothing is counted.
    async fn enter(&self, ctx: &Ctx, member: Option<Uuid>) -> Result<()> {
        use failure_entity::{Column, Entity, Model};
        // Asked for nobody too, so that the time tells nothing of whether there is an account.
        let known_here = self.is_known(ctx, member.unwrap_or_default()).await?;
        let write = ctx.app.db.write().await?;
        let now = ctx.now();
        let faded = now - Duration::hours(throttle::FADES_AFTER_HOURS);
        Entity::delete_many().filter(Column::LastAt.lt(faded)).exec(&*write).await?;
        let places = [&self.pair, &self.from, &self.login];
        // There must be a row to wait for, also for the first.
        let rows = places.map(|place| {
            Model { id: new_id(), place: place.clone(), failures: 0, last_at: now }
                .into_active_model()
        });
        let missing = Entity::insert_many(rows)
            .on_conflict(OnConflict::column(Column::Place).do_nothing().to_owned())
            .exec_without_returning(&*write)
            .await;
        if let Err(fault) = missing
            && !matches!(fault, DbErr::RecordNotInserted)
        {
            return Err(fault.into());
        }
        let rows = Entity::visible_to(&Scope::Service)
            .filter(Column::Place.is_in(places.map(String::as_str)))
            .order_by_asc(Column::Place)
            .lock_exclusive()
            .all(&*write)
            .await?;
        let of = |place: &str| {
            let row = rows.iter().find(|row| row.place == place && row.failures > 0)?;
            Some(Failures { count: u32::try_from(row.failures).unwrap_or(0), last_at: row.last_at })
        };
        let (pair, from, login) = (of(&self.pair), of(&self.from), of(&self.login));
        let decision =
            throttle::decide(pair.as_ref(), from.as_ref(), login.as_ref(), known_here, now);
        if let Decision::Wait(wait) = decision {
            return Err(Error::TooMany { wait: wait.to_std().unwrap_or_default() });
        }
        for row in &rows {
            // A pair waits the longer the more often it failed; the others begin anew after a lull.
            let lull = if row.place == self.pair { faded } else { now - throttle::LULL };
            let failures = if row.last_at < lull { 1 } else { row.failures + 1 };
            Entity::update_many()
                .col_expr(Column::Failures, Expr::value(failures))
                .col_expr(Column::LastAt, Expr::value(now))
                .filter(Column::Id.eq(row.id))
                .exec(&*write)
                .await?;
        }
        write.commit(now).await?;
        Ok(())
    }

    async fn is_known(&self, ctx: &Ctx, member: Uuid) -> Result<bool> {
        let place = place_entity::Entity::visible_to(&Scope::Service)
            .filter(place_entity::Column::MemberId.eq(member))
            .filter(place_entity::Column::Address.eq(&self.address));
        Ok(place.one(ctx.db()).await?.is_some())
    }

    /// Takes the attempt back, forgets this pair's failures, and remembers that the member is at home here.
    async fn succeeded(
        &self,
        db: &impl ConnectionTrait,
        member: &Member,
        now: DateTime<Utc>,
    ) -> Result<()> {
        failure_entity::Entity::delete_many()
            .filter(failure_entity::Column::Place.eq(&self.pair))
            .exec(db)
            .await?;
        failure_entity::Entity::update_many()
            .col_expr(
                failure_entity::Column::Failures,
                Expr::col(failure_entity::Column::Failures).sub(1),
            )
            .filter(failure_entity::Column::Place.is_in([self.from.as_str(), self.login.as_str()]))
            .exec(db)
            .await?;
        let place = place_entity::Model {
            id: new_id(),
            member_id: member.id,
            address: self.address.clone(),
            last_at: now,
        };
        place_entity::Entity::insert(place.into_active_model())
            .on_conflict(
                OnConflict::columns([
                    place_entity::Column::MemberId,
                    place_entity::Column::Address,
                ])
                .update_column(place_entity::Column::LastAt)
                .to_owned(),
            )
            .exec_without_returning(db)
            .await?;
        Ok(())
    }
}
