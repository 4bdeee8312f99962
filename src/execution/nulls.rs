//! What becomes of a field that fails: null where the schema allows it, with its siblings kept and the error told.
//!
//! async-graphql 8.0.0-rc.5 loses the whole parent when a nullable field fails as `Result<Option<T>>`, by its guard
//! or by an argument, and a panic drops the connection. [`Guard`] puts both right. It hangs on single fields as a
//! directive that no client can write and no schema shows: `validation` marks the fields where it can matter as it
//! translates a document, so a list of a thousand plain rows pays nothing. (An extension would be called for every
//! field and every entry of every list, which doubles the time of such a list.)

use async_graphql::parser::types::Directive;
use async_graphql::registry::Registry;
use async_graphql::{
    Context, ContextDirective, CustomDirective, CustomDirectiveFactory, ResolveFut, ServerError,
    ServerResult, Value,
};
use futures_util::FutureExt;
use std::any::Any;
use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Marks a field that may be null. The blank keeps clients from writing it.
pub(super) const NULLABLE: &str = "guard nullable";
/// Marks a field that may not be null but can still panic: its error goes on to the parent, with its path.
pub(super) const REQUIRED: &str = "guard required";

/// The directive behind [`NULLABLE`] and [`REQUIRED`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    pub(super) nullable: bool,
}

impl CustomDirectiveFactory for Guard {
    fn name(&self) -> Cow<'static, str> {
        if self.nullable { NULLABLE.into() } else { REQUIRED.into() }
    }

    /// Nothing: what is not registered is neither printed nor shown by introspection.
    fn register(&self, _registry: &mut Registry) {}

    fn create(
        &self,
        _ctx: &ContextDirective<'_>,
        _directive: &Directive,
    ) -> ServerResult<Box<dyn CustomDirective>> {
        Ok(Box::new(*self))
    }
}

#[async_graphql::async_trait::async_trait]
impl CustomDirective for Guard {
    async fn resolve_field(
        &self,
        ctx: &Context<'_>,
        resolve: ResolveFut<'_>,
    ) -> ServerResult<Option<Value>> {
        let error = match AssertUnwindSafe(resolve).catch_unwind().await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            Err(panic) => {
                let mut error = panicked(panic.as_ref());
                error.locations.push(ctx.item.pos);
                error
            }
        };
        if !is_told(&error) {
            // Guards and arguments fail without a path.
            let error = if error.path.is_empty() { ctx.set_error_path(error) } else { error };
            ctx.add_error(error);
        }
        if self.nullable { Ok(None) } else { Err(told()) }
    }
}

/// Stands for an error on its way up that is told already. Told at once, it keeps its path, which async-graphql
/// overwrites where it passes a list.
struct Told;

fn told() -> ServerError {
    let mut error = ServerError::new("told already", None);
    error.source = Some(Arc::new(Told));
    error
}

/// Whether an error only stands for one that is told already, and is to be left out of the answer.
pub(super) fn is_told(error: &ServerError) -> bool {
    error.source::<Told>().is_some()
}

/// A panic as an error. It has no code, so that it leaves masked and its text stays in the log.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> ServerError {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message");
    ServerError::new(format!("panic: {text}"), None)
}
