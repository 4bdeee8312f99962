//! The house of a test.

use std::{num::NonZeroU32, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use zhanjian::{
    access::{Audience, Role, Viewer},
    accounts::{self, Enrolment, PlaceCodes},
    answers::AnsweredQuestions,
    app::{App, Ctx},
    clock::Clock,
    db::Database,
    execution::Limits,
    expertise::ExpertiseAreas,
    http::{self, Admission, RateLimit, Reception, Visit},
    ids::{GlobalId, NodeKind},
    indexer,
    organizations::Organizations,
    reception::{FrontDesk, data_of},
    regulations::{RegulationRelations, Regulations},
    service::{Service, Settings},
    stations::Stations,
    transfer::{self, Import, Outcome, Source, Summary, Transfer},
    vault,
};

use super::{
    Reply,
    engine::{Engine, Place},
    sample,
};

/// The instant at which every house opens: noon of 2026-11-22 in Shanghai.
pub const OPENED: &str = "2026-11-22T04:00:00Z";

/// How long anything may take that should take a moment.
const PATIENCE: Duration = Duration::from_secs(60);
/// Nobody asks the database anything for so long once all is done.
const SILENCE: Duration = Duration::from_millis(250);

/// A service with a database, an index and a clock of its own.
pub struct House {
    pub engine: Engine,
    pub service: Service,
    pub router: Router,
    pub clock: Clock,
    pub folder: TempDir,
    place: Place,
}

impl House {
    /// A house with nothing in it.
    pub async fn new(engine: Engine) -> Self {
        Self::opened_at(engine, OPENED).await
    }

    /// A house with nothing in it that opens at an instant.
    pub async fn opened_at(engine: Engine, instant: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = engine.fresh(folder.path()).await;
        let clock = Clock::set_to(instant.parse().unwrap());
        Self::over(engine, folder, place, clock, Limits::default()).await
    }

    /// A house whose database was put back from a copy before it opened.
    pub async fn restored(engine: Engine, copy: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = engine.fresh(folder.path()).await;
        let keys = vault::Source::File(folder.path().join("master.keys"));
        zhanjian::backup::keys::restore(&keys, copy).unwrap();
        zhanjian::backup::restore(&place.settings, copy).await.unwrap();
        let house = Self::over(
            engine,
            folder,
            place,
            Clock::set_to(OPENED.parse().unwrap()),
            Limits::default(),
        );
        let house = house.await;
        house.settle().await;
        house
    }

    async fn over(
        engine: Engine,
        folder: TempDir,
        place: Place,
        clock: Clock,
        limits: Limits,
    ) -> Self {
        let settings = Settings {
            database: place.settings.clone(),
            index_dir: folder.path().join("index"),
            index: zhanjian_index::Options::default(),
            indexer: indexer::Settings {
                commit_interval: Duration::from_millis(5),
                poll_interval: Duration::from_secs(1),
                rebuild_request: zhanjian::service::rebuild_request(folder.path()),
            },
            limits,
            clock: clock.clone(),
            vault: vault::Source::File(folder.path().join("master.keys")),
            accounts: accounts::Settings::default(),
            sso: None,
            calendar: None,
            consultations: zhanjian::consultations::Settings::default(),
            needs: zhanjian::needs::Settings::default(),
            oai: zhanjian::oai::Settings::default(),
            introductions: zhanjian::introductions::Settings::default(),
        };
        let service = Service::start(settings).await.unwrap();
        let settings = http::Settings { max_body_bytes: 2 << 20, ..http::Settings::default() };
        let front = front(&service, settings).await;
        let router = http::router(front).unwrap();
        Self { engine, service, router, clock, folder, place }
    }

    /// Another front door, for serving at an address.
    pub async fn front(&self, lasting: http::Lasting) -> http::Front {
        front(&self.service, http::Settings { lasting, ..http::Settings::default() }).await
    }

    /// Another front door that lets each client ask so often at once, and hardly more.
    pub async fn narrow_door(&self, burst: NonZeroU32) -> Router {
        let rate_limit = Some(RateLimit { per_second: NonZeroU32::MIN, burst });
        let settings = http::Settings { rate_limit, ..http::Settings::default() };
        http::router(front(&self.service, settings).await).unwrap()
    }

    /// The database.
    pub fn db(&self) -> &Database {
        &self.service.app.db
    }

    /// Where the keys are.
    pub fn keys(&self) -> vault::Source {
        vault::Source::File(self.path().join("master.keys"))
    }

    /// A folder for the test's own files.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Asks as anybody.
    pub async fn ask(&self, query: &str) -> Reply {
        self.anybody().run(query, json!({})).await
    }

    /// One who has not signed in.
    pub fn anybody(&self) -> Member<'_> {
        self.member_of([])
    }

    /// One who holds these tokens, such as `network` or `station:SH-PD`.
    pub fn member_of<'a>(&'a self, tokens: impl IntoIterator<Item = &'a str>) -> Member<'a> {
        let tokens: Vec<&str> = tokens.into_iter().collect();
        Member { house: self, tokens: tokens.join(","), bearer: None, id: String::new() }
    }

    /// One who comes with a bearer token.
    pub fn bearer(&self, token: impl Into<String>) -> Member<'_> {
        Member { house: self, tokens: String::new(), bearer: Some(token.into()), id: String::new() }
    }

    /// Puts somebody on the register: their login and their global id. `place` is the code of the station, district or
    /// organization that goes with the role.
    pub async fn enrolled(
        &self,
        role: Role,
        place: &str,
        password: Option<&str>,
    ) -> (String, String) {
        let place = Some(place.to_owned()).filter(|place| !place.is_empty());
        let codes = match role {
            Role::Staff | Role::Head => PlaceCodes { station: place, ..PlaceCodes::default() },
            Role::DistrictOfficer => PlaceCodes { district: place, ..PlaceCodes::default() },
            Role::TechTransfer => PlaceCodes { organization: place, ..PlaceCodes::default() },
            Role::MunicipalOfficer | Role::Administrator => PlaceCodes::default(),
        };
        let app = &self.service.app;
        let (station, district, organization) = codes.ids(self.db().read()).await.unwrap();
        let number = zhanjian::ids::new_id().simple().to_string();
        let enrolment = Enrolment {
            login: format!("member-{number}"),
            name: format!("示例{}", &number[number.len() - 4..]),
            role,
            station,
            district,
            organization,
            employment: None,
            undertaking_signed_on: Some(app.clock.today()),
            areas: Vec::new(),
            password: password.map(str::to_owned),
        };
        let checked = enrolment.checked().await.unwrap();
        let write = self.db().write().await.unwrap();
        let member = accounts::enrol(&*write, checked, "test", app.clock.now()).await.unwrap();
        write.commit(app.clock.now()).await.unwrap();
        (member.login, GlobalId::encode(NodeKind::Member, member.id).0)
    }

    /// Puts somebody on the register and signs them in, without the password that a test of rights has no need of.
    pub async fn signed_in(&self, role: Role, place: &str) -> Member<'_> {
        let (_, id) = self.enrolled(role, place, None).await;
        let token = self.session(&id).await;
        Member { id, ..self.bearer(token) }
    }

    /// An access token of a new session of a member.
    pub async fn session(&self, id: &str) -> String {
        let id = GlobalId::decode_as("id", id, NodeKind::Member).unwrap();
        let ctx = Ctx::new(Arc::clone(&self.service.app), Viewer::anonymous());
        let write = self.db().write().await.unwrap();
        let tokens = accounts::begin(&ctx, &*write, id).await.unwrap();
        write.commit(ctx.now()).await.unwrap();
        tokens.access
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        Reply::to(&self.router, request).await
    }

    /// Takes a file in; its name's ending tells the format. Every row must be good.
    pub async fn import<T: Transfer>(
        &self,
        kind: &T,
        name: &str,
        bytes: impl Into<Bytes>,
    ) -> Summary {
        let summary = self.import_with(kind, name, bytes, Import::default()).await;
        let faults: Vec<String> = summary.faults.iter().map(ToString::to_string).collect();
        assert!(summary.is_clean(), "{summary}\n{}", faults.join("\n"));
        summary
    }

    /// Takes a file in that can be read, whatever its rows.
    pub async fn import_with<T: Transfer>(
        &self,
        kind: &T,
        name: &str,
        bytes: impl Into<Bytes>,
        import: Import,
    ) -> Summary {
        match self.try_import(kind, name, bytes, import).await {
            Outcome::Read(summary) => summary,
            Outcome::Unreadable(fault) => panic!("{name} cannot be read: {fault}"),
        }
    }

    /// Takes any file in.
    pub async fn try_import<T: Transfer>(
        &self,
        kind: &T,
        name: &str,
        bytes: impl Into<Bytes>,
        import: Import,
    ) -> Outcome {
        let source = Source::Memory(name.to_owned(), bytes.into());
        transfer::run(self.db(), &self.clock, kind, &source, import, |_, _| {}).await.unwrap()
    }

    /// Loads the sample data and lets the index take it in.
    pub async fn demo(&self) {
        zhanjian::demo::load(self.db(), &self.clock).await.unwrap();
        self.settle().await;
    }

    /// Loads what the sample data's rows refer to: areas, stations, regulations and their relations, organizations.
    pub async fn places(&self) {
        self.import(&ExpertiseAreas, "areas.csv", sample::AREAS).await;
        self.import(&Stations, "stations.csv", sample::STATIONS).await;
        self.import(&Regulations, "regulations.csv", sample::REGULATIONS).await;
        self.import(&RegulationRelations, "relations.csv", sample::RELATIONS).await;
        self.import(&Organizations, "organizations.csv", sample::ORGANIZATIONS).await;
    }

    /// Takes in answers to everybody, of Pudong's station, as JSON objects that need not say so, and lets the index
    /// take them in.
    pub async fn answers(&self, rows: impl IntoIterator<Item = Value>) -> Summary {
        let kind = AnsweredQuestions {
            station: Some("SH-PD".to_owned()),
            audience: Some(Audience::Public),
        };
        let lines: Vec<String> = rows.into_iter().map(|row| row.to_string()).collect();
        let summary = self.import(&kind, "answers.jsonl", lines.join("\n")).await;
        self.settle().await;
        summary
    }

    /// Waits until the index has taken in all that is in the database now.
    pub async fn settle(&self) {
        self.service.settle(PATIENCE).await.unwrap();
    }

    /// How many statements a request costs, once nothing else asks the database: the least of some times, as somebody
    /// may look at it once in a while.
    pub async fn cost(&self, member: &Member<'_>, query: &str, variables: Value) -> u64 {
        self.settle().await;
        self.fall_silent().await;
        let mut least = u64::MAX;
        for _ in 0..5 {
            let before = self.db().statements();
            member.run(query, variables.clone()).await.data();
            least = least.min(self.db().statements() - before);
        }
        least
    }

    /// Waits until nobody has asked the database anything for a while: the matchmaker goes through what has changed
    /// behind the index.
    async fn fall_silent(&self) {
        for _ in 0..300 {
            let before = self.db().statements();
            tokio::time::sleep(SILENCE).await;
            if self.db().statements() == before {
                return;
            }
        }
        panic!("somebody asks the database again and again");
    }

    /// The same house, closed and opened again at once.
    pub async fn opened_again(self) -> Self {
        let Self { engine, service, router, clock, folder, place } = self;
        drop(router);
        service.release().await.unwrap();
        Self::over(engine, folder, place, clock, Limits::default()).await
    }

    /// Compares index and database, ends the service and removes what the test has made.
    pub async fn leave(self) {
        self.settle().await;
        let app = &self.service.app;
        let report = indexer::verify(&app.db, &app.index).await.unwrap();
        assert!(report.differences.is_empty(), "{:?}", report.differences);
        self.abandon().await;
    }

    /// Ends the service and removes what the test has made, without looking at the index.
    pub async fn abandon(self) {
        let Self { service, place, router, .. } = self;
        drop(router);
        service.end().await.unwrap();
        place.remove().await;
    }
}

