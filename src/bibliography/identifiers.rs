//! Identifiers where formats have no place of their own for them: DOIs inside addresses, numbers of patents, dates.

use super::Patent;
use crate::{checkdigits, partial_date::PartialDate};

/// A DOI, if the text is one or an address of one.
pub(super) fn doi_in(text: &str) -> Option<String> {
    let text = text.trim();
    let from = text.find("10.").filter(|from| {
        let front = text.get(..*from).unwrap_or_default().to_ascii_lowercase();
        front.is_empty() || front.ends_with("doi.org/") || front.trim_end().ends_with("doi:")
    })?;
    checkdigits::doi(text.get(from..)?).ok()
}

/// A patent by one number, of which nobody says whether it is that of the application or of the publication.
///
/// Chinese application numbers have twelve digits and a check digit behind a point, with `ZL` in front once granted; what
/// bears the letters of an office and a kind code is a publication.
pub(super) fn patent_of(number: &str, office: Option<&str>) -> Patent {
    let number = number.trim();
    let letters: String = number.chars().take_while(char::is_ascii_alphabetic).collect();
    let letters = letters.to_ascii_uppercase();
    let office = office.map(str::to_owned).or_else(|| match letters.as_str() {
        "ZL" => Some("CN".to_owned()),
        letters if letters.len() == 2 => Some(letters.to_owned()),
        _ => None,
    });
    let is_chinese = office.as_deref().is_none_or(|office| office == "CN");
    if is_chinese && let Ok(number) = checkdigits::patent_application(number) {
        let office = Some("CN".to_owned());
        return Patent { office, application_no: Some(number), ..Patent::default() };
    }
    Patent { office, publication_no: Some(number.to_owned()), ..Patent::default() }
}

/// A day as `2024-01-31` from how formats write dates, which often know no more than the year: then its first day.
///
/// Of a span the first day counts. What is no date stays as it is, so that the fault shows it.
pub(super) fn day(text: &str) -> String {
    let text = text.trim();
    let bare = text.split('T').next().unwrap_or_default();
    // RIS: 2024/05/01/other, 2024///; EDTF: 2024-01/2024-03.
    if let Ok(date) = bare.parse::<PartialDate>() {
        return date.first_day().to_string();
    }
    let front = bare.split_once('/').map(|(front, _)| front).filter(|front| front.contains('-'));
    let parts: Vec<&str> = match front {
        Some(front) => front.split('-').collect(),
        None => bare.split(['/', '-', '.']).take(3).collect(),
    };
    of_parts(&parts).map_or_else(|| text.to_owned(), |date| date.first_day().to_string())
}

/// A date by its numbers, of which the later ones may be missing or empty.
pub(super) fn of_parts(parts: &[&str]) -> Option<PartialDate> {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
    let filled = parts.iter().take_while(|part| !part.is_empty()).count();
    let number = |at: usize| parts.get(at).filter(|_| at < filled)?.parse::<u32>().ok();
    let year = parts.first().filter(|year| year.len() == 4)?;
    let text = match (filled, number(1), number(2)) {
        (1, ..) => (*year).to_owned(),
        (2, Some(month), _) => format!("{year}-{month:02}"),
        (_, Some(month), Some(day)) => format!("{year}-{month:02}-{day:02}"),
        _ => return None,
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_every_format_are_days() {
        for (text, read) in [
            ("2024", "2024-01-01"),
            ("2024-05", "2024-05-01"),
            ("2024-05-06", "2024-05-06"),
            ("2024-05-06T01:02:03Z", "2024-05-06"),
            ("2024/5/6", "2024-05-06"),
            ("2024///", "2024-01-01"),
            ("2024/05//Spring", "2024-05-01"),
            ("2024-05/2024-07", "2024-05-01"),
            ("2024/2025", "2024/2025"),
            ("2024-02-30", "2024-02-30"),
            ("soon", "soon"),
        ] {
            assert_eq!(day(text), read, "{text}");
        }
    }

    #[test]
    fn numbers_of_patents_are_told_apart() {
        let application = patent_of("ZL201710601862.3", None);
        assert_eq!(application.application_no.as_deref(), Some("201710601862.3"));
        assert_eq!(patent_of("CN201710601862.3", None), application);
        let publication = patent_of("US10123456B2", None);
        assert_eq!(publication.office.as_deref(), Some("US"));
        assert_eq!(publication.publication_no.as_deref(), Some("US10123456B2"));
        assert_eq!(patent_of("CN107412754A", None).office.as_deref(), Some("CN"));
    }

    #[test]
    fn a_doi_is_found_in_its_address() {
        assert_eq!(doi_in("https://doi.org/10.5555/ABC").as_deref(), Some("10.5555/abc"));
        assert_eq!(doi_in("doi: 10.5555/abc").as_deref(), Some("10.5555/abc"));
        assert_eq!(doi_in("https://example.org/v10.5555/abc"), None);
    }
}
