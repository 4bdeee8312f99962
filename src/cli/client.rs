//! `zhanjian client`: the programs of partner portals, for whoever runs the machine.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use sea_orm::ActiveEnum as _;

use super::{Failure, Outcome, account::misused};
use crate::{
    access::ClientScope,
    accounts::{self, ApiClient, ClientState, NewClient, PlaceCodes},
    audit::{self, Entry, OPERATOR},
    clock::Clock,
    config::Config,
    db::Database,
    ids::NodeKind,
    outbox::Write,
};

/// `zhanjian client`
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Make a client, and print its id and its secret once
    Add(AddArgs),
    /// List the clients
    List,
    /// Give a client a new secret, printed once; the present one stays good for a while beside it
    RotateSecret {
        /// Which, by its client id
        client_id: String,
        /// End the present secrets at once
        #[arg(long)]
        at_once: bool,
    },
    /// Keep a client out: every token that it has ends at once
    Disable {
        /// Which, by its client id
        client_id: String,
    },
    /// Let a client in again
    Enable {
        /// Which, by its client id
        client_id: String,
    },
}

/// A client that is to be made.
#[derive(Args, Debug)]
pub struct AddArgs {
    /// What people call it
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What it may do: read, consultations, needs, introductions, ratings; may be given more than once
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',', value_parser = scope, required = true)]
    pub scopes: Vec<ClientScope>,
    /// The organization that it speaks for
    #[arg(long, value_name = "CODE")]
    pub organization: Option<String>,
    /// How many requests a minute it may send
    #[arg(long, value_name = "N")]
    pub requests_per_minute: Option<i32>,
    /// What its requests may cost a minute
    #[arg(long, value_name = "N")]
    pub cost_per_minute: Option<i32>,
}

fn scope(name: &str) -> Result<ClientScope, String> {
    ClientScope::parse(name.trim()).ok_or_else(|| {
        let scopes: Vec<&str> = ClientScope::ALL.into_iter().map(ClientScope::as_str).collect();
        format!("there are {}", scopes.join(", "))
    })
}

/// Keeps the clients.
pub(super) async fn run(config: &Config, command: &ClientCommand) -> Result<Outcome, Failure> {
    super::require_data(config)?;
    let db = super::open_database(config).await?;
    let now = Clock::system().now();
    match command {
        ClientCommand::Add(arguments) => add(&db, arguments, now).await,
        ClientCommand::List => list(&db).await,
        ClientCommand::RotateSecret { client_id, at_once } => {
            let overlap = if *at_once {
                chrono::Duration::zero()
            } else {
                let overlap = config.accounts.client_secret_overlap;
                chrono::Duration::from_std(overlap).unwrap_or(chrono::Duration::MAX)
            };
            rotate(&db, client_id, overlap, now).await
        }
        ClientCommand::Disable { client_id } => {
            put(&db, "disableApiClient", client_id, ClientState::Disabled, now).await
        }
        ClientCommand::Enable { client_id } => {
            put(&db, "enableApiClient", client_id, ClientState::Active, now).await
        }
    }
}

async fn add(db: &Database, arguments: &AddArgs, now: DateTime<Utc>) -> Result<Outcome, Failure> {
    let codes =
        PlaceCodes { organization: arguments.organization.clone(), ..PlaceCodes::default() };
    let (_, _, organization) = codes.ids(db.read()).await.map_err(misused)?;
    let new = NewClient {
        name: arguments.name.clone(),
        organization,
        scopes: arguments.scopes.clone(),
        requests_per_minute: arguments.requests_per_minute,
        cost_per_minute: arguments.cost_per_minute,
    };
    let write = db.write().await?;
    let (client, secret) =
        accounts::add_client(&*write, new, OPERATOR, now).await.map_err(misused)?;
    enter(write, "createApiClient", &client, Some(scopes(&client)), now).await?;
    super::tell("the secret is shown this once:");
    super::say(&format!("client_id      {}\nclient_secret  {secret}", client.client_id));
    Ok(Outcome::Done)
}

async fn list(db: &Database) -> Result<Outcome, Failure> {
    super::say("client_id\tname\tstate\tscopes\trequests_per_minute\tcost_per_minute");
    let bound = |bound: Option<i32>| bound.map_or_else(|| "-".to_owned(), |it| it.to_string());
    for client in accounts::all_clients(db.read()).await? {
        super::say(&format!(
            "{}\t{}\t{}\t{}\t{}\t{}",
            client.client_id,
            client.name,
            client.state.to_value(),
            scopes(&client),
            bound(client.requests_per_minute),
            bound(client.cost_per_minute),
        ));
    }
    Ok(Outcome::Done)
}

async fn rotate(
    db: &Database,
    client_id: &str,
    overlap: chrono::Duration,
    now: DateTime<Utc>,
) -> Result<Outcome, Failure> {
    let (write, client) = find(db, client_id).await?;
    let secret =
        accounts::rotate_secret(&*write, &client, overlap, OPERATOR, now).await.map_err(misused)?;
    enter(write, "rotateApiClientSecret", &client, None, now).await?;
    super::tell("the new secret is shown this once:");
    super::say(&format!("client_id      {}\nclient_secret  {secret}", client.client_id));
    Ok(Outcome::Done)
}

async fn put(
    db: &Database,
    action: &'static str,
    client_id: &str,
    state: ClientState,
    now: DateTime<Utc>,
) -> Result<Outcome, Failure> {
    let (write, client) = find(db, client_id).await?;
    accounts::put_client_state(&*write, &client, state, OPERATOR, now).await.map_err(misused)?;
    enter(write, action, &client, Some(state.to_value()), now).await?;
    super::tell(&format!("{}: {}", client.client_id, state.to_value()));
    Ok(Outcome::Done)
}

fn scopes(client: &ApiClient) -> String {
    let scopes = accounts::scopes(&client.scopes);
    scopes.into_iter().map(ClientScope::as_str).collect::<Vec<_>>().join(" ")
}

async fn find(db: &Database, client_id: &str) -> Result<(Write, ApiClient), Failure> {
    let write = db.write().await?;
    let client = accounts::by_client_id(&*write, client_id).await?;
    let unknown = || Failure::misuse(format!("there is no client with the id {client_id:?}"));
    Ok((write, client.ok_or_else(unknown)?))
}

/// Enters what was done into the audit log, and ends the change.
async fn enter(
    write: Write,
    action: &'static str,
    client: &ApiClient,
    said: Option<String>,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let entry = Entry::new(action).of(NodeKind::ApiClient, client.id);
    let entry = match said {
        Some(said) => entry.saying(said),
        None => entry,
    };
    audit::by_operator(&*write, entry, now).await?;
    write.commit(now).await?;
    Ok(())
}
