//! The service as its clients meet it: the real router, a database of its own for every test, on both engines.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on should stop")]

mod gate;
mod support;

mod answers;
mod currency;
mod durability;
mod node;
mod nodes;
mod regulations;
mod research;
mod search;
mod statements;
mod trouble;
