//! The service as its clients meet it: the real router, a database of its own for every test, on both engines.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on should stop")]
#![expect(
    clippy::pedantic,
    reason = "a test reads like a story: what it needs stands where it is needed"
)]
#![expect(
    clippy::self_named_module_files,
    reason = "a story, and beside it the folder of its longer chapters"
)]
#![expect(clippy::print_stdout, reason = "the seed of a failed run is told")]

mod gate;
mod support;

mod accounts;
mod answers;
mod audit;
mod backup;
mod commands;
mod console;
mod consultations;
mod currency;
mod doors;
mod durability;
mod following;
mod house;
mod import;
mod introductions;
mod keeping;
mod knowledge;
mod law;
mod limits;
mod matching;
mod migrations;
mod model;
mod needs;
mod node;
mod nodes;
mod oai;
mod partners;
mod publishing;
mod register;
mod regulations;
mod reports;
mod research;
mod resources;
mod rights;
mod schema;
mod search;
mod statements;
mod story;
mod strengths;
mod trouble;
mod visibility;
