//! Texts with the marks of web pages in them, as repositories and publishers keep abstracts.

/// Tags that are taken out; what else stands between angle brackets is the author's.
const TAGS: [&str; 24] = [
    "p", "br", "i", "b", "em", "strong", "sub", "sup", "span", "div", "ul", "ol", "li", "a", "h1",
    "h2", "h3", "h4", "u", "tt", "sc", "title", "sec", "italic",
];

/// The text without the tags and entities of HTML and JATS; paragraphs become lines.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        rest = if let Some((breaks, behind)) = tag(from) {
            if breaks {
                plain.push('\n');
            }
            behind
        } else if let Some((c, behind)) = entity(from) {
            plain.push(c);
            behind
        } else {
            let mut chars = from.chars();
            plain.extend(chars.next());
            chars.as_str()
        };
    }
    plain.push_str(rest);
    lines(&plain)
}

/// One space between words, one line break between lines.
fn lines(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A tag at the front: whether it breaks the line, and what is behind it.
fn tag(text: &str) -> Option<(bool, &str)> {
    let inside = text.strip_prefix('<')?;
    // No tag that is taken out is long, and a text of brackets must not be searched to its end for each of them.
    let end = inside.bytes().take(400).position(|byte| byte == b'>')?;
    let (inside, behind) = inside.split_at_checked(end)?;
    let name = inside.trim_start_matches('/').trim_start_matches("jats:");
    let name: String = name.chars().take_while(char::is_ascii_alphanumeric).take(8).collect();
    let name = name.to_ascii_lowercase();
    let breaks = matches!(
        name.as_str(),
        "p" | "br" | "div" | "li" | "h1" | "h2" | "h3" | "h4" | "title" | "sec"
    );
    TAGS.contains(&name.as_str()).then_some((breaks, behind.get(1..).unwrap_or_default()))
}

/// An entity at the front, and what is behind it.
fn entity(text: &str) -> Option<(char, &str)> {
    let inside = text.strip_prefix('&')?;
    let end = inside.bytes().take(10).position(|byte| byte == b';')?;
    let (name, behind) = inside.split_at_checked(end)?;
    let number =
        |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "mdash" => '—',
        "ndash" => '–',
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with(['x', 'X']) => number(hex.get(1..)?, 16)?,
            decimal => number(decimal, 10)?,
        },
    };
    Some((c, behind.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_words_stay() {
        assert_eq!(
            plain("<jats:p>A&nbsp;b<sub>2</sub></jats:p>\n<p>c &lt; d &amp; e</p>"),
            "A b2\nc < d & e"
        );
        assert_eq!(
            plain("p < 0.05 and q > 1 & r &unknown; <mine>"),
            "p < 0.05 and q > 1 & r &unknown; <mine>"
        );
        assert_eq!(plain("&#26222;&#x4E2D;<"), "普中<");
        assert_eq!(plain(&"<".repeat(100_000)).len(), 100_000);
    }
}
