//! Where people come in: who they are, by the cookies of their browser, and what goes out with every page.

use std::sync::{Arc, OnceLock};

use axum::{
    Extension,
    extract::{FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    api::{Done, documents},
    cookies::{self, Jar},
    forms::{LONGEST_ADDRESS, Secret},
    links,
    renewal::{Refresh, Tokens},
    shell::{Section, Shell, Viewer},
    sign_in,
    trouble::{self, Trouble},
};
use crate::{
    execution,
    http::{
        Admission, ClientAddress, Front, RequestId, TooOften, Visit, listen, receive, take_away,
    },
    language::Language,
};

/// Nothing is loaded from elsewhere, nothing in a page is run, no page of another site frames this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// Somebody who reads a page.
#[derive(Clone)]
pub(super) struct Guest(Arc<Reader>);

struct Reader {
    state: Arc<super::State>,
    admission: Arc<dyn Admission>,
    /// The refresh token that is good now: the one that came, or what it was changed for.
    refresh: Option<String>,
    came: Came,
    sent: OnceLock<Sent>,
}

/// What came with a form.
struct Sent {
    /// The address of the page that the form stood on.
    here: String,
    /// What somebody has written into it.
    written: Vec<String>,
}

impl Guest {
    /// The front door that the reader came by.
    pub(super) fn front(&self) -> &Front {
        &self.0.state.front
    }

    /// The refresh token that is good now, where somebody is signed in.
    pub(super) fn refresh(&self) -> Option<&str> {
        self.0.refresh.as_deref()
    }

    /// The language that the reader is spoken to in.
    pub(super) fn language(&self) -> Language {
        self.0.came.language
    }

    /// The id of the request.
    pub(super) fn request_id(&self) -> &str {
        &self.0.came.request_id
    }

    /// What forms of this reader are bound to.
    pub(super) fn secret(&self) -> Secret {
        self.0.came.secret
    }

    /// Where signing in leads back to here.
    pub(super) fn sign_in_address(&self) -> String {
        links::address("/sign-in", [("next", self.here())])
    }

    /// What is around a page.
    pub(super) fn shell(&self, viewer: Viewer, section: Section) -> Shell {
        let here = self.here().to_owned();
        let seal = self.0.came.secret.seal_at(&here);
        Shell::new(self.0.came.language, viewer, section, here, seal)
    }

    /// Where the reader is: at this address or, where there is no page, at that of the form that was sent here.
    fn here(&self) -> &str {
        self.0.sent.get().map_or(&self.0.came.here, |sent| &sent.here)
    }

    /// Remembers what came with a form.
    pub(super) fn sent(&self, here: &str, written: Vec<String>) {
        // A request has one form.
        let _ = self.0.sent.set(Sent { here: here.to_owned(), written });
    }

    /// What somebody has written who sent a form.
    pub(super) fn written(&self) -> &[String] {
        self.0.sent.get().map_or(&[], |sent| &sent.written)
    }

    /// The present day in China.
    pub(super) fn today(&self) -> String {
        self.0.state.clock.today().to_string()
    }

    /// A page of ours as others reach it.
    pub(super) fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.0.state.public_url)
    }

    /// A file to take away, as it would be fetched over HTTP with a token.
    pub(super) async fn take_away(
        &self,
        name: &str,
        parameters: &str,
    ) -> Result<Response, Trouble> {
        let data = self.0.admission.data(&self.0.came.request_id);
        let file = take_away(self.front(), &data, name, parameters).await;
        match file {
            Ok(file) => file.ok_or(Trouble::NotFound),
            Err(error) => Err(trouble_of(error, self.language(), self.request_id())),
        }
    }

    /// What says who reads, for what is not asked by a document: files.
    pub(super) fn data(&self) -> async_graphql::Data {
        self.0.admission.data(&self.0.came.request_id)
    }

    /// What an error of the reception or of a desk is to a page.
    pub(super) fn trouble(&self, error: async_graphql::Error) -> Trouble {
        trouble_of(error, self.language(), self.request_id())
    }

    /// Executes a request as whoever reads, as it would be over HTTP.
    pub(super) async fn execute(&self, request: execution::Request) -> execution::Response {
        self.front().executor.execute(self.signed(request), self.data()).await
    }

    /// Opens a stream of events as whoever reads, as it would be over HTTP.
    pub(super) async fn listen(
        &self,
        request: execution::Request,
        extensions: &Extensions,
    ) -> Response {
        let admission = Arc::clone(&self.0.admission);
        listen(self.front(), self.signed(request), admission, extensions).await
    }

    fn signed(&self, request: execution::Request) -> execution::Request {
        execution::Request {
            language: self.0.came.language,
            request_id: self.0.came.request_id.clone(),
            ..request
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let guest = parts.extensions.get::<Self>().cloned();
        guest.ok_or_else(|| Trouble::internal(&"a request came by no gate"))
    }
}

