//! Where it is found out who asks: from the headers of a request to what resolvers find in their context.

use std::{any::TypeId, sync::Arc, time::Duration};

use async_graphql::Data;
use bytes::Bytes;
use http::{HeaderMap, header};
use sea_orm::prelude::async_trait::async_trait;

use crate::{
    access::{ClientIdentity, Identity, Viewer},
    accounts::{self, GrantRefused, Sso},
    app::{App, Ctx, Visitor},
    audit::{self, Entry},
    clock::Clock,
    error::{Error, Fault, Result},
    execution::Purse,
    files::Format,
    http::{
        Admission, Departure, Download, Downloads, GrantFault, Granted, IssuerDesk, IssuerFault,
        IssuerTokens, PagePart, PublicPage, Publications, Reception, TokenDesk, Uploaded, Uploads,
        Visit,
    },
    landing::{self, Landing, Pages, Part},
    language::{Language, Text},
    oai::Repository,
    organizations,
    reports::{self, Asked, SheetFormat},
    research::{self, Upload},
    takeaway::Exported,
};

/// The header in which a client names a request that may come twice.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Asks the register who a bearer token stands for; without a token, anybody.
pub struct FrontDesk(pub Arc<App>);

#[async_trait]
impl Reception for FrontDesk {
    async fn receive(&self, visit: &Visit<'_>) -> Result<Arc<dyn Admission>, async_graphql::Error> {
        let token = bearer(visit.headers).map_err(Fault::from)?;
        let app = Arc::clone(&self.0);
        let identity = match &token {
            None => Identity::Anonymous,
            Some(token) => {
                let now = app.clock.now();
                app.accounts.identify(&app.db, token, now).await.map_err(Fault::from)?
            }
        };
        let visitor = visitor(visit).map_err(Fault::from)?;
        Ok(Arc::new(Guest { app, token, viewer: Viewer::of(identity), visitor }))
    }
}

/// Somebody who was let in, for as long as their token is good.
struct Guest {
    app: Arc<App>,
    token: Option<String>,
    viewer: Viewer,
    visitor: Visitor,
}

#[async_trait]
impl Admission for Guest {
    fn data(&self, request_id: &str) -> Data {
        let visitor = Visitor { request_id: request_id.into(), ..self.visitor.clone() };
        data_of(Ctx::visited(Arc::clone(&self.app), self.viewer.clone(), visitor))
    }

    fn ends_in(&self) -> Option<Duration> {
        let ends_at = self.viewer.identity().ends_at()?;
        Some((ends_at - self.app.clock.now()).to_std().unwrap_or_default())
    }

    /// Whoever was let in as somebody else than they are now has to come again: a role may have changed.
    async fn holds(&self) -> bool {
        let Some(token) = &self.token else { return true };
        let now = self.app.clock.now();
        match self.app.accounts.identify(&self.app.db, token, now).await {
            Ok(identity) => identity == *self.viewer.identity(),
            Err(Error::Unauthenticated | Error::SignInEnded) => false,
            // That cannot be known now; it is asked again.
            Err(_) => true,
        }
    }
}

/// How a request came.
fn visitor(visit: &Visit<'_>) -> Result<Visitor> {
    // One key for all that is asked on a socket would make the second change a repetition of the first.
    let key = visit.headers.get(IDEMPOTENCY_KEY).filter(|_| !visit.lasting);
    let key = key.map(|value| value.to_str().unwrap_or_default().trim());
    if let Some(key) = key
        && !(1..=200).contains(&key.len())
    {
        let reason = Text::new(
            "the header has 1 to 200 letters, digits and signs of ASCII",
            "该请求头应为 1 至 200 个 ASCII 字符",
        );
        return Err(Error::invalid("Idempotency-Key", reason));
    }
    Ok(Visitor {
        language: visit.language,
        request_id: visit.request_id.into(),
        idempotency_key: key.map(Into::into),
        address: visit.address,
    })
}

/// The bearer token of a request (RFC 6750, section 2.1), if there is such a header.
///
/// # Errors
///
/// [`Error::SignInEnded`] where the header is something else.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.trim().split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    });
    token.map(|token| Some(token.to_owned())).ok_or(Error::SignInEnded)
}

