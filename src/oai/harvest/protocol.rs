//! What a repository says, taken out of its XML.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, Utc};

use crate::xml::Element;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// When it was given, by the repository's clock.
    pub(super) date: DateTime<Utc>,
    pub(super) said: Said,
}

/// What is said in it.
#[derive(Debug)]
pub(super) enum Said {
    Identity { granularity: Granularity },
    Records { records: Vec<Record>, token: Option<String> },
    Fault { code: String, message: String },
}

/// How finely a repository tells times apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Granularity {
    Second,
    Day,
}

/// A record.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) identifier: String,
    pub(super) deleted: bool,
    /// What is said of it; none of a deleted one.
    pub(super) metadata: Option<Element>,
}

/// Longer identifiers and tokens are none.
const LONGEST: usize = 4_096;

/// Reads an answer; what is wrong with it as the end of a sentence about the repository.
pub(super) fn read(mut root: Element) -> Result<Answer, String> {
    if root.name != "OAI-PMH" {
        return Err("it answers no OAI-PMH: is this the address of its repository?".to_owned());
    }
    let date = root.first("responseDate").and_then(|date| instant(date.trimmed()));
    let date = date.ok_or("its answer does not tell its date")?;
    if let Some(fault) = root.first("error") {
        let code = fault.attribute("code").unwrap_or_default().to_owned();
        let message = fault.trimmed().chars().filter(|sign| !sign.is_control()).take(300).collect();
        return Ok(Answer { date, said: Said::Fault { code, message } });
    }
    if let Some(identity) = root.first("Identify") {
        let finest = identity.first("granularity").is_some_and(|it| it.trimmed().contains("ss"));
        let granularity = if finest { Granularity::Second } else { Granularity::Day };
        return Ok(Answer { date, said: Said::Identity { granularity } });
    }
    let list = root.children.iter_mut().find(|child| child.name == "ListRecords");
    let list = list.ok_or("its answer is none to a question of ours")?;
    let token = list.first("resumptionToken").map(|token| token.trimmed().to_owned());
    let token = token.filter(|token| !token.is_empty());
    if token.as_ref().is_some_and(|token| token.len() > LONGEST) {
        return Err("its token is too long to be one".to_owned());
    }
    let children = std::mem::take(&mut list.children).into_iter();
    let records = children.filter(|child| child.name == "record").map(record);
    let records = records.collect::<Result<_, _>>()?;
    Ok(Answer { date, said: Said::Records { records, token } })
}

fn record(mut record: Element) -> Result<Record, String> {
    let header = record.first("header").ok_or("one of its records has no header")?;
    let identifier = header.first("identifier").map(Element::trimmed).unwrap_or_default();
    if identifier.is_empty() || identifier.len() > LONGEST {
        return Err("one of its records has no identifier".to_owned());
    }
    let (identifier, deleted) =
        (identifier.to_owned(), header.attribute("status") == Some("deleted"));
    let metadata = record.children.iter_mut().find(|child| child.name == "metadata");
    let metadata = metadata.map(std::mem::take).filter(|_| !deleted);
    Ok(Record { identifier, deleted, metadata })
}

/// An instant as the protocol writes it; some repositories write a day alone, or an offset.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let found = if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        instant.to_utc()
    } else {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        day.and_time(NaiveTime::MIN).and_utc()
    };
    // No clock says otherwise, not even one that was never set; and one can count from there.
    (1970..=9999).contains(&found.year()).then_some(found)
}