#[derive(Deserialize)]
struct Renewed {
    session: Option<Tokens>,
}

documents! {
    RENEW: Done<Renewed> = ["sign_in/renew.graphql"];
}

/// Lets people in, and sends the page on its way.
pub(super) async fn enter(
    State(state): State<Arc<super::State>>,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut jar = Jar::of(request.headers(), state.is_secure);
    let came = Came {
        address: address.and_then(|Extension(address)| address.0),
        language: language(request.headers(), &jar),
        request_id: request_id.as_str().to_owned(),
        here: here(&request),
        secret: secret(&mut jar),
    };
    let is_page = is_page(request.headers());
    let is_safe = request.method().is_safe();
    let may_renew = is_page || is_stream(request.headers());
    let too_often = request.extensions().get().map(|TooOften(seconds)| *seconds);
    let guest = match too_often {
        Some(seconds) => Err(Trouble::RateLimited(Some(seconds))),
        None => came.guest(&state, &mut jar, may_renew).await,
    };
    let mut response = match guest {
        Ok(guest) => {
            request.extensions_mut().insert(guest.clone());
            with_trouble_told(next.run(request).await, &guest, is_page && is_safe).await
        }
        Err(trouble) => {
            // Who asks too often is not to fill the log as well.
            if !matches!(trouble, Trouble::RateLimited(_)) {
                tracing::warn!(?trouble, "nobody could be let in");
            }
            came.turned_away(&trouble)
        }
    };
    dress(&mut response, came.language);
    // What the page itself had kept or forgotten comes last, and counts.
    let kept = std::mem::take(response.extensions_mut()).remove::<Kept>();
    let ours = jar.into_headers().chain(kept.into_iter().flat_map(|Kept(jar)| jar.into_headers()));
    response.headers_mut().extend(ours.map(|value| (header::SET_COOKIE, value)));
    response
}

/// The response, with a page in it that tells what kept the one that was asked for from being shown; who is not signed in
/// is led to where that is done.
async fn with_trouble_told(response: Response, guest: &Guest, may_be_led: bool) -> Response {
    let Some(trouble) = response.extensions().get::<Trouble>() else { return response };
    let asked_again = response.headers().get(header::RETRY_AFTER).cloned();
    let mut told = match trouble {
        Trouble::Unauthenticated if may_be_led => {
            Redirect::to(&guest.sign_in_address()).into_response()
        }
        trouble => trouble::page(guest, trouble).await,
    };
    told.headers_mut().extend(asked_again.map(|value| (header::RETRY_AFTER, value)));
    told
}

/// Cookies that a page wants kept, in the extensions of its response.
#[derive(Clone)]
pub(super) struct Kept(Jar);

impl Guest {
    /// A response with which a session begins.
    pub(super) fn signed_in(&self, tokens: &Tokens, mut response: Response) -> Response {
        let mut jar = self.empty_jar();
        keep_tokens(&mut jar, tokens);
        jar.forget(cookies::AWAY);
        // Forms of whoever was here before are good no more.
        jar.keep(cookies::FORMS, &Secret::new().to_cookie(), None);
        response.extensions_mut().insert(Kept(jar));
        response
    }

