//! Where settings come from: the flags, the environment, the settings file.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::faults::Fault;

/// What the name of every environment variable of ours begins with.
pub(super) const ENVIRONMENT_PREFIX: &str = "ZHANJIAN_";

/// Names that are left to the test suite, so that a service which a test starts can inherit them.
const TEST_PREFIX: &str = "ZHANJIAN_TEST_";

/// The environment variable that names the settings file.
const CONFIG_VARIABLE: &str = "ZHANJIAN_CONFIG";

/// The settings file's own name.
const FILE_NAME: &str = "zhanjian.toml";

/// What a settings file may weigh; ours has a few kilobytes, and a slip (`--config /dev/zero`) has no end.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The settings that the command line gives, as typed.
#[derive(Clone, Default)]
pub struct Flags {
    /// `--config FILE`
    pub config: Option<PathBuf>,
    /// `--data-dir DIR`
    pub data_dir: Option<String>,
    /// `--dictionaries DIR`
    pub dictionaries: Option<String>,
    /// `--database-url URL`; may hold a password.
    pub database_url: Option<String>,
    /// `--listen ADDR:PORT`
    pub listen: Option<String>,
}

/// One value as it was written, and where.
#[derive(Clone)]
pub(super) struct Given {
    /// `http.rate_burst (zhanjian.toml, line 3)`, `ZHANJIAN_HTTP_RATE_BURST`, `--listen`
    pub(super) name: String,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Text(String),
    /// Only a file can hold one.
    Array(Vec<String>),
}

impl Given {
    fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), value: Value::Text(text.into()) }
    }

    /// The value, if it is one.
    pub(super) fn one(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.trim()),
            Value::Array(_) => None,
        }
    }

    /// The values; a text is split at its commas.
    pub(super) fn many(&self) -> Vec<String> {
        match &self.value {
            Value::Text(text) => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
            Value::Array(items) => items.clone(),
        }
    }

    /// The value as a message repeats it, shortened.
    pub(super) fn shown(&self) -> String {
        const LONGEST: usize = 60;
        let text = match &self.value {
            Value::Text(text) => format!("{text:?}"),
            Value::Array(items) => format!("{items:?}"),
        };
        if text.chars().count() <= LONGEST {
            return text;
        }
        text.chars().take(LONGEST).chain(['…']).collect()
    }
}

/// Everything that was given, by key and strength.
#[derive(Default)]
pub(super) struct Sources {
    file: BTreeMap<String, Given>,
    environment: BTreeMap<String, Given>,
    flags: BTreeMap<&'static str, Given>,
}

impl Sources {
    /// Gathers all sources, with what is wrong about them so far.
    pub(super) fn gather(
        flags: &Flags,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        working_dir: &Path,
    ) -> (Self, Vec<Fault>) {
        let mut sources = Self::default();
        let mut faults = Vec::new();
        sources.take_flags(flags);
        sources.take_environment(environment, &mut faults);
        sources.take_file(flags, working_dir, &mut faults);
        (sources, faults)
    }

    /// What is given for a key, weakest source first.
    pub(super) fn of(&self, key: &str) -> impl Iterator<Item = &Given> {
        [self.file.get(key), self.environment.get(&environment_name(key)), self.flags.get(key)]
            .into_iter()
            .flatten()
    }

    /// What the file gives, by key.
    pub(super) fn file(&self) -> impl Iterator<Item = (&String, &Given)> {
        self.file.iter()
    }

    /// The names of our environment variables that are set, but for the one that names the file.
    pub(super) fn environment_names(&self) -> impl Iterator<Item = &str> {
        self.environment.keys().map(String::as_str).filter(|name| *name != CONFIG_VARIABLE)
    }

    fn take_flags(&mut self, flags: &Flags) {
        let named = [
            ("listen", "--listen", &flags.listen),
            ("data_dir", "--data-dir", &flags.data_dir),
            ("index.dictionaries", "--dictionaries", &flags.dictionaries),
            ("database.url", "--database-url", &flags.database_url),
        ];
        for (key, flag, text) in named {
            if let Some(text) = text {
                self.flags.insert(key, Given::text(flag, text));
            }
        }
    }

