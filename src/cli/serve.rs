//! `zhanjian serve`

use std::{fmt::Write as _, time::Duration};

use tokio::net::TcpListener;
use tracing::{error, info};

use super::{Outcome, ServeArgs};
use crate::{
    config::Config,
    db::Database,
    demo,
    service::{self, Service, Settings},
    telemetry::Figures,
};

/// How long the sample data may take to be indexed before serving begins anyway.
const PATIENCE: Duration = Duration::from_mins(2);

/// Serves until told to stop.
pub(super) async fn run(
    config: &Config,
    arguments: &ServeArgs,
    figures: Option<Figures>,
) -> Outcome {
    match try_run(config, arguments, figures).await {
        Ok(()) => Outcome::Done,
        Err(failure) => {
            error!(error = %failure, "the service cannot go on");
            super::tell(&format!("zhanjian: {failure}"));
            failure.outcome
        }
    }
}

async fn try_run(
    config: &Config,
    arguments: &ServeArgs,
    figures: Option<Figures>,
) -> Result<(), super::Failure> {
    // First of all, so that a taken address is told before anything is written.
    let listener = TcpListener::bind(config.listen).await.map_err(|cause| {
        super::Failure::new(format!("cannot listen on {}: {cause}", config.listen))
    })?;
    let settings = Settings::of(config);
    // Likewise a fault in a dictionary.
    settings.index.fingerprint()?;
    super::prepare_data_dir(config)?;
    let db = super::open_database(config).await?;
    let mut demonstrated = Demonstrated::default();
    if arguments.demo {
        demonstrated = demonstrate(config, &db, &settings).await?;
        if let Some(file) = &arguments.demo_credentials {
            demo::write_credentials(file, &demonstrated.accounts).map_err(|cause| {
                super::Failure::new(format!("cannot write {}: {cause}", file.display()))
            })?;
        }
    }
    let service = Service::start_on(db, settings).await?;
    if demonstrated.loaded {
        service.settle(PATIENCE).await?;
    }
    let address = listener.local_addr().unwrap_or(config.listen);
    greet(&address.to_string());
    introduce(&demonstrated.accounts);
    info!(listen = %address, database = %config.database.url, "serving");
    service::serve(service, listener, config, figures, told_to_stop()).await?;
    info!("ended");
    Ok(())
}

/// What a start with `--demo` has brought.
#[derive(Default)]
struct Demonstrated {
    /// Whether the sample data was loaded now.
    loaded: bool,
    /// The sample accounts, with the passwords that they got now.
    accounts: Vec<demo::Credential>,
}

/// Loads the sample data where there is none yet, and gives the sample accounts new passwords.
async fn demonstrate(
    config: &Config,
    db: &Database,
    settings: &Settings,
) -> Result<Demonstrated, super::Failure> {
    // Whoever was ended in the middle of it goes on: what is there already does no harm.
    let unfinished = config.data_dir.join("sample-data-unfinished");
    let loaded = unfinished.exists() || demo::is_empty(db).await?;
    if !loaded {
        super::tell("there is data already: the sample data is left out");
        return Ok(Demonstrated {
            loaded,
            accounts: demo::renew_accounts(db, &settings.clock).await?,
        });
    }
    super::tell("loading the sample data …");
    mark(std::fs::write(&unfinished, b""), &unfinished)?;
    demo::load(db, &settings.clock).await?;
    let accounts = demo::make_accounts(db, &settings.clock).await?;
    demo::pass_a_year(settings.clone(), &accounts).await?;
    mark(std::fs::remove_file(&unfinished), &unfinished)?;
    Ok(Demonstrated { loaded, accounts })
}

fn mark(done: std::io::Result<()>, mark: &std::path::Path) -> Result<(), super::Failure> {
    done.map_err(|cause| {
        super::Failure::new(format!("cannot write or remove {}: {cause}", mark.display()))
    })
}

fn greet(address: &str) {
    let query = r#"{"query":"{ search(query: \"軟體更新要不要變更註冊\", first: 3) { totalCount nodes { ... on AnsweredQuestion { question currency { status explanation { zh } } } } } }"}"#;
    super::tell(&format!(
        "\n站间 Zhanjian is serving.\n\n  \
         pages    http://{address}/\n  \
         API      http://{address}/graphql\n  \
         health   http://{address}/health/ready\n\n\
         Try:\n\n  \
         curl -s http://{address}/graphql -H 'content-type: application/json' \\\n    \
         -d '{query}'\n\n\
         Stop it with Ctrl-C.\n"
    ));
}

/// Says how to sign in to the demonstration. The passwords were made a moment ago and stand nowhere else.
fn introduce(accounts: &[demo::Credential]) {
    if accounts.is_empty() {
        return;
    }
    let mut lines = String::from("示例账户（每次以 --demo 启动都会更换密码，旧密码随即失效）：\n");
    for account in accounts {
        let _ = write!(lines, "\n  {:<16}{}  {}", account.login, account.password, account.title());
    }
    super::tell(&format!("{lines}\n"));
}

/// Comes about when the process is asked to end.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}