    /// A response with which it ends.
    pub(super) fn signed_out(&self, mut response: Response) -> Response {
        if let Some(refresh) = self.refresh() {
            self.0.state.renewals.end(refresh);
        }
        let mut jar = self.empty_jar();
        for name in [cookies::ACCESS, cookies::REFRESH, cookies::FORMS] {
            jar.forget(name);
        }
        response.extensions_mut().insert(Kept(jar));
        response
    }

    /// A response after which another language is spoken.
    pub(super) fn speaks(&self, language: Language, mut response: Response) -> Response {
        let mut jar = self.empty_jar();
        jar.keep(cookies::LANGUAGE, language.tag(), Some(365 * 24 * 60 * 60));
        response.extensions_mut().insert(Kept(jar));
        response
    }

    /// A response after which something is remembered for so many seconds.
    pub(super) fn keeps(
        &self,
        name: &str,
        value: &str,
        seconds: i64,
        mut response: Response,
    ) -> Response {
        let mut jar = self.empty_jar();
        jar.keep(name, value, Some(seconds));
        response.extensions_mut().insert(Kept(jar));
        response
    }

    /// A response after which it is not.
    pub(super) fn forgets(&self, name: &str, response: Response) -> Response {
        self.keeps(name, "", 0, response)
    }

    /// What a cookie of this browser says.
    pub(super) fn cookie(&self, headers: &HeaderMap, name: &str) -> Option<String> {
        Jar::of(headers, self.0.state.is_secure).get(name).map(str::to_owned)
    }

