//! Settings of who gets in, of the keys that are not in the database, and of the calendar.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{DAY, draft::Draft, values};

/// Who gets in, and for how long.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// The address under which the service is known; tokens name it as their issuer.
    pub public_url: String,
    /// How long an access token of a member is good.
    pub access_token_life: Duration,
    /// How long a refresh token is good: after that long without a request, one signs in again.
    pub refresh_token_life: Duration,
    /// How long a session lasts at most.
    pub session_life: Duration,
    /// How long an access token of a partner portal is good.
    pub client_token_life: Duration,
    /// How long a portal's former secret is good beside a new one.
    pub client_secret_overlap: Duration,
}

/// The keys that are not in the database.
#[derive(Clone)]
pub struct Keys {
    /// The file of the master keys.
    pub file: PathBuf,
    /// The master keys themselves, in place of the file.
    pub given: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.given.as_ref().map(|_| "…");
        out.debug_struct("Keys").field("file", &self.file).field("given", &given).finish()
    }
}

/// Another issuer whose tokens are accepted.
#[derive(Clone, Debug)]
pub struct Sso {
    /// Its address, as its tokens name it.
    pub issuer: String,
    /// The audience that its tokens must name.
    pub audience: String,
    /// The claim that holds the login.
    pub login_claim: String,
    /// The claim that holds roles; without one, the register decides.
    pub role_claim: Option<String>,
    /// Which of its roles is which of ours.
    pub roles: Vec<(String, String)>,
    /// By how much clocks may differ.
    pub clock_skew: Duration,
    /// As which client people sign in there with a browser.
    pub client: Option<SsoClient>,
}

/// How an issuer knows this service.
#[derive(Clone)]
pub struct SsoClient {
    /// The client's id.
    pub id: String,
    /// The client's secret; public clients have none.
    pub secret: Option<String>,
    /// What it asks for.
    pub scopes: Vec<String>,
    /// Whom the access token is to be for, where the issuer wants to know.
    pub resource: Option<String>,
}

impl fmt::Debug for SsoClient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = self.secret.as_ref().map(|_| "…");
        let mut shown = out.debug_struct("SsoClient");
        shown.field("id", &self.id).field("secret", &secret).field("scopes", &self.scopes);
        shown.field("resource", &self.resource).finish()
    }
}

impl Accounts {
    pub(super) fn read(draft: &mut Draft, listen: SocketAddr) -> Self {
        draft.section("accounts", "Who gets in, and for how long.");
        let minute = Duration::from_mins(1);
        let public_url = draft.optional(
            "accounts.public_url",
            "https://zhanjian.example",
            "The address under which people and programs know the service; tokens name it as their issuer. Without it: the address that it listens on.",
            values::http_url,
        );
        Self {
            public_url: public_url.map_or_else(
                || format!("http://{listen}"),
                |url| url.trim_end_matches('/').to_owned(),
            ),
            access_token_life: draft.setting(
                "accounts.access_token_life",
                "10m",
                "How long an access token of a member is good.",
                values::duration(minute..=Duration::from_hours(1)),
            ),
            refresh_token_life: draft.setting(
                "accounts.refresh_token_life",
                "12h",
                "How long a member may be away before signing in again.",
                values::duration(minute..=Duration::from_secs(90 * DAY)),
            ),
            session_life: draft.setting(
                "accounts.session_life",
                "7d",
                "How long a session lasts at most.",
                values::duration(minute..=Duration::from_secs(365 * DAY)),
            ),
            client_token_life: draft.setting(
                "accounts.client_token_life",
                "30m",
                "How long an access token of a partner portal is good.",
                values::duration(minute..=Duration::from_hours(24)),
            ),
            client_secret_overlap: draft.setting(
                "accounts.client_secret_overlap",
                "7d",
                "How long a partner portal's former secret is good beside its new one.",
                values::duration(Duration::ZERO..=Duration::from_secs(90 * DAY)),
            ),
        }
    }
}

impl Keys {
    pub(super) fn read(draft: &mut Draft, data_dir: &Path) -> Self {
        draft.section(
            "keys",
            "The keys under which confidential things are encrypted in the database. Keep a copy apart from it: without them nothing of that can be read.",
        );
        let file = draft.optional(
            "keys.file",
            "/etc/zhanjian/master.keys",
            "The file of the master keys, made at the first start. Without it: keys/master.keys in the data folder. Every node needs the same.",
            values::path,
        );
        let given = draft.secret(
            "keys.master",
            "k1234567 base64url-of-32-bytes",
            "The master keys themselves, in place of the file: for secret stores that give environment variables.",
            |text| Ok(text.to_owned()),
        );
        Self { file: file.unwrap_or_else(|| data_dir.join("keys").join("master.keys")), given }
    }
}

