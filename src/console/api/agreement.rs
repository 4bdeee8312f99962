//! Whether the documents of pages and the types that their answers are read into say what the schema says.

use serde::de::DeserializeOwned;

use super::Document;
use crate::execution;

/// Checks one document: it is valid, and every answer that it may get can be read.
pub(in crate::console) fn check<T: DeserializeOwned>(document: &Document<T>) {
    let text = document.text();
    let specimens = execution::specimens(text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    for specimen in specimens {
        let read = serde_json::from_value::<T>(specimen.clone());
        assert!(read.is_ok(), "{}\n{text}\n{specimen:#}", read.err().expect("a fault"));
    }
}