    /// Whether the reception lets somebody in with a token.
    pub(super) async fn would_enter(&self, token: &str) -> Result<bool, Trouble> {
        match self.0.came.admit(&self.0.state, Some(token)).await {
            Ok(_) => Ok(true),
            Err(Trouble::Unauthenticated) => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    fn empty_jar(&self) -> Jar {
        Jar::of(&HeaderMap::new(), self.0.state.is_secure)
    }
}

/// They are kept until the browser is closed: whoever sits down next at an office computer is somebody else.
fn keep_tokens(jar: &mut Jar, tokens: &Tokens) {
    jar.keep(cookies::ACCESS, &tokens.access_token, None);
    jar.keep(cookies::REFRESH, &tokens.refresh_token, None);
}

/// How somebody came.
#[derive(Clone)]
struct Came {
    address: Option<std::net::IpAddr>,
    language: Language,
    request_id: String,
    here: String,
    secret: Secret,
}

/// The address of the page that is asked for; where a form is sent, there may be none, and what the issuer says on the way
/// back is good for nothing but this once.
fn here(request: &Request) -> String {
    if request.uri().path() == sign_in::issuer::RETURN {
        return "/sign-in".to_owned();
    }
    let uri = request.uri();
    let address = uri.path_and_query().map_or("/", |address| address.as_str());
    // Pages repeat it some times.
    let address = [address, uri.path()].into_iter().find(|it| it.len() <= LONGEST_ADDRESS);
    address.filter(|_| request.method().is_safe()).unwrap_or("/").to_owned()
}

/// The secret of this browser; a new one is kept.
fn secret(jar: &mut Jar) -> Secret {
    jar.get(cookies::FORMS).and_then(Secret::of_cookie).unwrap_or_else(|| {
        let secret = Secret::new();
        jar.keep(cookies::FORMS, &secret.to_cookie(), None);
        secret
    })
}

impl Came {
    async fn guest(
        &self,
        state: &Arc<super::State>,
        jar: &mut Jar,
        may_renew: bool,
    ) -> Result<Guest, Trouble> {
        let with = |admission, refresh| {
            Guest(Arc::new(Reader {
                state: Arc::clone(state),
                admission,
                refresh,
                came: self.clone(),
                sent: OnceLock::new(),
            }))
        };
        let refresh = jar.get(cookies::REFRESH).map(str::to_owned);
        if let Some(access) = jar.get(cookies::ACCESS).map(str::to_owned) {
            match self.admit(state, Some(&access)).await {
                Ok(admission) => return Ok(with(admission, refresh)),
                // Too old, or ended: what the refresh token says counts.
                Err(Trouble::Unauthenticated) => jar.forget(cookies::ACCESS),
                Err(trouble) => return Err(trouble),
            }
        }
        let nobody = with(self.admit(state, None).await?, refresh.clone());
        // A picture or a script does not change tokens: pages and streams do, whose answers are read.
        let Some(refresh) = refresh.filter(|_| may_renew) else { return Ok(nobody) };
        let change = renew(nobody.clone(), refresh.clone());
        match state.renewals.renew(&refresh, change).await {
            Ok(tokens) => {
                keep_tokens(jar, &tokens);
                let admission = self.admit(state, Some(&tokens.access_token)).await?;
                Ok(with(admission, Some(tokens.refresh_token)))
            }
            Err(Trouble::Unauthenticated) => {
                jar.forget(cookies::REFRESH);
                Ok(nobody)
            }
            // Whether the token is good cannot be known now, so it is kept.
            Err(trouble) => Err(trouble),
        }
    }

    /// Asks the reception, as over HTTP.
    async fn admit(
        &self,
        state: &super::State,
        token: Option<&str>,
    ) -> Result<Arc<dyn Admission>, Trouble> {
        let mut headers = HeaderMap::new();
        if let Some(token) =
            token.and_then(|it| HeaderValue::from_str(&format!("Bearer {it}")).ok())
        {
            headers.insert(header::AUTHORIZATION, token);
        }
        let visit = Visit {
            headers: &headers,
            address: self.address,
            request_id: &self.request_id,
            language: self.language,
            lasting: false,
        };
        let received = receive(&state.front, &visit).await;
        received.map_err(|error| trouble_of(error, self.language, &self.request_id))
    }

    /// The page for whom nobody can be told from anybody.
    fn turned_away(&self, trouble: &Trouble) -> Response {
        let (here, seal) = (self.here.clone(), self.secret.seal_at(&self.here));
        let shell = Shell::new(self.language, Viewer::default(), Section::None, here, seal);
        let mut response = trouble::page_within(shell, trouble, None, &[], &self.request_id);
        if let Trouble::RateLimited(Some(seconds)) = trouble {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        response
    }
}

async fn renew(nobody: Guest, refresh: String) -> Result<Tokens, Trouble> {
    let refresh = match Refresh::of(&refresh) {
        Refresh::Issuers(refresh) => return sign_in::issuer::renew(&nobody, refresh).await,
        Refresh::Ours(refresh) => refresh,
    };
    let renewed = nobody.change(&RENEW, json!({ "refreshToken": refresh })).await;
    match renewed {
        Ok(renewed) => renewed.ok().and_then(|it| it.session).ok_or(Trouble::Unauthenticated),
        // What is in the cookie is no token at all.
        Err(Trouble::BadInput(_) | Trouble::NotFound) => Err(Trouble::Unauthenticated),
        Err(trouble) => Err(trouble),
    }
}

/// What an error that met nobody's query is to a page, told as the API tells it.
fn trouble_of(error: async_graphql::Error, language: Language, request_id: &str) -> Trouble {
    let (body, code) = execution::settled(error, language, request_id);
    let told: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let message = told["errors"][0]["message"].as_str().unwrap_or_default();
    Trouble::of_code(code.as_str(), message.to_owned(), None)
}

/// Whether a person opens a page, rather than a page something beside it. Old browsers do not say.
fn is_page(headers: &HeaderMap) -> bool {
    let said = headers.get("sec-fetch-dest").and_then(|value| value.to_str().ok());
    said.is_none_or(|said| said == "document")
}

/// Whether an open page wants to hear what changes.
fn is_stream(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accepts| accepts == "text/event-stream")
}

/// The language that was chosen, else the one that the browser prefers, else Chinese.
fn language(headers: &HeaderMap, jar: &Jar) -> Language {
    let accepted = || headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok();
    let chosen = jar.get(cookies::LANGUAGE).and_then(Language::preferred);
    chosen.or_else(|| accepted().and_then(Language::preferred)).unwrap_or(Language::ZhCn)
}

fn dress(response: &mut Response, language: Language) {
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
}
