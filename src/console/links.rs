//! Addresses of pages.

/// An address with parameters.
pub(super) fn address<'a>(
    path: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// A code or a key as a part of a path, whatever signs are in it.
pub(super) fn part(code: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(code.as_bytes()).collect();
    // In a query a space may be a `+`, in a path a `+` is a plus.
    encoded.replace('+', "%20")
}

/// The parameters of an address, in their order; those without a value are left out.
pub(super) fn parameters(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// Where to go on to, as an address or a form says it: a page of ours, whatever is written there.
pub(super) fn within(next: &str) -> &str {
    // A browser reads `\` as `/`, drops tabs and ends of lines, and goes elsewhere by `//`.
    let is_ours = next.starts_with('/')
        && !next[1..].starts_with(['/', '\\'])
        && !next.contains(|sign: char| sign.is_control() || sign == '\\');
    if is_ours { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_goes_on_within_the_console_or_to_its_first_page() {
        for ours in ["/", "/stations", "/?q=%E5%8C%BB&area=REG", "/answers/abc#versions"] {
            assert_eq!(within(ours), ours);
        }
        for theirs in [
            "",
            "stations",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=1",
            " //evil.example",
        ] {
            assert_eq!(within(theirs), "/", "{theirs:?}");
        }
    }

    #[test]
    fn a_key_is_one_part_of_a_path() {
        assert_eq!(part("SH-PD"), "SH-PD");
        assert_eq!(part("a/b ?c+d"), "a%2Fb%20%3Fc%2Bd");
    }

    proptest! {
        #[test]
        fn whatever_is_written_one_stays_here(next in "[/\\\\a-z:\\t\\r\\n .@?#]{0,12}") {
            let at = within(&next);
            prop_assert!(at.starts_with('/'));
            prop_assert!(!at.starts_with("//") && !at.contains(['\\', '\t', '\r', '\n']));
        }
    }
}