/// Somebody who asks.
pub struct Member<'a> {
    house: &'a House,
    tokens: String,
    bearer: Option<String>,
    /// Their global id, where they are on the register.
    pub id: String,
}

impl Member<'_> {
    /// The bearer token that they come with.
    pub fn token(&self) -> &str {
        self.bearer.as_deref().unwrap()
    }

    /// The bearer token that they come with, if they have signed in.
    pub fn bearer(&self) -> Option<&str> {
        self.bearer.as_deref()
    }

    /// Asks for something without variables.
    pub async fn ask(&self, query: &str) -> Reply {
        self.run(query, json!({})).await
    }

    /// Asks for something with variables.
    pub async fn run(&self, query: &str, variables: Value) -> Reply {
        self.post(json!({ "query": query, "variables": variables }).to_string()).await
    }

    /// Sends a body.
    pub async fn post(&self, body: impl Into<Body>) -> Reply {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json");
        let request = match &self.bearer {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request.header(TOKENS, &self.tokens),
        };
        self.house.send(request.body(body.into()).unwrap()).await
    }
}

async fn front(service: &Service, settings: http::Settings) -> http::Front {
    let app = &service.app;
    let porter = Porter { app: Arc::clone(app), desk: FrontDesk(Arc::clone(app)) };
    service.front(Arc::new(porter), settings).await.unwrap()
}

/// The header in which a test says who asks.
pub const TOKENS: &str = "x-test-tokens";

/// Takes the viewer's tokens from a header, as only a test may; whoever comes with a bearer token is asked at the desk.
struct Porter {
    app: Arc<App>,
    desk: FrontDesk,
}

#[async_trait::async_trait]
impl Reception for Porter {
    async fn receive(&self, visit: &Visit<'_>) -> Result<Arc<dyn Admission>, async_graphql::Error> {
        if visit.headers.contains_key(header::AUTHORIZATION) {
            return self.desk.receive(visit).await;
        }
        let tokens = visit.headers.get(TOKENS).map_or("", |value| value.to_str().unwrap());
        let viewer = Viewer::holding(tokens.split(',').filter(|token| !token.is_empty()));
        let app = Arc::clone(&self.app);
        Ok(Arc::new(move |_: &str| data_of(Ctx::new(Arc::clone(&app), viewer.clone()))))
    }
}
