//! `zhanjian account`: the register, for whoever runs the machine. The first administrator comes from here.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};

use super::{Failure, Outcome};
use crate::{
    access::Role,
    accounts::{self, Enrolment, Member, PlaceCodes, Post, Step, random_password},
    audit::{self, Entry, OPERATOR},
    clock::Clock,
    config::Config,
    db::Database,
    error::Error,
    ids::NodeKind,
    outbox::Write,
};

/// `zhanjian account`
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Put somebody on the register
    Add(AddArgs),
    /// List the register
    List,
    /// Let somebody go to work, for the first time or again
    Activate {
        /// Whom, by their login
        login: String,
        /// The day on which they signed the undertaking of confidentiality, if the register does not say it yet
        #[arg(long, value_name = "DATE")]
        undertaking_signed_on: Option<NaiveDate>,
    },
    /// Keep somebody out for a time
    Suspend {
        /// Whom, by their login
        login: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Let somebody leave, for good
    Left {
        /// Whom, by their login
        login: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Give somebody another password, and end all their sessions
    ResetPassword {
        /// Whom, by their login
        login: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
}

/// Who is put on the register.
#[derive(Args, Debug)]
pub struct AddArgs {
    /// The name to sign in with
    #[arg(long, value_name = "LOGIN")]
    pub login: String,
    /// What people call them
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// STAFF, HEAD, DISTRICT_OFFICER, MUNICIPAL_OFFICER, TECH_TRANSFER or ADMINISTRATOR
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub role: Role,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The day on which they signed the undertaking of confidentiality; without it they are not let in yet
    #[arg(long, value_name = "DATE")]
    pub undertaking_signed_on: Option<NaiveDate>,
    /// Make no password: they sign in by single sign-on
    #[arg(long, conflicts_with = "password_file")]
    pub no_password: bool,
    #[command(flatten)]
    pub password: PasswordArgs,
}

/// The place that goes with a role.
#[derive(Args, Debug)]
#[group(required = false, multiple = false)]
pub struct PlaceArgs {
    /// The station of staff and heads
    #[arg(long, value_name = "CODE")]
    pub station: Option<String>,
    /// The district of a district's officer
    #[arg(long, value_name = "CODE")]
    pub district: Option<String>,
    /// The organization of a tech-transfer office
    #[arg(long, value_name = "CODE")]
    pub organization: Option<String>,
}

/// Where a password comes from. Never from the command line itself, which everybody on the machine can see.
#[derive(Args, Debug)]
pub struct PasswordArgs {
    /// A file that holds the password; without it one is made and printed once
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

fn role(name: &str) -> Result<Role, String> {
    let name = name.to_uppercase().replace('-', "_");
    accounts::role_of(&name).ok_or_else(|| "there is no such role".to_owned())
}

/// Keeps the register.
pub(super) async fn run(config: &Config, command: &AccountCommand) -> Result<Outcome, Failure> {
    let now = Clock::system().now();
    if let AccountCommand::Add(arguments) = command {
        super::prepare_data_dir(config)?;
        let db = super::open_database(config).await?;
        return add(&db, arguments, now).await;
    }
    super::require_data(config)?;
    let db = super::open_database(config).await?;
    match command {
        AccountCommand::Add(arguments) => add(&db, arguments, now).await,
        AccountCommand::List => list(&db).await,
        AccountCommand::Activate { login, undertaking_signed_on } => {
            activate(&db, login, *undertaking_signed_on, now).await
        }
        AccountCommand::Suspend { login, reason } => {
            let step = Step::Suspend { reason: reason.clone() };
            take(&db, "suspendMember", login, step, now).await
        }
        AccountCommand::Left { login, reason } => {
            let step = Step::Leave { reason: reason.clone() };
            take(&db, "memberLeft", login, step, now).await
        }
        AccountCommand::ResetPassword { login, password } => {
            reset_password(&db, login, password, now).await
        }
    }
}

async fn add(db: &Database, arguments: &AddArgs, now: DateTime<Utc>) -> Result<Outcome, Failure> {
    let PlaceArgs { station, district, organization } = &arguments.place;
    let codes = PlaceCodes {
        station: station.clone(),
        district: district.clone(),
        organization: organization.clone(),
    };
    let (station, district, organization) = codes.ids(db.read()).await.map_err(misused)?;
    if arguments.undertaking_signed_on.is_some_and(|day| day > Clock::system().today()) {
        return Err(Failure::misuse("--undertaking-signed-on: this day is still to come"));
    }
    let password = match arguments.no_password {
        true => None,
        false => Some(arguments.password.read()?),
    };
    let enrolment = Enrolment {
        login: arguments.login.clone(),
        name: arguments.name.clone(),
        role: arguments.role,
        station,
        district,
        organization,
        employment: None,
        undertaking_signed_on: arguments.undertaking_signed_on,
        areas: Vec::new(),
        password: password.as_ref().map(|password| password.text.clone()),
    };
    let checked = enrolment.checked().await.map_err(misused)?;
    let write = db.write().await?;
    let member = accounts::enrol(&*write, checked, OPERATOR, now).await.map_err(misused)?;
    enter(db, write, "enrolMember", &member, Some(word(&member.state)), now).await?;
    super::tell(&format!("{} is on the register: {}", member.login, word(&member.state)));
    if member.undertaking_signed_on.is_none() {
        super::tell(&format!(
            "they get in once the undertaking is signed: zhanjian account activate {} --undertaking-signed-on DATE",
            member.login
        ));
    }
    if let Some(password) = password {
        password.show();
    }
    Ok(Outcome::Done)
}

async fn list(db: &Database) -> Result<Outcome, Failure> {
    super::say("login\tname\trole\tplace\tstate\tundertaking");
    for (member, place) in accounts::all_members(db.read()).await? {
        let signed =
            member.undertaking_signed_on.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let place = place.unwrap_or_else(|| "-".to_owned());
        let (role, state) = (word(&member.role), word(&member.state));
        super::say(&format!(
            "{}\t{}\t{role}\t{place}\t{state}\t{signed}",
            member.login, member.name
        ));
    }
    Ok(Outcome::Done)
}

async fn activate(
    db: &Database,
    login: &str,
    signed_on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<Outcome, Failure> {
    if let Some(day) = signed_on {
        let (write, member) = find(db, login).await?;
        let today = Clock::system().today();
        accounts::sign_undertaking(&*write, &member, day, today, OPERATOR, now)
            .await
            .map_err(misused)?;
        enter(db, write, "signUndertaking", &member, Some(day.to_string()), now).await?;
    }
    take(db, "activateMember", login, Step::Activate, now).await
}

async fn take(
    db: &Database,
    action: &'static str,
    login: &str,
    step: Step,
    now: DateTime<Utc>,
) -> Result<Outcome, Failure> {
    let (write, member) = find(db, login).await?;
    let state = accounts::step(&*write, &member, step, OPERATOR, now).await.map_err(misused)?;
    enter(db, write, action, &member, Some(word(&state)), now).await?;
    super::tell(&format!("{}: {}", member.login, word(&state)));
    Ok(Outcome::Done)
}

async fn reset_password(
    db: &Database,
    login: &str,
    password: &PasswordArgs,
    now: DateTime<Utc>,
) -> Result<Outcome, Failure> {
    let password = password.read()?;
    let member = accounts::by_login(db.read(), login).await?.ok_or_else(|| nobody(login))?;
    let hash = accounts::new_hash(&password.text, &member.login).await.map_err(misused)?;
    let (write, member) = find(db, login).await?;
    accounts::put_password(&*write, &member, hash, OPERATOR, now).await.map_err(misused)?;
    enter(db, write, "resetPassword", &member, None, now).await?;
    super::tell(&format!("{} has another password; all sessions have ended", member.login));
    password.show();
    Ok(Outcome::Done)
}

async fn find(db: &Database, login: &str) -> Result<(Write, Member), Failure> {
    let write = db.write().await?;
    let member = accounts::by_login(&*write, login).await?;
    Ok((write, member.ok_or_else(|| nobody(login))?))
}

fn nobody(login: &str) -> Failure {
    Failure::misuse(format!("there is nobody with the login {login:?} on the register"))
}

/// Enters what was done into the audit log, and ends the change.
async fn enter(
    db: &Database,
    write: Write,
    action: &'static str,
    member: &Member,
    said: Option<String>,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let district = accounts::district_of(db.read(), &Post::from(member)).await?;
    let entry = Entry::new(action).of(NodeKind::Member, member.id).within(district.as_deref());
    let entry = match said {
        Some(said) => entry.saying(said),
        None => entry,
    };
    audit::by_operator(&*write, entry, now).await?;
    write.commit(now).await?;
    Ok(())
}

fn word<T: sea_orm::ActiveEnum<Value = String> + Clone>(value: &T) -> String {
    value.to_value()
}

/// A password, and whether whoever is at the terminal does not know it yet.
struct Password {
    text: String,
    made: bool,
}

impl PasswordArgs {
    fn read(&self) -> Result<Password, Failure> {
        let Some(file) = &self.password_file else {
            return Ok(Password { text: random_password(), made: true });
        };
        let text = std::fs::read_to_string(file)
            .map_err(|cause| Failure::misuse(format!("{}: {cause}", file.display())))?;
        Ok(Password { text: text.trim_end_matches(['\r', '\n']).to_owned(), made: false })
    }
}

impl Password {
    /// Shows a password that was made. It is the only thing on standard output, so that a script can take it.
    fn show(&self) {
        if self.made {
            super::tell("the password, shown this once:");
            super::say(&self.text);
        }
    }
}

/// What the register refuses is wrong with the command line.
pub(super) fn misused(error: Error) -> Failure {
    match &error {
        Error::Invalid { .. } | Error::Rule { .. } | Error::Conflict { .. } | Error::NotFound => {
            Failure::misuse(error.message(crate::language::Language::En))
        }
        _ => error.into(),
    }
}
