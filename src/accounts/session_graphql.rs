//! How one's own sessions look from outside: where one is signed in, and how one of them is ended from another.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::sessions;
use crate::{
    app::Ctx,
    change::UserError,
    error::{Error, Fault},
};

/// A session of whoever asks, which has not ended.
#[derive(SimpleObject)]
pub(super) struct Session {
    /// By what it is ended.
    key: ID,
    /// When it began, with a sign-in.
    begun_at: DateTime<Utc>,
    /// When it ends by itself.
    ends_at: DateTime<Utc>,
    /// Whether this very request belongs to it.
    is_this_one: bool,
}

/// Which session is to end.
#[derive(InputObject)]
struct EndSessionInput {
    /// The session, one's own.
    session_id: ID,
    /// The client's own id for this; it comes back as it was.
    client_mutation_id: Option<String>,
}

/// What came of ending a session.
#[derive(SimpleObject)]
struct EndSessionPayload {
    /// The sessions that are left.
    sessions: Vec<Session>,
    /// Empty.
    user_errors: Vec<UserError>,
    /// The id that the client gave to this.
    client_mutation_id: Option<String>,
}

/// One's own sessions.
#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The sessions of whoever asks that have not ended, the latest first; none for who has signed in elsewhere, or not
    /// at all.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>, Fault> {
        own(ctx.data_unchecked::<Ctx>()).await
    }
}

/// Ending one's own sessions.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Ends one of the sessions of whoever asks: its tokens are refused from the next request on.
    async fn end_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session is to end.")] input: EndSessionInput,
    ) -> Result<EndSessionPayload, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let id = Uuid::try_parse(&input.session_id).map_err(|_| Error::NotFound)?;
        sessions::end_own(ctx, id).await?;
        Ok(EndSessionPayload {
            sessions: own(ctx).await?,
            user_errors: Vec::new(),
            client_mutation_id: input.client_mutation_id,
        })
    }
}

async fn own(ctx: &Ctx) -> Result<Vec<Session>, Fault> {
    let this = ctx.viewer.member().and_then(|member| member.session);
    let shown = |session: super::session_entity::Model| Session {
        key: session.id.simple().to_string().into(),
        begun_at: session.begun_at,
        ends_at: session.ends_at,
        is_this_one: this == Some(session.id),
    };
    Ok(sessions::own(ctx).await?.into_iter().map(shown).collect())
}