impl Sso {
    pub(super) fn read(draft: &mut Draft) -> Option<Self> {
        draft.section(
            "sso",
            "Single sign-on: tokens of this OpenID Connect issuer are accepted, for members who are on the register.",
        );
        let issuer = draft.optional(
            "sso.issuer",
            "https://login.example/realms/stations",
            "The issuer, as its tokens name it; its keys are found by OpenID Connect Discovery. Without it: no single sign-on.",
            values::http_url,
        );
        let audience = draft.optional(
            "sso.audience",
            "zhanjian",
            "The audience that its tokens must name. Needed with sso.issuer.",
            some_text,
        );
        draft.check(
            "sso.audience",
            issuer.is_none() || audience.is_some(),
            "is needed with sso.issuer: tokens that are meant for others must not open anything here",
        );
        let login_claim = draft.setting(
            "sso.login_claim",
            "preferred_username",
            "The claim that holds the login of a member; dots lead into objects.",
            some_text,
        );
        let role_claim = draft.optional(
            "sso.role_claim",
            "realm_access.roles",
            "The claim that holds roles; dots lead into objects. Without it the register decides.",
            some_text,
        );
        let roles = draft.list(
            "sso.roles",
            &["station-staff=STAFF", "station-head=HEAD"],
            "Which of its roles is which of ours: theirs=OURS, where OURS is STAFF, HEAD, DISTRICT_OFFICER, MUNICIPAL_OFFICER, TECH_TRANSFER or ADMINISTRATOR.",
            role_pair,
        );
        draft.check(
            "sso.roles",
            role_claim.is_none() || !roles.is_empty(),
            "is needed with sso.role_claim: without it no token would open anything",
        );
        let clock_skew = draft.setting(
            "sso.clock_skew",
            "60s",
            "By how much its clock and ours may differ.",
            values::duration(Duration::ZERO..=Duration::from_mins(10)),
        );
        let client = SsoClient::read(draft);
        draft.check(
            "sso.client_id",
            client.is_none() || issuer.is_some(),
            "needs sso.issuer beside it: without one there is nobody to sign in with",
        );
        Some(Self {
            issuer: issuer?,
            audience: audience?,
            login_claim,
            role_claim,
            roles,
            clock_skew,
            client,
        })
    }
}

impl SsoClient {
    fn read(draft: &mut Draft) -> Option<Self> {
        let id = draft.optional(
            "sso.client_id",
            "zhanjian-console",
            "The name under which the console is registered at the issuer as a client, with <accounts.public_url>/sign-in/back as its redirect address. Without it people sign in to the console by password alone.",
            some_text,
        );
        let secret = draft.secret(
            "sso.client_secret",
            "a-secret-that-the-issuer-has-made",
            "The secret of that client. Without it: a public client, which PKCE alone protects.",
            |text| Ok(text.to_owned()),
        );
        let scopes = draft.list(
            "sso.scopes",
            &["openid"],
            "The scopes that the console asks for. Without any: openid.",
            some_text,
        );
        let resource = draft.optional(
            "sso.resource",
            "https://zhanjian.example",
            "The resource that access tokens are asked for (RFC 8707), where the issuer wants to know.",
            some_text,
        );
        let scopes = if scopes.is_empty() { vec!["openid".to_owned()] } else { scopes };
        Some(Self { id: id?, secret, scopes, resource })
    }
}

fn some_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("is empty".to_owned()) } else { Ok(text.trim().to_owned()) }
}

fn role_pair(text: &str) -> Result<(String, String), String> {
    const OURS: [&str; 6] = [
        "STAFF",
        "HEAD",
        "DISTRICT_OFFICER",
        "MUNICIPAL_OFFICER",
        "TECH_TRANSFER",
        "ADMINISTRATOR",
    ];
    match text.rsplit_once('=') {
        Some((theirs, ours)) if !theirs.is_empty() && OURS.contains(&ours) => {
            Ok((theirs.to_owned(), ours.to_owned()))
        }
        _ => Err(format!("is no pair theirs=OURS, where OURS is one of {}", OURS.join(", "))),
    }
}
