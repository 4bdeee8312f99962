//! What a partner portal's program may ask for in a minute: so many requests, and so much cost as `extensions.cost`
//! counts it.
//!
//! Each node of the service counts by itself, in memory: a budget bounds what one program can do to the others, and a
//! count that all nodes share would cost every request a statement. What was not used up for a minute may be used at
//! once; after that it comes back evenly.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use quick_cache::sync::Cache;
use sea_orm::prelude::Uuid;

use crate::{
    access::ClientIdentity,
    error::{Error, Result},
    language::Text,
};

/// Counters remembered at a time; the one that was silent longest is forgotten first.
const REMEMBERED: usize = 10_000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Of {
    Requests,
    Cost,
}

/// The counters of all programs that have a budget.
pub(super) struct Budgets {
    /// By program, by what is counted, and by the budget: another budget begins anew.
    counters: Cache<(Uuid, Of, NonZeroU32), Arc<DefaultDirectRateLimiter>>,
    clock: DefaultClock,
}

impl Default for Budgets {
    fn default() -> Self {
        Self { counters: Cache::new(REMEMBERED), clock: DefaultClock::default() }
    }
}

impl Budgets {
    /// Counts one request.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the time to wait.
    pub(super) fn request(&self, client: &ClientIdentity) -> Result<()> {
        match client.requests_per_minute {
            Some(budget) => self.take(client.id, Of::Requests, budget, NonZeroU32::MIN),
            None => Ok(()),
        }
    }

    /// Counts what a request costs, before it is executed.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the time to wait; [`Error::TooComplex`] where it is more than a minute allows.
    pub(super) fn cost(&self, client: &ClientIdentity, cost: u64) -> Result<()> {
        let cost = NonZeroU32::new(u32::try_from(cost).unwrap_or(u32::MAX));
        match (client.cost_per_minute, cost) {
            (Some(budget), Some(cost)) => self.take(client.id, Of::Cost, budget, cost),
            _ => Ok(()),
        }
    }

    fn take(&self, client: Uuid, of: Of, budget: NonZeroU32, units: NonZeroU32) -> Result<()> {
        let key = (client, of, budget);
        let counter = self.counters.get(&key).unwrap_or_else(|| {
            let counter = Arc::new(RateLimiter::direct(Quota::per_minute(budget)));
            self.counters.insert(key, Arc::clone(&counter));
            counter
        });
        match counter.check_n(units) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(later)) => {
                let wait = later.wait_time_from(self.clock.now());
                Err(Error::TooMany { wait: wait.max(Duration::from_millis(1)) })
            }
            Err(_) => Err(Error::TooComplex(Text::new(
                format!(
                    "The query costs {units}, and this client may spend {budget} a minute: ask for less at once."
                ),
                format!(
                    "查询开销为 {units}，超过该客户端每分钟限额 {budget}：请减少一次查询的内容。"
                ),
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(requests: Option<u32>, cost: Option<u32>) -> ClientIdentity {
        ClientIdentity {
            id: Uuid::from_u128(1),
            name: "示例门户".to_owned(),
            organization: None,
            scopes: Vec::new(),
            requests_per_minute: requests.and_then(NonZeroU32::new),
            cost_per_minute: cost.and_then(NonZeroU32::new),
            ends_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn who_has_no_budget_waits_for_nobody() {
        let budgets = Budgets::default();
        for _ in 0..1_000 {
            budgets.request(&client(None, None)).unwrap();
            budgets.cost(&client(None, None), u64::MAX).unwrap();
        }
    }

    #[test]
    fn requests_and_cost_are_counted_apart_and_programs_too() {
        let budgets = Budgets::default();
        let one = client(Some(2), Some(100));
        budgets.request(&one).unwrap();
        budgets.request(&one).unwrap();
        let refused = budgets.request(&one).unwrap_err();
        let Error::TooMany { wait } = refused else { panic!("{refused}") };
        assert!(wait > Duration::from_secs(1) && wait <= Duration::from_secs(30), "{wait:?}");
        budgets.cost(&one, 100).unwrap();
        assert!(matches!(budgets.cost(&one, 50), Err(Error::TooMany { .. })));
        budgets.cost(&one, 0).unwrap();
        assert!(matches!(budgets.cost(&one, 101), Err(Error::TooComplex(_))));
        let other = ClientIdentity { id: Uuid::from_u128(2), ..one };
        budgets.request(&other).unwrap();
        budgets.cost(&other, 100).unwrap();
    }
}
