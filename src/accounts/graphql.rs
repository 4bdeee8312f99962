//! How signing in looks from outside.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{
    MemberNode, member_graphql,
    sessions::{self, Tokens},
};
use crate::{
    app::Ctx,
    change::UserError,
    error::{Error, Fault, Result, RuleCode},
};

/// What a session hands out.
#[derive(SimpleObject)]
struct SessionTokens {
    /// For the header `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends.
    access_token_ends_at: DateTime<Utc>,
    /// Good once, for the next pair: `refreshSession`. Keep it secret.
    refresh_token: String,
    /// When the refresh token ends.
    refresh_token_ends_at: DateTime<Utc>,
}

impl From<Tokens> for SessionTokens {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            access_token_ends_at: tokens.access_ends_at,
            refresh_token: tokens.refresh,
            refresh_token_ends_at: tokens.refresh_ends_at,
        }
    }
}

/// Who signs in.
#[derive(InputObject)]
struct SignInInput {
    /// The name to sign in with.
    login: String,
    /// The password.
    #[graphql(secret)]
    password: String,
    /// The client's own id for this attempt; it comes back as it was.
    client_mutation_id: Option<String>,
}

/// What came of signing in.
#[derive(SimpleObject)]
struct SignInPayload {
    /// The session, where it began.
    session: Option<SessionTokens>,
    /// Who has signed in.
    member: Option<MemberNode>,
    /// Why nobody is signed in; empty where somebody is.
    user_errors: Vec<UserError>,
    /// The id that the client gave to this attempt.
    client_mutation_id: Option<String>,
}

/// Which session goes on.
#[derive(InputObject)]
struct RefreshSessionInput {
    /// The refresh token of last time. It is good once; coming a second time, it ends the session.
    #[graphql(secret)]
    refresh_token: String,
    /// The client's own id for this; it comes back as it was.
    client_mutation_id: Option<String>,
}

/// What came of going on.
#[derive(SimpleObject)]
struct RefreshSessionPayload {
    /// The next pair of tokens.
    session: Option<SessionTokens>,
    /// Whose session it is.
    member: Option<MemberNode>,
    /// Empty: a refresh token that is no good is an error of the request.
    user_errors: Vec<UserError>,
    /// The id that the client gave to this.
    client_mutation_id: Option<String>,
}

/// How far to sign out.
#[derive(InputObject)]
struct SignOutInput {
    /// End all sessions of whoever asks, not this one alone.
    #[graphql(default)]
    everywhere: bool,
    /// The client's own id for this; it comes back as it was.
    client_mutation_id: Option<String>,
}

/// What came of signing out.
#[derive(SimpleObject)]
struct SignOutPayload {
    /// Whether somebody was signed in and is no more.
    signed_out: bool,
    /// Empty.
    user_errors: Vec<UserError>,
    /// The id that the client gave to this.
    client_mutation_id: Option<String>,
}

/// The present and the new password.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The present password.
    #[graphql(secret)]
    present_password: String,
    /// The new one: 12 characters or more, and none that everybody uses.
    #[graphql(secret)]
    new_password: String,
    /// The client's own id for this change; it comes back as it was.
    client_mutation_id: Option<String>,
}

/// What came of changing the password.
#[derive(SimpleObject)]
struct ChangePasswordPayload {
    /// Whose password it is.
    member: Option<MemberNode>,
    /// Why nothing was changed; empty where it was.
    user_errors: Vec<UserError>,
    /// The id that the client gave to this change.
    client_mutation_id: Option<String>,
}

/// Signing in and out.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Begins a session with login and password.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Result<SignInPayload, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        match sessions::sign_in(ctx, &input.login, &input.password).await {
            Ok(tokens) => Ok(SignInPayload {
                member: member(ctx, tokens.member).await?,
                session: Some(tokens.into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error @ Error::Rule { code: RuleCode::WrongCredentials, .. }) => {
                Ok(SignInPayload {
                    session: None,
                    member: None,
                    user_errors: UserError::of(ctx, &error).into_iter().collect(),
                    client_mutation_id,
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The next pair of tokens of a session. An error with the code `UNAUTHENTICATED` means: sign in again.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session goes on.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let tokens = sessions::refresh(ctx, &input.refresh_token).await?;
        Ok(RefreshSessionPayload {
            member: member(ctx, tokens.member).await?,
            session: Some(tokens.into()),
            user_errors: Vec::new(),
            client_mutation_id: input.client_mutation_id,
        })
    }

    /// Ends the session: its tokens are refused from the next request on.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far to sign out.")] input: SignOutInput,
    ) -> Result<SignOutPayload, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        sessions::sign_out(ctx, input.everywhere).await?;
        Ok(SignOutPayload {
            signed_out: true,
            user_errors: Vec::new(),
            client_mutation_id: input.client_mutation_id,
        })
    }

    /// Changes the password of whoever asks, and ends their other sessions.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The present and the new password.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        match sessions::change_password(ctx, &input.present_password, &input.new_password).await {
            Ok(done) => Ok(ChangePasswordPayload {
                member: member(ctx, done.id).await?,
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => match UserError::of(ctx, &error) {
                Some(told) => Ok(ChangePasswordPayload {
                    member: None,
                    user_errors: vec![told],
                    client_mutation_id,
                }),
                None => Err(error.into()),
            },
        }
    }
}

async fn member(ctx: &Ctx, id: Uuid) -> Result<Option<MemberNode>> {
    Ok(super::by_id(ctx.db(), id).await?.and_then(|row| member_graphql::nodes([row]).pop()))
}
