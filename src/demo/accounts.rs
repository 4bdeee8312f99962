//! One sample account a role, and a sample portal, so that everybody who looks at the demonstration can sign in as
//! whoever they are curious about. Their passwords are made when the service starts and stand in no table and no file but
//! the one that was asked for: there is no password that everybody knows.

use std::{fmt, fs, io, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use chrono::{DateTime, Utc};
use sea_orm::ActiveEnum as _;
use serde::Serialize;

use crate::{
    access::{ClientScope, Role},
    accounts::{self, Enrolment, MemberState, NewClient, PlaceCodes, Post, Step, random_password},
    audit::{self, Entry},
    clock::Clock,
    db::Database,
    error::Result,
    ids::NodeKind,
    outbox::Write,
};

/// By whom rows of the demonstration were made: what somebody else made is never touched.
const DEMO: &str = "demo";

/// How a portal's client is called where roles are listed.
const PORTAL: &str = "PORTAL";

/// The role, the login, the name and the code of the place of each account.
const SAMPLES: [(Role, &str, &str, &str); 6] = [
    (Role::Staff, "demo-staff", "示例专员", "SH-PD"),
    (Role::Head, "demo-head", "示例站长", "SH-PD"),
    (Role::DistrictOfficer, "demo-district", "示例区级联系人", "PD"),
    (Role::MunicipalOfficer, "demo-municipal", "示例市级联系人", ""),
    (Role::TechTransfer, "demo-transfer", "示例成果转化专员", "demo-univ"),
    (Role::Administrator, "demo-admin", "示例系统管理员", ""),
];

/// The name of the sample portal.
const PORTAL_NAME: &str = "示例园区服务平台";

/// A sample account with the password that it got just now.
#[derive(Clone, Serialize)]
pub struct Credential {
    /// The role, as the contract names it; `PORTAL` for a portal's client.
    pub role: String,
    /// The name to sign in with; of a portal, its client id.
    pub login: String,
    /// The password; of a portal, its secret.
    pub password: String,
}

impl Credential {
    /// What the account is for, in Chinese.
    pub fn title(&self) -> &'static str {
        match accounts::role_of(&self.role) {
            Some(Role::Staff) => "工作站专员（浦东新区工作站）",
            Some(Role::Head) => "工作站负责人（浦东新区工作站）",
            Some(Role::DistrictOfficer) => "区级对口部门（浦东新区）",
            Some(Role::MunicipalOfficer) => "市级对口部门",
            Some(Role::TechTransfer) => "成果转化办公室（示例大学）",
            Some(Role::Administrator) => "系统管理员",
            None => "合作平台（在 /oauth/token 换取令牌）",
        }
    }
}

/// No password.
impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Credential").field("login", &self.login).finish_non_exhaustive()
    }
}

/// Makes the sample accounts; those that are there already get new passwords.
pub async fn make(db: &Database, clock: &Clock) -> Result<Vec<Credential>> {
    each(db, clock, true).await
}

/// Gives the sample accounts that there are new passwords, and makes none.
pub async fn renew(db: &Database, clock: &Clock) -> Result<Vec<Credential>> {
    each(db, clock, false).await
}

async fn each(db: &Database, clock: &Clock, make: bool) -> Result<Vec<Credential>> {
    let mut credentials = Vec::new();
    for (role, login, name, place) in SAMPLES {
        let password = random_password();
        let there = accounts::by_login(db.read(), login).await?;
        let done = match there {
            Some(member) if member.created_by.as_deref() == Some(DEMO) => {
                put_password(db, &member.login, &password, clock.now()).await?
            }
            None if make => {
                enrol(db, (role, login, name, place), &password, clock).await?;
                true
            }
            _ => false,
        };
        if done {
            let (role, login) = (role.to_value(), login.to_owned());
            credentials.push(Credential { role, login, password });
        }
    }
    credentials.extend(portal(db, clock.now(), make).await?);
    Ok(credentials)
}