/// What resolvers find in their context.
pub fn data_of(ctx: Ctx) -> Data {
    let mut data = Data::default();
    if let Identity::Client(client) = ctx.viewer.identity() {
        let (app, client) = (Arc::clone(&ctx.app), Arc::clone(client));
        data.insert::<Box<dyn Purse>>(Box::new(ClientPurse { app, client }));
    }
    data.insert(ctx);
    data
}

/// The budget of a partner portal's program.
struct ClientPurse {
    app: Arc<App>,
    client: Arc<ClientIdentity>,
}

impl Purse for ClientPurse {
    fn count(&self) -> Result<()> {
        self.app.accounts.count_request(&self.client)
    }

    fn pay(&self, cost: u64) -> Result<()> {
        self.app.accounts.count_cost(&self.client, cost)
    }
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

/// Where people with a browser sign in by the issuer.
pub struct IssuerCounter {
    sso: Sso,
    clock: Clock,
}

impl IssuerCounter {
    /// The counter of a service whose people can sign in there with a browser.
    pub fn new(app: &App) -> Option<Self> {
        let sso = app.accounts.sso().filter(|sso| sso.has_desk())?;
        Some(Self { sso: sso.clone(), clock: app.clock.clone() })
    }
}

#[async_trait]
impl IssuerDesk for IssuerCounter {
    async fn depart(&self) -> Result<Departure, IssuerFault> {
        let departure = self.sso.depart(self.clock.now()).await.map_err(fault)?;
        let accounts::Departure { address, state, secrets } = departure;
        let secrets = serde_json::to_string(&secrets).map_err(|_| IssuerFault::Away)?;
        Ok(Departure { address, state, secrets })
    }

    async fn arrive(
        &self,
        code: &str,
        issuer: Option<&str>,
        secrets: &str,
    ) -> Result<IssuerTokens, IssuerFault> {
        let secrets = serde_json::from_str(secrets).map_err(|_| IssuerFault::Refused)?;
        let now = self.clock.now();
        self.sso.arrive(code.to_owned(), issuer, secrets, now).await.map(handed_out).map_err(fault)
    }

    async fn go_on(&self, refresh: &str) -> Result<IssuerTokens, IssuerFault> {
        let tokens = self.sso.go_on(refresh.to_owned(), self.clock.now()).await;
        tokens.map(handed_out).map_err(fault)
    }

    async fn give_back(&self, refresh: &str) {
        self.sso.give_back(refresh.to_owned(), self.clock.now()).await;
    }

    async fn sign_out_page(&self) -> Option<String> {
        self.sso.sign_out_page(self.clock.now()).await
    }
}

fn handed_out(tokens: accounts::IssuerTokens) -> IssuerTokens {
    let accounts::IssuerTokens { bearers, refresh } = tokens;
    IssuerTokens { bearers, refresh }
}

fn fault(fault: accounts::IssuerFault) -> IssuerFault {
    match fault {
        accounts::IssuerFault::Refused => IssuerFault::Refused,
        accounts::IssuerFault::Away => IssuerFault::Away,
    }
}

/// Where everybody reads what is public: harvesters by OAI-PMH, people and programs by its page.
pub struct ReadingRoom {
    repository: Repository,
    pages: Pages,
    policy: String,
}

impl ReadingRoom {
    /// The reading room of a service.
    pub fn new(app: &Arc<App>, settings: &Arc<crate::oai::Settings>) -> Self {
        let repository = Repository::new(Arc::clone(app), Arc::clone(settings));
        let pages = Pages::new(Arc::clone(app), &settings.public_url, repository.clone());
        // What is not script is not run, so the data in the page needs no leave.
        let policy = format!(
            "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            landing::style_digest()
        );
        Self { repository, pages, policy }
    }
}

#[async_trait]
impl Publications for ReadingRoom {
    async fn harvested(&self, parameters: &[u8]) -> Result<String, async_graphql::Error> {
        Ok(self.repository.answer(parameters).await.map_err(Fault::from)?)
    }

    fn policy(&self) -> &str {
        &self.policy
    }

