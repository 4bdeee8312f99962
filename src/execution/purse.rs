//! Who pays for a request: a caller with a budget brings a purse along in the data of the request. The request is counted
//! before it is looked at, and what it costs is taken from the purse before it runs.

use std::any::TypeId;

use async_graphql::Data;

use super::refusal::Refusal;
use crate::{error::Error, language::Language};

/// The budget of a caller; laid into the data of a request as `Box<dyn Purse>`.
pub trait Purse: Send + Sync {
    /// Counts one request, or says why there may be none now.
    fn count(&self) -> Result<(), Error>;

    /// Takes what a request costs, or says why it cannot be paid.
    fn pay(&self, cost: u64) -> Result<(), Error>;
}

/// Counts a request.
pub(super) fn count(data: &Data) -> Result<(), Refusal> {
    purse(data).map_or(Ok(()), Purse::count).map_err(|error| refused(&error))
}

/// Takes what a request costs.
pub(super) fn pay(data: &Data, cost: u64) -> Result<(), Refusal> {
    purse(data).map_or(Ok(()), |purse| purse.pay(cost)).map_err(|error| refused(&error))
}

fn purse(data: &Data) -> Option<&dyn Purse> {
    let purse = data.get(&TypeId::of::<Box<dyn Purse>>())?.downcast_ref::<Box<dyn Purse>>()?;
    Some(&**purse)
}

fn refused(error: &Error) -> Refusal {
    let (en, zh) = (error.message(Language::En), error.message(Language::ZhCn));
    let refusal = Refusal::new(error.code(), en, zh);
    match error.retry_after() {
        Some(seconds) => refusal.with(super::RETRY_AFTER, seconds),
        None => refusal,
    }
}
