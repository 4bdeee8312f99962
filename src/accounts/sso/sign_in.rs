//! Sign-in in a browser on the issuer's own pages: the authorization code flow (OIDC Core, section 3.1) with PKCE (RFC 7636).
//!
//! What comes of it are tokens of the issuer, which count no more than those that a program brings. Whatever the issuer
//! says of why it gives none goes to the log, and nobody else hears of it.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, SyncHttpClient, TokenResponse as _, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tracing::{debug, warn};

use super::{
    Sso,
    issuer::{Endpoints, Issuer},
};
use crate::{
    accounts::tokens::Unverified,
    error::{Error, Result},
    language::Text,
};

/// So many people come back from the issuer, or go on there, at the same time; each keeps a thread waiting.
const AT_ONCE: usize = 16;

/// How the issuer knows this service, as a client.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The client's id.
    pub id: String,
    /// What proves that it is this client; public clients have none.
    pub secret: Option<ClientSecret>,
    /// What is asked for, `openid` above all.
    pub scopes: Vec<String>,
    /// Whom the access token is to be for, where the issuer wants to know (RFC 8707).
    pub resource: Option<String>,
    /// The address here to which the issuer sends people back.
    pub redirect: String,
}

/// Somebody's way to the issuer.
pub struct Departure {
    /// Where the browser goes.
    pub address: String,
    /// Comes back as it is, with this very browser.
    pub state: String,
    /// What to remember until then.
    pub secrets: Secrets,
}

/// What is remembered of a departure; nobody but the browser that left may bring it.
#[derive(Clone, Deserialize, Serialize)]
pub struct Secrets {
    /// Stands in the ID token that is meant for this departure.
    pub nonce: String,
    /// Proves that the code is claimed by who asked for it.
    pub verifier: String,
}

/// What the issuer hands out.
pub struct IssuerTokens {
    /// The tokens that may say who it is, the access token first.
    pub bearers: Vec<String>,
    /// Good for the next ones, where the issuer gives any.
    pub refresh: Option<String>,
}

/// Why somebody does not get in by the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerFault {
    /// The issuer gives nothing for what was brought.
    Refused,
    /// It does not answer as it should, or too many ask it already.
    Away,
}

type TokenResponse = StandardTokenResponse<WithIdToken, BasicTokenType>;
type IssuerClient = Client<
    BasicErrorResponse,
    TokenResponse,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// What OIDC adds to the answer of the token endpoint.
#[derive(Deserialize, Serialize)]
struct WithIdToken {
    id_token: Option<String>,
}

impl fmt::Debug for WithIdToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("WithIdToken").finish_non_exhaustive()
    }
}

impl ExtraTokenFields for WithIdToken {}

/// Sends people to the issuer and claims what they come back for.
pub(super) struct Desk {
    pub(super) settings: ClientSettings,
    redirect: RedirectUrl,
    pub(super) seats: Semaphore,
}

impl Desk {
    /// The desk of a client.
    pub(super) fn new(settings: ClientSettings) -> Result<Self> {
        let redirect = RedirectUrl::new(settings.redirect.clone()).map_err(|_| {
            let reason = Text::new(
                "is no address that an issuer could send people back to",
                "不是签发方可以送回用户的地址",
            );
            Error::invalid("accounts.public_url", reason)
        })?;
        Ok(Self { settings, redirect, seats: Semaphore::new(AT_ONCE) })
    }

    fn client(&self, endpoints: &Endpoints) -> Result<IssuerClient, IssuerFault> {
        let Endpoints { authorization, token, posts_secret, .. } = endpoints;
        let (Some(authorization), Some(token)) = (authorization, token) else {
            warn!("the sign-in issuer names no pages to sign in on");
            return Err(IssuerFault::Away);
        };
        let no_address = |_| IssuerFault::Away;
        let client = Client::new(ClientId::new(self.settings.id.clone()))
            .set_auth_uri(AuthUrl::new(authorization.clone()).map_err(no_address)?)
            .set_token_uri(TokenUrl::new(token.clone()).map_err(no_address)?)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if *posts_secret { AuthType::RequestBody } else { AuthType::BasicAuth });
        Ok(match &self.settings.secret {
            Some(secret) => client.set_client_secret(secret.clone()),
            None => client,
        })
    }

    /// What is asked for beyond the specification of OAuth.
    fn resource(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.settings.resource.clone().map(|resource| ("resource", resource)).into_iter()
    }
}

impl Sso {
    /// Whether people can sign in here with a browser.
    pub fn has_desk(&self) -> bool {
        self.desk.is_some()
    }

    /// Where somebody is sent who wants to sign in.
    pub async fn depart(&self, now: DateTime<Utc>) -> Result<Departure, IssuerFault> {
        let (desk, endpoints) = self.at_desk(now).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random().into_secret();
        let scopes = desk.settings.scopes.iter().cloned().map(Scope::new);
        let client = desk.client(&endpoints)?;
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .add_extra_param("nonce", nonce.clone());
        for (name, value) in desk.resource() {
            request = request.add_extra_param(name, value);
        }
        let (address, state) = request.url();
        let secrets = Secrets { nonce, verifier: verifier.into_secret() };
        Ok(Departure { address: address.into(), state: state.into_secret(), secrets })
    }

