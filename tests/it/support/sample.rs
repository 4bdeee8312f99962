//! The sample data as files say it: what a test compares the service's answers with.

use serde_json::Value;

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/demo/", $name))
    };
}

pub const AREAS: &str = sample!("expertise-areas.csv");
pub const STATIONS: &str = sample!("stations.csv");
pub const REGULATIONS: &str = sample!("regulations.csv");
pub const RELATIONS: &str = sample!("regulation-relations.csv");
pub const ORGANIZATIONS: &str = sample!("organizations.csv");
pub const ANSWERS: &str = sample!("answered-questions.jsonl");
pub const OUTPUTS: &str = sample!("research-outputs.jsonl");

/// Everybody who can be: sees all that there is but the organizations' own.
pub const EVERY_STATION: [&str; 27] = [
    "partners",
    "network",
    "station:SH-BS",
    "station:SH-CN",
    "station:SH-FX",
    "station:SH-JD",
    "station:SH-JS",
    "station:SH-LG",
    "station:SH-MH",
    "station:SH-PD",
    "station:SH-PT",
    "station:SH-QP",
    "station:SH-SJ",
    "station:SH-XH",
    "district:BS",
    "district:CN",
    "district:FX",
    "district:JD",
    "district:JS",
    "district:LG",
    "district:MH",
    "district:PD",
    "district:PT",
    "district:QP",
    "district:SJ",
    "district:XH",
    "public",
];

/// The rows of a file of JSON Lines.
pub fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A text of a row, or nothing.
pub fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or("")
}
