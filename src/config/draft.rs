//! Reads one setting after another, notes what is wrong, and goes on.

use std::{cell::Cell, collections::BTreeSet};

use super::{
    faults::{Fault, Faults},
    sources::{ENVIRONMENT_PREFIX, Given, Sources, environment_name},
};

/// The name of a setting may differ by this many letters from one that is suggested instead.
const SUGGESTED_DISTANCE: usize = 4;

/// What is said about a setting in the example file.
#[derive(Clone, Debug)]
pub(super) struct Described {
    /// `http.rate_burst`
    pub(super) key: &'static str,
    /// One sentence.
    pub(super) about: &'static str,
    /// What stands in the example file behind `=`, in TOML.
    pub(super) example: String,
    /// Whether that is also the default; if not, the setting is absent unless somebody gives it.
    pub(super) is_default: bool,
}

/// Settings while they are read.
pub(super) struct Draft {
    sources: Sources,
    faults: Vec<Fault>,
    described: Vec<Described>,
    sections: Vec<(&'static str, &'static str)>,
}

impl Draft {
    pub(super) fn new(sources: Sources, faults: Vec<Fault>) -> Self {
        Self { sources, faults, described: Vec::new(), sections: Vec::new() }
    }

    /// Says what the settings that follow, all called `name.…`, are about.
    pub(super) fn section(&mut self, name: &'static str, about: &'static str) {
        self.sections.push((name, about));
    }

    /// A setting that always has a value; `default` is written as an operator would write it.
    pub(super) fn setting<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        about: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> T {
        self.describe(key, about, toml_literal(default), true);
        let given = self.last_good(key, Shown::Value, |given| parse(&one(given)?));
        given.unwrap_or_else(|| {
            parse(default).expect("a default is a good value; a test reads every one of them")
        })
    }

    /// A setting that may be absent; an empty text takes back what a weaker source gave.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        example: &'static str,
        about: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.describe(key, about, toml_literal(example), false);
        self.last_good(key, Shown::Value, |given| unless_empty(given, &parse)).flatten()
    }

    /// As [`Draft::optional`], for a value that no message may repeat.
    pub(super) fn secret<T>(
        &mut self,
        key: &'static str,
        example: &'static str,
        about: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.describe(key, about, toml_literal(example), false);
        self.last_good(key, Shown::Hidden, |given| unless_empty(given, &parse)).flatten()
    }

    /// A setting of many values: an array in the file, separated by commas elsewhere.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        example: &[&str],
        about: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let items: Vec<_> = example.iter().map(|item| toml_literal(item)).collect();
        self.describe(key, about, format!("[{}]", items.join(", ")), false);
        let each = |item: &String| parse(item).map_err(|fault| format!("{item:?} {fault}"));
        self.last_good(key, Shown::Hidden, |given| given.many().iter().map(each).collect())
            .unwrap_or_default()
    }

    /// Faults a setting for what it is beside another; `message` goes on after the setting's name.
    pub(super) fn check(&mut self, key: &'static str, good: bool, message: &str) {
        if !good {
            let name = self
                .sources
                .of(key)
                .last()
                .map_or_else(|| key.to_owned(), |given| given.name.clone());
            self.faults.push(Fault { name, message: message.to_owned() });
        }
    }

    /// `Ok` when every setting was good and each key that was given is one that was read.
    pub(super) fn finish(mut self) -> Result<(), Faults> {
        self.fault_unknown_keys();
        Faults::check(self.faults)
    }

    /// What was read: the sections, and the settings in order.
    pub(super) fn into_descriptions(self) -> (Vec<(&'static str, &'static str)>, Vec<Described>) {
        (self.sections, self.described)
    }

    fn describe(
        &mut self,
        key: &'static str,
        about: &'static str,
        example: String,
        is_default: bool,
    ) {
        self.described.push(Described { key, about, example, is_default });
    }

    /// Reads what every source gives for a key, faults each that is wrong, and gives back the strongest.
    fn last_good<T>(
        &mut self,
        key: &'static str,
        shown: Shown,
        parse: impl Fn(&Given) -> Result<T, String>,
    ) -> Option<T> {
        let mut good = None;
        for given in self.sources.of(key) {
            match parse(given) {
                Ok(value) => good = Some(value),
                Err(fault) => self.faults.push(Fault {
                    name: given.name.clone(),
                    message: match shown {
                        Shown::Value => format!("{} {fault}", given.shown()),
                        Shown::Hidden => fault,
                    },
                }),
            }
        }
        good
    }

    fn fault_unknown_keys(&mut self) {
        let keys: BTreeSet<&str> = self.described.iter().map(|described| described.key).collect();
        let names: Vec<String> = keys.iter().map(|key| environment_name(key)).collect();
        for (key, given) in self.sources.file() {
            if !keys.contains(key.as_str()) {
                let message = unknown(key, keys.iter().copied());
                self.faults.push(Fault { name: given.name.clone(), message });
            }
        }
        for name in self.sources.environment_names() {
            if !names.iter().any(|known| known == name) {
                let mut message = unknown(name, names.iter().map(String::as_str));
                if looks_like_a_service_link(name) {
                    message.push_str(
                        ". Kubernetes sets it for a Service called \"zhanjian\": say `enableServiceLinks: false`",
                    );
                }
                self.faults.push(Fault { name: name.to_owned(), message });
            }
        }
    }
}

/// Whether a fault may repeat the value that is wrong.
#[derive(Clone, Copy)]
enum Shown {
    Value,
    Hidden,
}

fn unless_empty<T>(
    given: &Given,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    let text = one(given)?;
    if text.is_empty() { Ok(None) } else { parse(&text).map(Some) }
}

fn one(given: &Given) -> Result<String, String> {
    given.one().map(str::to_owned).ok_or_else(|| "is an array: give one value".to_owned())
}

/// A value as TOML writes it: numbers and truth values bare, the rest in quotes.
fn toml_literal(text: &str) -> String {
    let bare = text.parse::<f64>().is_ok() || text == "true" || text == "false";
    if bare { text.to_owned() } else { format!("{text:?}") }
}

fn unknown<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> String {
    let nearest = Cell::new(SUGGESTED_DISTANCE + 1);
    let suggested = known
        .filter(|key| {
            let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &key.to_lowercase());
            let nearer = distance < nearest.get();
            nearest.set(nearest.get().min(distance));
            nearer
        })
        .last();
    match suggested {
        Some(key) => format!("there is no such setting; did you mean {key}?"),
        None => "there is no such setting; `zhanjian schema --settings` lists all".to_owned(),
    }
}

/// `ZHANJIAN_SERVICE_HOST`, `ZHANJIAN_PORT_8080_TCP` and the like.
fn looks_like_a_service_link(name: &str) -> bool {
    let rest = name.strip_prefix(ENVIRONMENT_PREFIX).unwrap_or_default();
    rest.starts_with("SERVICE_") || rest == "PORT" || rest.starts_with("PORT_")
}
