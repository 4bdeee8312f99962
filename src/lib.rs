//! Zhanjian (站间): the service through which registration guidance stations find each other's prior answers and
//! matching partners.
//!
//! The map, in reading order. `ARCHITECTURE.md` says how the parts fit.

// What the domain is about.
pub mod stations;
pub mod expertise;
pub mod regulations;
pub mod organizations;
pub mod answers;
pub mod research;
pub mod search;

// Who may see it.
pub mod access;

// How it is asked for.
pub mod node;
pub mod schema;
pub mod execution;
pub mod http;

// How it gets in and out, and into the index.
pub mod files;
pub mod transfer;
pub mod outbox;
pub mod indexer;
pub mod demo;

// What the rooms share.
pub mod app;
pub mod batch;
pub mod checkdigits;
pub mod clock;
pub mod db;
pub mod error;
pub mod ids;
pub mod json;
pub mod language;
pub mod page;
pub mod partial_date;

// How it is run.
pub mod backup;
pub mod cli;
pub mod config;
pub mod service;
pub mod telemetry;
