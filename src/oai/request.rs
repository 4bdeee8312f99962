//! What a harvester asks for: six verbs, each with its arguments, and nothing else (OAI-PMH, section 4).

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::formats::Format;

/// Why a request is answered by an error of the protocol (section 3.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The protocol's code.
    pub(super) code: &'static str,
    /// What is wrong, for people.
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn argument(message: impl Into<String>) -> Self {
        Self::new("badArgument", message)
    }

    pub(super) fn token() -> Self {
        Self::new(
            "badResumptionToken",
            "this token is none of ours: give it as it came, or begin the list anew",
        )
    }

    /// Whether the answer must not repeat the arguments, for it is they that are wrong.
    pub(super) fn hides_arguments(&self) -> bool {
        matches!(self.code, "badVerb" | "badArgument")
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Identify,
    ListMetadataFormats { identifier: Option<String> },
    ListSets { token: Option<String> },
    GetRecord { identifier: String, format: Format },
    List { whole: bool, list: List },
}

/// A list, from its beginning or from where a token left off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum List {
    First {
        format: Format,
        from: Option<DateTime<Utc>>,
        before: Option<DateTime<Utc>>,
        set: Option<String>,
    },
    Next {
        token: String,
    },
}

/// The arguments of a request, in their order.
pub(super) type Arguments = Vec<(String, String)>;