    async fn page(
        &self,
        id: &str,
        part: PagePart,
        language: Language,
    ) -> Result<PublicPage, async_graphql::Error> {
        let part = match part {
            PagePart::Html => Part::Page,
            PagePart::JsonLd => Part::JsonLd,
            PagePart::Linkset => Part::Linkset,
        };
        let landing = self.pages.open(id, part, language).await.map_err(Fault::from)?;
        Ok(match landing {
            Landing::Found { body, links } => PublicPage::Found { body, links },
            Landing::Gone(body) => PublicPage::Gone(body),
            Landing::Absent(body) => PublicPage::Absent(body),
        })
    }
}

/// Where people take their files away.
pub struct FileCounter;

#[async_trait]
impl Downloads for FileCounter {
    async fn fetch(
        &self,
        data: &Data,
        name: &str,
        parameters: &str,
    ) -> Result<Option<Download>, async_graphql::Error> {
        let Some(ctx) = ctx_of(data) else { return Ok(None) };
        // All of a kind or, with an id or a code behind it, one.
        let (kind, one) = match name.split_once('/') {
            Some((kind, one)) => (kind, Some(one)),
            None => (name, None),
        };
        let said = form_urlencoded::parse(parameters.as_bytes());
        let exported = match kind {
            "research-outputs" => research::export(ctx, one, said).await.map(Some),
            "organizations" => organizations::export(ctx, one, said).await.map(Some),
            "resources" => organizations::export_resources(ctx, one, said).await.map(Some),
            _ => match name.strip_prefix("research-outputs-template.").map(Format::named) {
                Some(Some(format)) => research::blank(ctx, format).await,
                Some(None) => Ok(None),
                None => return Ok(sheet(ctx, name, parameters).await.map_err(Fault::from)?),
            },
        };
        Ok(exported.map_err(Fault::from)?.map(|Exported { name, media_type, bytes }| Download {
            plain_name: name.clone(),
            name,
            media_type,
            bytes,
        }))
    }
}

/// The assessment sheet, in the format that the name's ending says.
async fn sheet(ctx: &Ctx, name: &str, parameters: &str) -> Result<Option<Download>> {
    let format = name.strip_prefix("assessment.").and_then(SheetFormat::of_extension);
    let Some(format) = format else { return Ok(None) };
    let asked = Asked::of_parameters(form_urlencoded::parse(parameters.as_bytes()));
    let report = reports::closed_loop(ctx, &asked?).await?;
    let sheet = reports::assessment(&report, format, ctx.now())?;
    let media_type = format.media_type();
    let reports::Assessment { name, plain_name, bytes } = sheet;
    Ok(Some(Download { name, plain_name, media_type, bytes }))
}

/// Where offices bring their files.
pub struct IncomingCounter;

#[async_trait]
impl Uploads for IncomingCounter {
    async fn may(&self, data: &Data, name: &str) -> Result<bool, async_graphql::Error> {
        let Some(ctx) = ctx_of(data).filter(|_| name == RESEARCH_OUTPUTS) else { return Ok(false) };
        if let Err(error) = research::may_import(ctx) {
            audit::refuse(ctx, Entry::new("previewResearchOutputImport"), &error).await;
            return Err(Fault::from(error).into());
        }
        Ok(true)
    }

    async fn take(
        &self,
        data: &Data,
        _: &str,
        parameters: &str,
        file: Bytes,
    ) -> Result<Uploaded, async_graphql::Error> {
        let Some(ctx) = ctx_of(data) else { return Err(Fault::from(Error::NotFound).into()) };
        let told = Box::pin(take_in(ctx, parameters, file)).await.map_err(Fault::from)?;
        Ok(Uploaded { told })
    }
}

/// The one kind of file that offices bring.
const RESEARCH_OUTPUTS: &str = "research-outputs";

fn ctx_of(data: &Data) -> Option<&Ctx> {
    data.get(&TypeId::of::<Ctx>()).and_then(|ctx| ctx.downcast_ref::<Ctx>())
}

/// Looks at a file, and tells what was seen.
async fn take_in(ctx: &Ctx, parameters: &str, bytes: Bytes) -> Result<serde_json::Value> {
    let mut upload =
        Upload { name: "research-outputs".to_owned(), format: None, organization: None, bytes };
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        match &*name {
            "name" => upload.name = value.into_owned(),
            "format" => upload.format = Some(value.into_owned()),
            "organization" => upload.organization = Some(value.into_owned()),
            _ => {
                let reason = Text::new(
                    "is no parameter here; there are name, format and organization",
                    "不是可用的参数；可用 name、format、organization",
                );
                return Err(Error::invalid(name.into_owned(), reason));
            }
        }
    }
    let import = research::preview(ctx, upload).await?;
    research::report(ctx, &import).await
}
