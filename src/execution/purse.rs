//! Who pays for a request: a caller with a budget brings a purse along in the data of the request, and what the request
//! costs is taken from it before it runs.

use std::{any::TypeId, fmt};

use async_graphql::Data;

use super::refusal::Refusal;
use crate::{error::Error, language::Language};

/// Takes a cost, or says why it cannot be paid.
pub struct Purse(pub Box<dyn Fn(u64) -> Result<(), Error> + Send + Sync>);

impl fmt::Debug for Purse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Purse(…)")
    }
}

/// Pays for a request out of the purse in its data, where there is one.
pub(super) fn pay(data: &Data, cost: u64) -> Result<(), Refusal> {
    let purse = data.get(&TypeId::of::<Purse>()).and_then(|purse| purse.downcast_ref::<Purse>());
    let Some(Purse(take)) = purse else { return Ok(()) };
    take(cost).map_err(|error| {
        let (en, zh) = (error.message(Language::En), error.message(Language::ZhCn));
        let refusal = Refusal::new(error.code(), en, zh);
        match error.retry_after() {
            Some(seconds) => refusal.with(super::RETRY_AFTER, seconds),
            None => refusal,
        }
    })
}