/// Reads the arguments of a request.
pub(super) fn read(parameters: &[u8]) -> Arguments {
    form_urlencoded::parse(parameters)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// What the arguments ask for.
pub(super) fn understand(arguments: &Arguments) -> Result<Verb, Fault> {
    let verbs: Vec<&str> = named(arguments, "verb").collect();
    let verb = match verbs.as_slice() {
        [verb] => *verb,
        [] => return Err(Fault::new("badVerb", "there is no verb")),
        _ => return Err(Fault::new("badVerb", "there is more than one verb")),
    };
    let given = Given { arguments };
    match verb {
        "Identify" => {
            given.only(&[])?;
            Ok(Verb::Identify)
        }
        "ListMetadataFormats" => {
            given.only(&["identifier"])?;
            Ok(Verb::ListMetadataFormats { identifier: given.get("identifier") })
        }
        "ListSets" => {
            given.only(&["resumptionToken"])?;
            Ok(Verb::ListSets { token: given.get("resumptionToken") })
        }
        "GetRecord" => {
            given.only(&["identifier", "metadataPrefix"])?;
            let identifier = given.required("identifier")?;
            Ok(Verb::GetRecord { identifier, format: given.format()? })
        }
        "ListIdentifiers" => Ok(Verb::List { whole: false, list: given.list()? }),
        "ListRecords" => Ok(Verb::List { whole: true, list: given.list()? }),
        _ => Err(Fault::new("badVerb", "this is no verb of OAI-PMH 2.0")),
    }
}

fn named<'a>(arguments: &'a Arguments, wanted: &'a str) -> impl Iterator<Item = &'a str> {
    arguments.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

struct Given<'a> {
    arguments: &'a Arguments,
}

impl Given<'_> {
    /// Nothing but these, each at most once.
    fn only(&self, allowed: &[&str]) -> Result<(), Fault> {
        for (name, _) in self.arguments.iter().filter(|(name, _)| name != "verb") {
            if !allowed.contains(&name.as_str()) {
                let allowed = if allowed.is_empty() { "none" } else { &allowed.join(", ") };
                return Err(Fault::argument(format!(
                    "there is an argument that this verb does not take; it takes {allowed}"
                )));
            }
            if named(self.arguments, name).count() > 1 {
                return Err(Fault::argument(format!("{name} is given more than once")));
            }
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Option<String> {
        named(self.arguments, name).next().map(str::to_owned)
    }

    fn required(&self, name: &str) -> Result<String, Fault> {
        self.get(name).ok_or_else(|| Fault::argument(format!("{name} is missing")))
    }

    fn format(&self) -> Result<Format, Fault> {
        let prefix = self.required("metadataPrefix")?;
        Format::of_prefix(&prefix).ok_or_else(|| {
            let known = Format::ALL.map(Format::prefix).join(", ");
            Fault::new("cannotDisseminateFormat", format!("there are the formats {known}"))
        })
    }

    fn list(&self) -> Result<List, Fault> {
        if let Some(token) = self.get("resumptionToken") {
            // It stands alone (section 3.5.1).
            self.only(&["resumptionToken"])?;
            return Ok(List::Next { token });
        }
        self.only(&["metadataPrefix", "from", "until", "set"])?;
        let format = self.format()?;
        let from = self.get("from").map(|text| Stamp::read("from", &text)).transpose()?;
        let until = self.get("until").map(|text| Stamp::read("until", &text)).transpose()?;
        if let (Some(from), Some(until)) = (&from, &until) {
            if from.whole_day != until.whole_day {
                return Err(Fault::argument("from and until have different granularities"));
            }
            if from.first > until.first {
                return Err(Fault::argument("from is later than until"));
            }
        }
        Ok(List::First {
            format,
            from: from.map(|from| from.first),
            before: until.map(Stamp::behind),
            set: self.get("set"),
        })
    }
}

/// A day or a second, in UTC.
struct Stamp {
    first: DateTime<Utc>,
    whole_day: bool,
}

impl Stamp {
    fn read(name: &str, text: &str) -> Result<Self, Fault> {
        let fault = || {
            Fault::argument(format!(
                "{name} is no date: write it as 2026-11-22 or as 2026-11-22T04:00:00Z"
            ))
        };
        // Only what is written in full: chrono would take fewer digits.
        let stamp = match text.len() {
            10 => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map(|day| Self { first: day.and_time(NaiveTime::MIN).and_utc(), whole_day: true }),
            20 => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ")
                .map(|instant| Self { first: instant.and_utc(), whole_day: false }),
            _ => return Err(fault()),
        };
        stamp.map_err(|_| fault())
    }

    /// The first instant that is no part of it any more.
    fn behind(self) -> DateTime<Utc> {
        let length = if self.whole_day { Duration::days(1) } else { Duration::seconds(1) };
        self.first.checked_add_signed(length).unwrap_or(self.first)
    }
}

/// An instant as the protocol writes it.
pub(super) fn written(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(parameters: &str) -> Result<Verb, Fault> {
        understand(&read(parameters.as_bytes()))
    }

    #[test]
    fn what_the_protocol_does_not_know_is_refused_by_its_code() {
        for (parameters, code) in [
            ("", "badVerb"),
            ("verb=Nonsense", "badVerb"),
            ("verb=identify", "badVerb"),
            ("verb=Identify&verb=Identify", "badVerb"),
            ("verb=Identify&x=1", "badArgument"),
            ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
            ("verb=GetRecord&identifier=a", "badArgument"),
            ("verb=GetRecord&identifier=a&identifier=a&metadataPrefix=oai_dc", "badArgument"),
            ("verb=GetRecord&identifier=a&metadataPrefix=mods", "cannotDisseminateFormat"),
            ("verb=ListRecords", "badArgument"),
            ("verb=ListRecords&metadataPrefix=mods", "cannotDisseminateFormat"),
            ("verb=ListRecords&resumptionToken=a&metadataPrefix=oai_dc", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-1-1", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00%2B00", "badArgument"),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01",
                "badArgument",
            ),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z",
                "badArgument",
            ),
        ] {
            let fault = asked(parameters).expect_err(parameters);
            assert_eq!(fault.code, code, "{parameters}: {}", fault.message);
        }
    }

    #[test]
    fn a_day_is_all_of_it() {
        let asked =
            asked("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01");
        let Ok(Verb::List { whole: true, list: List::First { from, before, .. } }) = asked else {
            panic!("{asked:?}")
        };
        assert_eq!(from.map(written).as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(before.map(written).as_deref(), Some("2026-01-02T00:00:00Z"));
    }
}
