//! Names of people, as one text and as family and given name.
//!
//! We keep a name as it is said: 王小明, Xiaoming Wang. Formats that part it get it parted where that can be undone.

/// Whether there is a Chinese character in it. Chinese names go family first and without a space.
pub(super) fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}'))
}

/// Both parts of a name as it is said.
pub(super) fn said(family: &str, given: &str) -> String {
    let (family, given) = (family.trim(), given.trim());
    if family.is_empty() || given.is_empty() {
        return format!("{family}{given}");
    }
    if is_chinese(family) && is_chinese(given) {
        return format!("{family}{given}");
    }
    format!("{given} {family}")
}

/// A name as it is said, from how catalogues write it: `Wang, Xiaoming`, `Wang, Jr., Xiaoming`.
pub(super) fn natural(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = name.split([',', '，']).map(str::trim).collect();
    match parts[..] {
        [family, given] if !family.is_empty() && !given.is_empty() => said(family, given),
        [family, junior, given] if ![family, junior, given].contains(&"") => {
            format!("{} {junior}", said(family, given))
        }
        _ => name,
    }
}

/// Family and given name, where the name can be put together again from them; nothing for Chinese names, whose parts
/// are not marked, and for names of a single word.
pub(super) fn parted(name: &str) -> Option<(String, String)> {
    if is_chinese(name) || name.contains([',', '，', ';', '；']) {
        return None;
    }
    let words: Vec<&str> = name.split(' ').collect();
    let mut first = words.len().checked_sub(1).filter(|last| *last > 0)?;
    // Ludwig van Beethoven: small words before the last one belong to it.
    let small = |word: &&str| word.chars().next().is_some_and(char::is_lowercase);
    while first > 1 && words.get(first - 1).is_some_and(small) {
        first -= 1;
    }
    let (given, family) = words.split_at_checked(first)?;
    let (given, family) = (given.join(" "), family.join(" "));
    (said(&family, &given) == name).then_some((family, given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_said_as_people_say_them() {
        assert_eq!(natural("Wang, Xiaoming"), "Xiaoming Wang");
        assert_eq!(natural("王，小明"), "王小明");
        assert_eq!(natural("King, Jr., Martin  Luther"), "Martin Luther King Jr.");
        assert_eq!(natural("Example Hospital"), "Example Hospital");
        assert_eq!(natural("Example, "), "Example,");
    }

    #[test]
    fn what_is_parted_can_be_put_together() {
        let parts = parted("Ludwig van Beethoven").unwrap();
        assert_eq!((parts.0.as_str(), parts.1.as_str()), ("van Beethoven", "Ludwig"));
        for name in ["王小明", "Plato", "Wang, Xiaoming", "", " a", "a  b "] {
            if let Some((family, given)) = parted(name) {
                assert_eq!(said(&family, &given), name);
            }
        }
        assert_eq!(parted("王小明"), None);
    }
}
