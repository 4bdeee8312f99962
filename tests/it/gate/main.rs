#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on should stop")]

mod documents;
mod door;
mod errors;
mod nulls;
mod persisted;
mod serving;
mod support;
mod variables;
