//! The service as its clients meet it: the real router, a database of its own for every test, on both engines.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on should stop")]

mod gate;
mod support;

mod answers;
mod backup;
mod currency;
mod doors;
mod durability;
mod house;
mod import;
mod limits;
mod migrations;
mod node;
mod nodes;
mod regulations;
mod research;
mod schema;
mod search;
mod statements;
mod trouble;
mod visibility;
