//! Who leans on whom: the rooms keep the order that ARCHITECTURE.md draws.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A library, and the files that may name it: a folder with `/` at its end, a file, or `*` and the end of a name.
const ONLY_IN: &[(&str, &[&str])] = &[
    (
        "async_graphql",
        &[
            // The faces of the rooms, and what they are gathered in.
            "*graphql.rs",
            "src/schema.rs",
            "src/scalars.rs",
            "src/node.rs",
            "src/page.rs",
            "src/error.rs",
            "src/ids.rs",
            // Enumerations and filters are the same words inside and outside, and are written once.
            "*/terms.rs",
            "*/filter.rs",
            "src/expertise/mod.rs",
            "src/regulations/currency.rs",
            "src/stations/mod.rs",
            // Unions, scalars and objects of searching.
            "src/search/",
            // The gate: what executes, and what carries.
            "src/execution/",
            "src/http/",
            // The error that the reception turns people away with.
            "src/console/gate.rs",
            // Puts the reception, which lays out a request's data, together with the rest.
            "src/reception.rs",
            // Two words of errors and rights, the same inside and outside.
            "src/access/",
        ],
    ),
    ("apollo_compiler", &["src/execution/validation/"]),
    ("axum", &["src/http/", "src/console/"]),
    ("hyper", &["src/http/serve.rs"]),
    ("governor", &["src/http/rate_limit.rs", "src/accounts/budgets.rs"]),
    ("tantivy", &["index/src/"]),
    ("jieba_rs", &["index/src/analysis/"]),
    ("calamine", &["src/files/"]),
    ("encoding_rs", &["src/files/"]),
    ("rust_xlsxwriter", &["src/files/"]),
    ("ureq", &["src/telemetry/", "src/accounts/sso/", "src/oai/harvest/"]),
    ("quick_xml", &["src/xml/"]),
    ("jsonwebtoken", &["src/accounts/"]),
    ("argon2", &["src/accounts/passwords.rs"]),
    ("chacha20poly1305", &["src/vault/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
    ("askama", &["src/console/"]),
    ("ammonia", &["src/console/markdown.rs"]),
    ("pulldown_cmark", &["src/console/markdown.rs"]),
    ("fluent_bundle", &["src/console/texts/"]),
    ("plotters", &["src/console/dashboard/"]),
];

/// Folders that must not know of others: (who, must not name).
const NEVER: &[(&str, &[&str])] = &[
    ("index/src/", &["zhanjian::", "sea_orm", "async_graphql", "axum"]),
    ("migrations/src/", &["zhanjian::", "zhanjian_index", "async_graphql"]),
    // What all rooms share names no room.
    ("src/access/", ROOMS),
    ("src/page.rs", ROOMS),
    ("src/clock.rs", ROOMS),
    ("src/ids.rs", ROOMS),
    ("src/files/", ROOMS),
    ("src/bibliography/", ROOMS),
    ("src/execution/", ROOMS),
    ("src/vault/", ROOMS),
    ("src/xml/", ROOMS),
    ("src/calendar/", ROOMS),
    ("src/deidentification/", ROOMS),
    // The console is a client of the API: it asks, like everybody.
    ("src/console/", ROOMS),
    (
        "src/console/",
        &[
            "sea_orm",
            "zhanjian_index",
            "crate::access",
            "crate::app",
            "crate::db",
            "crate::accounts",
        ],
    ),
];

const ROOMS: &[&str] = &[
    "crate::answers",
    "crate::consultations",
    "crate::expertise",
    "crate::introductions",
    "crate::matching",
    "crate::needs",
    "crate::landing",
    "crate::oai",
    "crate::organizations",
    "crate::regulations",
    "crate::reports",
    "crate::research",
    "crate::search",
    "crate::stations",
    "crate::strengths",
    "    answers::",
    "    consultations::",
    "    expertise::",
    "    introductions::",
    "    matching::",
    "    needs::",
    "    landing::",
    "    oai::",
    "    organizations::",
    "    regulations::",
    "    reports::",
    "    research::",
    "    search::",
    "    stations::",
    "    strengths::",
];

#[test]
fn a_library_is_named_only_where_it_belongs() {
    let mut strayed = Vec::new();
    for (library, places) in ONLY_IN {
        let mut used = BTreeSet::new();
        for (path, text) in sources() {
            if !names(&text, library) {
                continue;
            }
            match places.iter().find(|place| stands_in(&path, place)) {
                Some(place) => drop(used.insert(*place)),
                None => strayed.push(format!("{path} names {library}")),
            }
        }
        // A permission that nobody uses any more is struck from the list.
        let idle = places.iter().filter(|place| !used.contains(*place));
        strayed.extend(idle.map(|place| format!("nothing in {place} names {library}")));
    }
    assert!(strayed.is_empty(), "{}", strayed.join("\n"));
}

#[test]
fn nobody_names_what_they_must_not_know() {
    let mut strayed = Vec::new();
    for (path, text) in sources() {
        for (place, unknown) in NEVER {
            let known =
                unknown.iter().filter(|name| stands_in(&path, place) && text.contains(**name));
            strayed.extend(known.map(|name| format!("{path} names {}", name.trim())));
        }
    }
    assert!(strayed.is_empty(), "{}", strayed.join("\n"));
}

#[test]
fn only_the_command_line_prints_and_only_the_settings_read_the_environment() {
    let mut strayed = Vec::new();
    for (path, text) in sources() {
        let prints =
            ["println!(", "eprintln!(", "print!(", "eprint!("].iter().any(|it| text.contains(it));
        if prints && !stands_in(&path, "src/cli/") {
            strayed.push(format!("{path} prints"));
        }
        if text.contains("env::var(")
            && !stands_in(&path, "src/config/")
            && !path.contains("/tests/")
        {
            strayed.push(format!("{path} reads the environment"));
        }
    }
    assert!(strayed.is_empty(), "{}", strayed.join("\n"));
}

#[test]
fn a_file_can_be_read_in_a_sitting_and_says_what_it_is_for() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        if text.lines().count() > 520 {
            faults.push(format!("{path} has {} lines", text.lines().count()));
        }
        if !text.starts_with("//!") {
            faults.push(format!("{path} does not say what it is for"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn stands_in(path: &str, place: &str) -> bool {
    match place.strip_prefix('*') {
        Some(end) => path.ends_with(end),
        None => path == place || (place.ends_with('/') && path.starts_with(place)),
    }
}

/// Whether a source names a library in code.
fn names(text: &str, library: &str) -> bool {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(library).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + library.len()..].chars().next();
            let part_of_a_name =
                |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            !part_of_a_name(before)
                && !part_of_a_name(after)
                && line[at + library.len()..].starts_with("::")
        })
    })
}

/// Every source of the three packages, by its path from the root.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["src", "index/src", "migrations/src"].map(|folder| root.join(folder)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                sources.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(sources.len() > 100);
    sources.sort_unstable();
    sources
}
