//! What the running service tells its operators: a log, figures for Prometheus, traces for a collector.
//!
//! Nothing confidential goes into any of them: no text of a consultation, no token, no password, no e-mail
//! address. The log goes to standard error, so that what a command prints can be piped.

pub mod figures;
mod traces;

use std::{
    io::{self, IsTerminal as _},
    panic::{self, PanicHookInfo},
};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use thiserror::Error;
use tracing::error;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, layer::SubscriberExt as _, registry::LookupSpan,
    util::SubscriberInitExt as _,
};

pub use self::{figures::Figures, traces::join};
use crate::config::{Config, Log, LogFormat};

/// Why telemetry could not start.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// The filter did not parse; `config` has tried it before, so this is a fault of ours.
    #[error("log.filter is no log filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The exporter of traces could not be made from `tracing.otlp_endpoint`.
    #[error("traces cannot be sent to tracing.otlp_endpoint: {0}")]
    Traces(#[from] opentelemetry_otlp::ExporterBuildError),
    /// There is a log already: this is called once a process.
    #[error("the log was started twice")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Telemetry while it runs. Keep it until the end: what is still to be sent is sent when it is dropped.
#[must_use = "traces that are still to be sent are sent when this is dropped"]
#[derive(Debug)]
pub struct Telemetry {
    /// The figures, if the settings want them.
    pub figures: Option<Figures>,
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts all of it, for `serve`.
    pub fn of_service(config: &Config) -> Result<Self, TelemetryError> {
        let provider = config
            .tracing
            .otlp_endpoint
            .as_deref()
            .map(|endpoint| traces::provider(endpoint, config.tracing.sample_ratio))
            .transpose()?;
        start_log(&config.log, provider.as_ref())?;
        let figures = config.metrics.enabled.then(Figures::gather);
        Ok(Self { figures, traces: provider })
    }

    /// Starts the log alone, for a command that ends by itself.
    pub fn of_command(log: &Log) -> Result<Self, TelemetryError> {
        start_log(log, None)?;
        Ok(Self { figures: None, traces: None })
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = self.traces.take()
            && let Err(failure) = provider.shutdown_with_timeout(traces::LAST_WORDS)
        {
            error!(error = %failure, "the last traces could not be sent");
        }
    }
}

fn start_log(log: &Log, provider: Option<&SdkTracerProvider>) -> Result<(), TelemetryError> {
    let filter = EnvFilter::builder().parse(&log.filter)?;
    let traces = provider
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("zhanjian")));
    Registry::default().with(filter).with(lines(log.format)).with(traces).try_init()?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Writes each event as a line.
fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'s> LookupSpan<'s>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    match format {
        LogFormat::Human => layer.with_ansi(io::stderr().is_terminal()).with_target(false).boxed(),
        LogFormat::Json => {
            layer.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
        }
    }
}

/// A panic is a fault of ours: it belongs into the log as one event, in the log's own format.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    let message = panic.payload_as_str().unwrap_or("no message");
    error!(panic.place = place, "a task panicked: {message}");
}
