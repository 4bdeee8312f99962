//! `zhanjian serve`

use std::time::Duration;

use tokio::net::TcpListener;
use tracing::{error, info};

use super::{Outcome, ServeArgs};
use crate::{
    config::Config,
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
    let mut loaded = None;
    if arguments.demo {
        // Whoever was ended in the middle of it goes on: what is there already does no harm.
        let unfinished = config.data_dir.join("sample-data-unfinished");
        if unfinished.exists() || demo::is_empty(&db).await? {
            super::tell("loading the sample data …");
            mark(std::fs::write(&unfinished, b""), &unfinished)?;
            loaded = Some(demo::load(&db, &settings.clock).await?);
            mark(std::fs::remove_file(&unfinished), &unfinished)?;
        } else {
            super::tell("there is data already: the sample data is left out");
        }
    }
    let service = Service::start_on(db, settings).await?;
    if loaded.is_some() {
        service.settle(PATIENCE).await?;
    }
    let address = listener.local_addr().unwrap_or(config.listen);
    greet(&address.to_string());
    info!(listen = %address, database = %config.database.url, "serving");
    service::serve(service, listener, config, figures, told_to_stop()).await?;
    info!("ended");
    Ok(())
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
         API      http://{address}/graphql\n  \
         health   http://{address}/health/ready\n\n\
         Try:\n\n  \
         curl -s http://{address}/graphql -H 'content-type: application/json' \\\n    \
         -d '{query}'\n\n\
         Stop it with Ctrl-C.\n"
    ));
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
