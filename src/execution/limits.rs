//! What one request may ask for. All limits of the execution layer stand here, with the reason for each default.

use std::time::Duration;

/// The bounds of one request. `Limits::default()` is what the service runs with unless its settings say otherwise.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of the document.
    pub max_document_bytes: usize,
    /// Tokens of the document, blanks and comments between them included. A page of the console needs a few hundred; the introspection query about 350.
    pub max_tokens: usize,
    /// Fields within fields. The introspection query of the usual tools is 15 deep.
    pub max_depth: usize,
    /// Selections with every fragment written out where it is spread: what is really executed.
    pub max_selections: u64,
    /// Aliases, counted as selections are.
    pub max_aliases: u64,
    /// Fields at the root of the operation, counted as selections are.
    pub max_root_fields: u64,
    /// What an answer may cost: roughly the number of objects in it (see `cost`).
    pub max_cost: u64,
    /// The largest `first` or `last`.
    pub max_page: u64,
    /// What `first` is taken to be where a connection is asked for without a size.
    pub default_page: u64,
    /// How many objects a list without a size is taken to hold.
    pub assumed_list: u64,
    /// Bytes of all variables, written as JSON.
    pub max_variables_bytes: usize,
    /// Entries of one list in the variables.
    pub max_list_length: usize,
    /// Lists and objects within each other in the variables.
    pub max_input_depth: usize,
    /// How many errors of a refused document are listed.
    pub max_errors: usize,
    /// How long an operation may run.
    pub timeout: Duration,
    /// Memory for documents kept ready, in bytes; also what persisted queries live in.
    pub document_cache_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_document_bytes: 128 * 1024,
            max_tokens: 5_000,
            max_depth: 15,
            max_selections: 2_000,
            max_aliases: 100,
            max_root_fields: 50,
            max_cost: 10_000,
            max_page: 100,
            default_page: 20,
            assumed_list: 5,
            max_variables_bytes: 256 * 1024,
            max_list_length: 1_000,
            max_input_depth: 20,
            max_errors: 10,
            timeout: Duration::from_secs(10),
            document_cache_bytes: 32 * 1024 * 1024,
        }
    }
}
