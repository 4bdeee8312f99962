//! The events of a subscription: each answered as a request is.
//!
//! A subscription may last for hours, so what `execute` does for a request is done here for every event: it is
//! executed with data of its own, within the time of one request, and its panic ends neither the connection nor the
//! subscription. Only the waiting between events is not bounded.

use super::{Settling, nulls, refused, too_slow};
use crate::language::Language;
use crate::telemetry::figures;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::{Data, Response};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, Stream, StreamExt};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The answers of a subscription, each a GraphQL response as JSON. Dropping them ends it.
pub struct Events {
    bodies: BoxStream<'static, Bytes>,
    /// Counts as open for as long as it is there.
    _open: figures::Open,
}

impl Events {
    pub(super) fn new(responses: BoxStream<'static, Response>, settling: Settling) -> Self {
        // A panic outside of any event comes from the source itself, which is not asked again.
        let responses = AssertUnwindSafe(responses).catch_unwind();
        let bodies = responses.map(move |response| {
            let response = response.unwrap_or_else(|panic| {
                Response::from_errors(vec![nulls::panicked(panic.as_ref())])
            });
            settling.body(response).unwrap_or_else(|refusal| {
                refused(&[refusal], settling.language, &settling.request_id)
            })
        });
        Self { bodies: bodies.boxed(), _open: figures::subscription_opened() }
    }
}

impl Stream for Events {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.bodies.poll_next_unpin(cx)
    }
}

/// Lays out the data of each event of a subscription. Stands in the data of the subscription itself.
pub(super) struct Fresh {
    data: Arc<dyn Fn() -> Data + Send + Sync>,
    language: Language,
}

impl Fresh {
    pub(super) fn new(data: impl Fn() -> Data + Send + Sync + 'static, language: Language) -> Self {
        Self { data: Arc::new(data), language }
    }
}

/// Stands around the execution of each event.
#[derive(Debug, Clone, Copy)]
pub(super) struct EachEvent {
    /// How long one event may take.
    pub(super) limit: Duration,
}

impl ExtensionFactory for EachEvent {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for EachEvent {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let Some(fresh) = ctx.data_opt::<Fresh>() else {
            return next.run(ctx, operation_name).await;
        };
        let event = next.run_with_data(ctx, operation_name, (fresh.data)());
        // Errors that were told before a panic or the end of time stay behind in async-graphql, and come with the next
        // event: late, but not lost.
        match tokio::time::timeout(self.limit, AssertUnwindSafe(event).catch_unwind()).await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => Response::from_errors(vec![nulls::panicked(panic.as_ref())]),
            Err(_) => Response::from_errors(vec![too_slow(self.limit).to_error(fresh.language)]),
        }
    }
}