    fn take_environment(
        &mut self,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        faults: &mut Vec<Fault>,
    ) {
        for (name, value) in environment {
            // A name that is not even Unicode is not one of ours.
            let Some(name) = name.to_str().filter(|name| name.starts_with(ENVIRONMENT_PREFIX))
            else {
                continue;
            };
            if name.starts_with(TEST_PREFIX) {
                continue;
            }
            match value.into_string() {
                Ok(value) => {
                    self.environment.insert(name.to_owned(), Given::text(name, value));
                }
                Err(_) => {
                    faults
                        .push(Fault { name: name.to_owned(), message: "is not UTF-8".to_owned() });
                }
            }
        }
    }

    fn take_file(&mut self, flags: &Flags, working_dir: &Path, faults: &mut Vec<Fault>) {
        let Some(found) = self.find_file(flags, working_dir) else { return };
        let text = match read_bounded(&found.path) {
            Ok(text) => text,
            Err(error) => {
                let path = found.path.display();
                let message = format!("cannot read the settings file {path}: {error}");
                faults.push(Fault { name: found.named_by.to_owned(), message });
                return;
            }
        };
        let shown = found.path.display().to_string();
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in errors {
            // Only the message: the error's own text quotes the line, and a password may stand in it.
            let line = error.span().map_or(1, |span| line_of(&text, span.start));
            let message = format!("is not TOML: {}", error.message());
            faults.push(Fault { name: format!("{shown}, line {line}"), message });
        }
        flatten("", table.get_ref(), &mut |key, offset, value| {
            let name = format!("{key} ({shown}, line {})", line_of(&text, offset));
            match value {
                Some(value) => {
                    self.file.insert(key, Given { name, value });
                }
                None => faults
                    .push(Fault { name, message: "holds tables: give plain values".to_owned() }),
            }
        });
        if found.in_data_dir && self.file.remove("data_dir").is_some() {
            let message = "cannot be set in a file that lies in the data folder: use --data-dir or ZHANJIAN_DATA_DIR";
            faults.push(Fault { name: format!("data_dir ({shown})"), message: message.to_owned() });
        }
    }

    /// The settings file: the one that is named, or else the first that there is.
    fn find_file(&self, flags: &Flags, working_dir: &Path) -> Option<Found> {
        if let Some(path) = &flags.config {
            return Some(Found {
                path: working_dir.join(path),
                named_by: "--config",
                in_data_dir: false,
            });
        }
        if let Some(given) = self.environment.get(CONFIG_VARIABLE) {
            let path = working_dir.join(given.one().unwrap_or_default());
            return Some(Found { path, named_by: CONFIG_VARIABLE, in_data_dir: false });
        }
        let here = working_dir.join(FILE_NAME);
        if here.exists() {
            return Some(Found { path: here, named_by: FILE_NAME, in_data_dir: false });
        }
        let data_dir = self.of("data_dir").filter_map(Given::one).last().unwrap_or("data");
        let there = working_dir.join(data_dir).join(FILE_NAME);
        there.exists().then_some(Found { path: there, named_by: FILE_NAME, in_data_dir: true })
    }
}

struct Found {
    path: PathBuf,
    named_by: &'static str,
    in_data_dir: bool,
}

/// `http.rate_burst` → `ZHANJIAN_HTTP_RATE_BURST`
pub(super) fn environment_name(key: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", key.replace('.', "_").to_uppercase())
}

fn read_bounded(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    fs::read_to_string(path)
}

/// Calls `found` with each value's dotted key, its place in the text, and the value if it is a plain one.
fn flatten(
    prefix: &str,
    table: &DeTable<'_>,
    found: &mut impl FnMut(String, usize, Option<Value>),
) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{prefix}.{}", name.get_ref())
        };
        match value.get_ref() {
            DeValue::Table(inner) => flatten(&key, inner, found),
            DeValue::Array(items) => {
                let items: Option<Vec<_>> =
                    items.iter().map(|item| plain(item.get_ref())).collect();
                found(key, name.span().start, items.map(Value::Array));
            }
            one => found(key, name.span().start, plain(one).map(Value::Text)),
        }
    }
}

fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Some(number.as_str().to_owned()), |number| Some(number.to_string())),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Datetime(instant) => Some(instant.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