    /// Claims the tokens of somebody who came back with a code. `issuer` is who says to have sent them (RFC 9207).
    pub async fn arrive(
        &self,
        code: String,
        issuer: Option<&str>,
        secrets: Secrets,
        now: DateTime<Utc>,
    ) -> Result<IssuerTokens, IssuerFault> {
        if issuer.is_some_and(|issuer| issuer != self.settings.issuer) {
            return Err(IssuerFault::Refused);
        }
        let (desk, endpoints) = self.at_desk(now).await?;
        let client = desk.client(&endpoints)?;
        let resource: Vec<_> = desk.resource().collect();
        let Secrets { nonce, verifier } = secrets;
        let tokens = self.claim(desk, move |issuer| {
            let mut request = client
                .exchange_code(AuthorizationCode::new(code))
                .set_pkce_verifier(PkceCodeVerifier::new(verifier));
            for (name, value) in resource {
                request = request.add_extra_param(name, value);
            }
            request.request(issuer)
        });
        let tokens = tokens.await?;
        let id = tokens.extra_fields().id_token.as_deref();
        if id.is_some_and(|id| nonce_of(id).as_deref() != Some(nonce.as_str())) {
            warn!("the sign-in issuer gave an ID token that is not meant for this sign-in");
            return Err(IssuerFault::Refused);
        }
        Ok(handed_out(&tokens))
    }

    /// Claims the next tokens.
    pub async fn go_on(
        &self,
        refresh: String,
        now: DateTime<Utc>,
    ) -> Result<IssuerTokens, IssuerFault> {
        let (desk, endpoints) = self.at_desk(now).await?;
        let client = desk.client(&endpoints)?;
        let resource: Vec<_> = desk.resource().collect();
        let refresh = RefreshToken::new(refresh);
        let tokens = self.claim(desk, move |issuer| {
            let mut request = client.exchange_refresh_token(&refresh);
            for (name, value) in resource {
                request = request.add_extra_param(name, value);
            }
            request.request(issuer)
        });
        tokens.await.map(|tokens| handed_out(&tokens))
    }

    /// The page of the issuer on which people sign out there, where it has one (OIDC RP-Initiated Logout).
    pub async fn sign_out_page(&self, now: DateTime<Utc>) -> Option<String> {
        let (desk, endpoints) = self.at_desk(now).await.ok()?;
        let page = AuthUrl::new(endpoints.end_session.clone()?).ok()?;
        let mut page = page.url().clone();
        page.query_pairs_mut().append_pair("client_id", &desk.settings.id);
        Some(page.into())
    }

    pub(super) async fn at_desk(
        &self,
        now: DateTime<Utc>,
    ) -> Result<(&Desk, Arc<Endpoints>), IssuerFault> {
        let desk = self.desk.as_deref().ok_or(IssuerFault::Refused)?;
        let endpoints = self.issuer.endpoints(now).await.ok_or(IssuerFault::Away)?;
        Ok((desk, endpoints))
    }

    /// Asks the token endpoint, on a thread that may wait.
    async fn claim<F>(&self, desk: &Desk, ask: F) -> Result<TokenResponse, IssuerFault>
    where
        F: FnOnce(&Issuer) -> Result<TokenResponse, Fault> + Send + 'static,
    {
        let Ok(_seat) = desk.seats.try_acquire() else {
            warn!("too many sign-ins ask the issuer at the same time");
            return Err(IssuerFault::Away);
        };
        let issuer = Arc::clone(&self.issuer);
        let asked = tokio::task::spawn_blocking(move || ask(&issuer));
        match asked.await {
            Ok(Ok(tokens)) => Ok(tokens),
            Ok(Err(RequestTokenError::ServerResponse(said))) => {
                debug!(error = %said.error(), "the sign-in issuer gives no tokens");
                Err(IssuerFault::Refused)
            }
            Ok(Err(fault)) => {
                warn!(error = %fault, "the sign-in issuer does not answer as it should");
                Err(IssuerFault::Away)
            }
            Err(fault) => {
                warn!(error = %fault, "the sign-in issuer could not be asked");
                Err(IssuerFault::Away)
            }
        }
    }
}

type Fault = RequestTokenError<ureq::Error, BasicErrorResponse>;

impl SyncHttpClient for Issuer {
    type Error = ureq::Error;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        self.send(request)
    }
}

fn handed_out(tokens: &TokenResponse) -> IssuerTokens {
    let access = tokens.access_token().secret().clone();
    let id = tokens.extra_fields().id_token.clone();
    IssuerTokens {
        bearers: std::iter::once(access).chain(id).collect(),
        refresh: tokens.refresh_token().map(|token| token.secret().clone()),
    }
}

/// The nonce that an ID token names. Nobody else can have had a hand in it: it came from the issuer itself (OIDC Core, section
/// 3.1.3.7, number 6).
fn nonce_of(id_token: &str) -> Option<String> {
    Unverified::read(id_token).ok()?.claimed_nonce()
}
