//! Zhanjian (站间): the service through which registration guidance stations find each other's prior answers and
//! matching partners.
//!
//! The map, in reading order. `ARCHITECTURE.md` says how the parts fit.

// What the domain is about.
pub mod answers;
pub mod consultations;
pub mod expertise;
pub mod introductions;
pub mod matching;
pub mod needs;
pub mod organizations;
pub mod regulations;
pub mod reports;
pub mod research;
pub mod search;
pub mod stations;
pub mod strengths;

// How others hear of it.
pub mod following;
pub mod landing;
pub mod oai;

// Who may see it, who may do what, and what was done.
pub mod access;
pub mod accounts;
pub mod audit;
pub mod change;
pub mod deidentification;

// How it is asked for.
pub mod console;
pub mod execution;
pub mod http;
pub mod node;
pub mod reception;
pub mod schema;

// How it gets in and out, and into the index.
pub mod bibliography;
pub mod demo;
pub mod files;
pub mod folders;
pub mod indexer;
pub mod outbox;
pub mod takeaway;
pub mod transfer;
pub mod transitions;

// What the rooms share.
pub mod app;
pub mod batch;
pub mod calendar;
pub mod checkdigits;
pub mod clock;
pub mod db;
pub mod error;
pub mod ids;
pub mod json;
pub mod kept;
pub mod language;
pub mod marks;
pub mod page;
pub mod partial_date;
pub mod scalars;
pub mod vault;
pub mod xml;

// How it is run.
pub mod backup;
pub mod cli;
pub mod config;
pub mod service;
pub mod telemetry;