async fn enrol(
    db: &Database,
    (role, login, name, place): (Role, &str, &str, &str),
    password: &str,
    clock: &Clock,
) -> Result<()> {
    let place = Some(place.to_owned());
    let codes = match role {
        Role::Staff | Role::Head => PlaceCodes { station: place, ..PlaceCodes::default() },
        Role::DistrictOfficer => PlaceCodes { district: place, ..PlaceCodes::default() },
        Role::TechTransfer => PlaceCodes { organization: place, ..PlaceCodes::default() },
        Role::MunicipalOfficer | Role::Administrator => PlaceCodes::default(),
    };
    let (station, district, organization) = codes.ids(db.read()).await?;
    let enrolment = Enrolment {
        login: login.to_owned(),
        name: name.to_owned(),
        role,
        station,
        district,
        organization,
        employment: None,
        undertaking_signed_on: Some(clock.today()),
        areas: Vec::new(),
        password: Some(password.to_owned()),
    };
    let checked = enrolment.checked().await?;
    let post = Post { role, station, district, organization };
    let district = accounts::district_of(db.read(), &post).await?;
    let write = db.write().await?;
    let member = accounts::enrol(&*write, checked, DEMO, clock.now()).await?;
    let entry = Entry::new("enrolMember").of(NodeKind::Member, member.id);
    enter(write, entry.within(district.as_deref()), clock.now()).await
}

/// Whether the account has a new password now: whoever has left the register has none.
async fn put_password(
    db: &Database,
    login: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let hash = accounts::new_hash(password, login).await?;
    let write = db.write().await?;
    let member = accounts::by_login(&*write, login).await?;
    let Some(member) = member.filter(|member| member.state != MemberState::Left) else {
        return Ok(false);
    };
    accounts::put_password(&*write, &member, hash, DEMO, now).await?;
    if member.state != MemberState::Active
        && let Some(member) = accounts::by_login(&*write, login).await?
    {
        accounts::step(&*write, &member, Step::Activate, DEMO, now).await?;
    }
    let district = accounts::district_of(db.read(), &Post::from(&member)).await?;
    let entry = Entry::new("resetPassword").of(NodeKind::Member, member.id);
    enter(write, entry.within(district.as_deref()), now).await?;
    Ok(true)
}

/// The client of the sample portal, with a new secret.
async fn portal(db: &Database, now: DateTime<Utc>, make: bool) -> Result<Option<Credential>> {
    let write = db.write().await?;
    let clients = accounts::all_clients(&*write).await?;
    let there = clients.into_iter().find(|it| it.created_by.as_deref() == Some(DEMO));
    let (client, secret, action) = match there {
        Some(client) => {
            let at_once = chrono::Duration::zero();
            let secret = accounts::rotate_secret(&*write, &client, at_once, DEMO, now).await?;
            (client, secret, "rotateApiClientSecret")
        }
        None if make => {
            let new = NewClient {
                name: PORTAL_NAME.to_owned(),
                organization: None,
                scopes: ClientScope::ALL.to_vec(),
                requests_per_minute: None,
                cost_per_minute: None,
            };
            let (client, secret) = accounts::add_client(&*write, new, DEMO, now).await?;
            (client, secret, "createApiClient")
        }
        None => return Ok(None),
    };
    enter(write, Entry::new(action).of(NodeKind::ApiClient, client.id), now).await?;
    let (role, login) = (PORTAL.to_owned(), client.client_id);
    Ok(Some(Credential { role, login, password: secret }))
}

async fn enter(write: Write, entry: Entry, now: DateTime<Utc>) -> Result<()> {
    audit::by_operator(&*write, entry, now).await?;
    write.commit(now).await?;
    Ok(())
}

/// Writes the accounts into a file that only its owner may read, whole or not at all.
pub fn write(file: &Path, accounts: &[Credential]) -> io::Result<()> {
    let partial = file.with_extension("partial");
    match fs::remove_file(&partial) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
        _ => {}
    }
    let mut out = fs::File::options().write(true).create_new(true).mode(0o600).open(&partial)?;
    serde_json::to_writer_pretty(&mut out, accounts)?;
    out.write_all(b"\n")?;
    out.sync_all()?;
    fs::rename(&partial, file)
}
