//! Signing in on the pages of the issuer whose tokens are accepted: the browser is sent there with a state that it keeps in
//! a cookie, and comes back with a code, for which the issuer gives its tokens. From then on those stand in the cookies in
//! place of ours, and whether they are good is for the API to say, at every page anew.

use std::sync::Arc;

use axum::{
    extract::RawQuery,
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::{Shown, show};
use crate::{
    console::{
        api::UserError,
        cookies,
        gate::Guest,
        links,
        renewal::{Refresh, Tokens},
        texts::Texts,
        trouble::Trouble,
    },
    http::{Departure, IssuerDesk, IssuerFault, IssuerTokens},
};

/// Where the issuer sends people back to.
pub const RETURN: &str = "/sign-in/back";
/// Where people set out.
pub(super) const LEAVE: &str = "/sign-in/issuer";
/// How long somebody may stay with the issuer, in seconds.
const AWAY: i64 = 10 * 60;

/// What is remembered of somebody who has left for the issuer.
#[derive(Deserialize, Serialize)]
struct Left {
    state: String,
    secrets: String,
    next: String,
}

impl Left {
    fn of_cookie(value: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
    }

    fn to_cookie(&self) -> Result<String, Trouble> {
        let json = serde_json::to_vec(self).map_err(|fault| Trouble::internal(&fault))?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }
}

/// Why nobody came in.
#[derive(Clone, Copy)]
enum Fault {
    Away,
    Refused,
    Stale,
    Unknown,
}

impl From<IssuerFault> for Fault {
    fn from(fault: IssuerFault) -> Self {
        match fault {
            IssuerFault::Refused => Self::Refused,
            IssuerFault::Away => Self::Away,
        }
    }
}

impl Fault {
    fn told(self, text: Texts) -> UserError {
        let (code, name) = match self {
            Self::Away => ("ISSUER_AWAY", "away"),
            Self::Refused => ("ISSUER_REFUSED", "refused"),
            Self::Stale => ("STALE", "stale"),
            Self::Unknown => ("NOT_ON_THE_REGISTER", "unknown"),
        };
        let message = text.of(&format!("issuer-fault-{name}")).into_owned();
        UserError { code: code.to_owned(), path: Vec::new(), message }
    }
}

/// Sends somebody to the issuer.
pub(super) async fn leave(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let asked = links::parameters(query.as_deref());
    let next = asked.iter().find(|(name, _)| name == "next").map_or("/", |(_, next)| next);
    // What is kept for the way must fit into a cookie.
    let next = Some(links::within(next)).filter(|next| next.len() <= 1024).unwrap_or("/");
    match desk(&guest)?.depart().await {
        Ok(Departure { address, state, secrets }) => {
            let left = Left { state, secrets, next: next.to_owned() }.to_cookie()?;
            let away = Redirect::to(&address).into_response();
            Ok(guest.keeps(cookies::AWAY, &left, AWAY, away))
        }
        Err(fault) => tell(&guest, next, fault.into()).await,
    }
}

/// Takes somebody in who comes from the issuer.
pub(super) async fn come_back(
    guest: Guest,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let desk = desk(&guest)?;
    let said = links::parameters(query.as_deref());
    let said =
        |name: &str| said.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let left = guest.cookie(&headers, cookies::AWAY).as_deref().and_then(Left::of_cookie);
    let is_it = |left: &Left| {
        said("state").is_some_and(|state| state.as_bytes().ct_eq(left.state.as_bytes()).into())
    };
    let Some(left) = left.filter(is_it) else { return tell(&guest, "/", Fault::Stale).await };
    let next = links::within(&left.next);
    let Some(code) = said("code") else {
        return tell(&guest, next, Fault::Refused).await;
    };
    let arrived = desk.arrive(code, said("iss"), &left.secrets).await;
    let admitted = match arrived {
        Ok(tokens) => admit(&guest, tokens, None).await?,
        Err(fault) => Err(fault.into()),
    };
    match admitted {
        Ok(tokens) => Ok(guest.signed_in(&tokens, Redirect::to(next).into_response())),
        Err(fault) => tell(&guest, next, fault).await,
    }
}

/// Changes a refresh token of the issuer for what comes next.
pub(in crate::console) async fn renew(guest: &Guest, refresh: &str) -> Result<Tokens, Trouble> {
    if refresh.is_empty() {
        return Err(Trouble::Unauthenticated);
    }
    let gone_on = desk(guest).map_err(|_| Trouble::Unauthenticated)?.go_on(refresh).await;
    match gone_on {
        Ok(tokens) => {
            let admitted = admit(guest, tokens, Some(refresh)).await?;
            admitted.map_err(|_| Trouble::Unauthenticated)
        }
        Err(IssuerFault::Refused) => Err(Trouble::Unauthenticated),
        Err(IssuerFault::Away) => {
            let text = Texts::in_language(guest.language());
            Err(Trouble::Busy(text.of("issuer-fault-away").into_owned()))
        }
    }
}

/// Gives back to the issuer what somebody leaves behind who signs out. Nobody waits for it: the browser has to forget
/// whatever the issuer does.
pub(super) fn give_back(guest: &Guest, refresh: &str) {
    if let Some(desk) = guest.front().issuer.clone().filter(|_| !refresh.is_empty()) {
        let refresh = refresh.to_owned();
        tokio::spawn(async move { desk.give_back(&refresh).await });
    }
}

/// The tokens with which the reception lets somebody in: an access token may be meant for others, or be none that anybody
/// else can read, where an ID token is meant for us.
async fn admit(
    guest: &Guest,
    tokens: IssuerTokens,
    former: Option<&str>,
) -> Result<Result<Tokens, Fault>, Trouble> {
    let IssuerTokens { bearers, refresh } = tokens;
    let refresh = refresh.or_else(|| former.map(str::to_owned)).unwrap_or_default();
    for bearer in bearers {
        if !cookies::can_hold(&bearer) {
            tracing::warn!("a token of the sign-in issuer is too large for a cookie");
            continue;
        }
        if guest.would_enter(&bearer).await? {
            let refresh = if cookies::can_hold(&refresh) { refresh } else { String::new() };
            return Ok(Ok(Tokens {
                access_token: bearer,
                refresh_token: Refresh::Issuers(&refresh).to_string(),
            }));
        }
    }
    Ok(Err(Fault::Unknown))
}

fn desk(guest: &Guest) -> Result<Arc<dyn IssuerDesk>, Trouble> {
    guest.front().issuer.clone().ok_or(Trouble::NotFound)
}

async fn tell(guest: &Guest, next: &str, fault: Fault) -> Result<Response, Trouble> {
    let told = fault.told(Texts::in_language(guest.language()));
    let page = show(guest, Shown { next, faults: vec![told], ..Shown::default() }).await?;
    Ok(guest.forgets(cookies::AWAY, page))
}
