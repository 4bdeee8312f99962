//! The gate over a toy schema that has every kind of field: what must hold for any schema.

mod cost;
mod documents;
mod door;
mod errors;
mod event_stream;
mod nulls;
mod persisted;
mod serving;
mod sockets;
pub(crate) mod support;
mod variables;
