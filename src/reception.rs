//! Where it is found out who asks: from the headers of a request to what resolvers find in their context.

use std::sync::Arc;

use async_graphql::Data;
use http::{HeaderMap, header};
use sea_orm::prelude::async_trait::async_trait;

use crate::{
    access::{Identity, Viewer},
    accounts::GrantRefused,
    app::{App, Ctx, Visitor},
    error::{Error, Fault},
    execution::Purse,
    http::{GrantFault, Granted, Reception, TokenDesk, Visit},
};

/// The header in which a client names a request that may come twice.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Asks the register who a bearer token stands for; without a token, anybody.
pub struct FrontDesk(pub Arc<App>);

#[async_trait]
impl Reception for FrontDesk {
    async fn receive(&self, visit: &Visit<'_>) -> Result<Data, async_graphql::Error> {
        let identity = match bearer(visit.headers) {
            None => Identity::Anonymous,
            Some(Err(())) => return Err(Fault::from(Error::Unauthenticated).into()),
            Some(Ok(token)) => {
                let now = self.0.clock.now();
                self.0.accounts.identify(&self.0.db, token, now).await.map_err(Fault::from)?
            }
        };
        if let Identity::Client(client) = &identity {
            self.0.accounts.count_request(client).map_err(Fault::from)?;
        }
        let ctx = Ctx::visited(Arc::clone(&self.0), Viewer::of(identity), visitor(visit));
        Ok(data_of(ctx))
    }
}

/// How a request came.
pub fn visitor(visit: &Visit<'_>) -> Visitor {
    let key = visit.headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok());
    Visitor {
        language: visit.language,
        request_id: visit.request_id.into(),
        idempotency_key: key
            .map(str::trim)
            .filter(|key| (1..=200).contains(&key.len()))
            .map(Into::into),
        address: visit.address,
    }
}

/// The bearer token of a request (RFC 6750, section 2.1): none where there is no such header, a fault where the header
/// is something else.
fn bearer(headers: &HeaderMap) -> Option<Result<&str, ()>> {
    let value = headers.get(header::AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.trim().split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    });
    Some(token.ok_or(()))
}

/// What resolvers find in their context.
pub fn data_of(ctx: Ctx) -> Data {
    let mut data = Data::default();
    if let Identity::Client(client) = ctx.viewer.identity() {
        let (app, client) = (Arc::clone(&ctx.app), Arc::clone(client));
        data.insert(Purse(Box::new(move |cost| app.accounts.count_cost(&client, cost))));
    }
    data.insert(ctx);
    data
}

/// Where programs get their tokens, and where everybody finds the keys that verify them.
pub struct TokenCounter(pub Arc<App>);

#[async_trait]
impl TokenDesk for TokenCounter {
    async fn grant(
        &self,
        client_id: &str,
        secret: &str,
        scope: Option<&str>,
    ) -> Result<Granted, GrantFault> {
        let app = &self.0;
        let granted = app.accounts.grant(&app.db, client_id, secret, scope, app.clock.now()).await;
        match granted {
            Ok(Ok(grant)) => Ok(Granted {
                token: grant.token,
                lasts_seconds: grant.lasts.num_seconds(),
                scope: grant.scope,
            }),
            Ok(Err(GrantRefused::InvalidClient)) => Err(GrantFault::InvalidClient),
            Ok(Err(GrantRefused::InvalidScope)) => Err(GrantFault::InvalidScope),
            Err(fault) => {
                tracing::error!(error = %fault, "a token could not be granted");
                Err(GrantFault::OurOwn)
            }
        }
    }

    async fn jwks(&self) -> Option<serde_json::Value> {
        let keys = self.0.accounts.jwks(&self.0.db, self.0.clock.now()).await;
        keys.inspect_err(|fault| tracing::error!(error = %fault, "the keys could not be shown"))
            .ok()
    }
}
