//! The letters that LaTeX writes by commands, and back.

use unicode_normalization::UnicodeNormalization as _;

/// Commands that stand for a character.
const SIGNS: [(&str, &str); 62] = [
    ("textbackslash", "\\"),
    ("textbraceleft", "{"),
    ("textbraceright", "}"),
    ("textasciitilde", "~"),
    ("textasciicircum", "^"),
    ("textdollar", "$"),
    ("textquotesingle", "'"),
    ("textquotedblleft", "“"),
    ("textquotedblright", "”"),
    ("textendash", "–"),
    ("textemdash", "—"),
    ("textregistered", "®"),
    ("texttrademark", "™"),
    ("textcopyright", "©"),
    ("textmu", "µ"),
    ("textdegree", "°"),
    ("textless", "<"),
    ("textgreater", ">"),
    ("ldots", "…"),
    ("dots", "…"),
    ("ss", "ß"),
    ("ae", "æ"),
    ("AE", "Æ"),
    ("oe", "œ"),
    ("OE", "Œ"),
    ("o", "ø"),
    ("O", "Ø"),
    ("l", "ł"),
    ("L", "Ł"),
    ("aa", "å"),
    ("AA", "Å"),
    ("i", "i"),
    ("j", "j"),
    ("dh", "ð"),
    ("th", "þ"),
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("Delta", "Δ"),
    ("epsilon", "ε"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("omega", "ω"),
    ("Omega", "Ω"),
    ("times", "×"),
    ("pm", "±"),
    ("leq", "≤"),
    ("geq", "≥"),
    ("le", "≤"),
    ("ge", "≥"),
    ("approx", "≈"),
    ("sim", "~"),
    ("cdot", "·"),
    ("infty", "∞"),
    ("par", "\n\n"),
];

/// Commands that put a mark on the next letter.
fn mark(command: &str) -> Option<char> {
    Some(match command {
        "`" => '\u{300}',
        "'" => '\u{301}',
        "^" => '\u{302}',
        "~" => '\u{303}',
        "=" => '\u{304}',
        "u" => '\u{306}',
        "." => '\u{307}',
        "\"" => '\u{308}',
        "r" => '\u{30A}',
        "H" => '\u{30B}',
        "v" => '\u{30C}',
        "d" => '\u{323}',
        "c" => '\u{327}',
        "k" => '\u{328}',
        "b" => '\u{331}',
        _ => return None,
    })
}

/// A text as people read it: one space between words, a line break where there was a blank line.
pub(super) fn decoded(text: &str) -> String {
    paragraphs(&translated(text, true))
}

/// A value that is no prose, such as an address: only its escapes are taken out.
pub(super) fn unescaped(text: &str) -> String {
    translated(text, false).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn translated(text: &str, is_prose: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_formula = false;
    // A mark waits for the letter that it belongs to, which may stand in braces.
    let mut waiting: Option<char> = None;
    while let Some(c) = chars.next() {
        let sign: String = match c {
            '{' | '}' => continue,
            '\\' => {
                let Some(next) = chars.next() else { break };
                let mut command = next.to_string();
                if next.is_ascii_alphabetic() {
                    while let Some(letter) = chars.next_if(char::is_ascii_alphabetic) {
                        command.push(letter);
                    }
                    while chars.next_if(|c| c.is_whitespace()).is_some() {}
                }
                // A dotless i is an i, and the command before it goes on waiting.
                if let Some(found) = mark(&command).filter(|_| is_prose) {
                    waiting = Some(found);
                    continue;
                }
                let sign = SIGNS.iter().find(|(name, _)| *name == command).map(|(_, sign)| *sign);
                match sign {
                    Some(sign) => sign.to_owned(),
                    // A command that only says how the text looks; its text follows.
                    None if next.is_ascii_alphabetic() => continue,
                    None => match next {
                        '\\' | ',' | ':' | ' ' | '\n' => " ".to_owned(),
                        '/' | '-' | '!' | ';' | '(' | ')' | '[' | ']' => continue,
                        other => other.to_string(),
                    },
                }
            }
            '$' if is_prose => {
                in_formula = !in_formula;
                continue;
            }
            '_' | '^' if in_formula => continue,
            '~' if is_prose => " ".to_owned(),
            '-' if is_prose && chars.next_if_eq(&'-').is_some() => {
                if chars.next_if_eq(&'-').is_some() { "—" } else { "–" }.to_owned()
            }
            '`' if is_prose && chars.next_if_eq(&'`').is_some() => "“".to_owned(),
            '\'' if is_prose && chars.next_if_eq(&'\'').is_some() => "”".to_owned(),
            c => c.to_string(),
        };
        match waiting.take() {
            Some(mark) if sign.chars().all(char::is_alphabetic) => {
                out.extend(sign.chars().chain([mark]).nfc());
            }
            _ => out.push_str(&sign),
        }
    }
    out
}

/// One space between words; where there was a blank line, one line break.
fn paragraphs(text: &str) -> String {
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            paragraphs.push(String::new());
            continue;
        }
        let Some(last) = paragraphs.last_mut() else { continue };
        for word in line.split_whitespace() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n")
}

/// A text as LaTeX writes it, so that [`decoded`] gives it back. Letters of all scripts stay as they are.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' => out.push_str("\\textbraceleft{}"),
            '}' => out.push_str("\\textbraceright{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '$' | '&' | '%' | '#' | '_' => {
                out.push('\\');
                out.push(c);
            }
            // At the front of a line it would begin an entry.
            '@' => out.push_str("{@}"),
            '"' => out.push_str("{\"}"),
            '-' | '`' | '\'' if before == c => {
                out.push_str("{}");
                out.push(c);
            }
            '\n' => out.push_str("\n\n"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// Whether a text is a single group in braces.
pub(super) fn is_one_group(text: &str) -> bool {
    let Some(inside) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return false;
    };
    let mut depth = 0_u32;
    inside.chars().all(|c| match c {
        '{' => {
            depth = depth.saturating_add(1);
            true
        }
        '}' if depth == 0 => false,
        '}' => {
            depth -= 1;
            true
        }
        _ => true,
    })
}

/// The parts of a text between the words `and` outside of braces.
pub(super) fn split_at_and(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_u32, 0);
    let mut blank_before = true;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            'a' | 'A' if depth == 0 && blank_before && at >= from => {
                let word = text.get(at..at + 3).unwrap_or_default();
                let behind = text.get(at + 3..).unwrap_or_default();
                if word.eq_ignore_ascii_case("and") && behind.starts_with(char::is_whitespace) {
                    parts.push(text.get(from..at).unwrap_or_default());
                    from = at + 3;
                }
            }
            _ => {}
        }
        blank_before = c.is_whitespace();
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_escapes_are_letters() {
        for (latex, text) in [
            (r#"M{\"u}ller and {\'E}t\'e"#, "Müller and Été"),
            (r"Erd\H{o}s, \v{C}apek, Gar\c con, \'{\i}", "Erdős, Čapek, Garçon, í"),
            (r"50\% of A\&B \_ \$5 \#1", "50% of A&B _ $5 #1"),
            (r#"{\ss}{\o}\AA ngstr{\"o}m"#, "ßøÅngström"),
            (r"H$_2$O and $\alpha$-synuclein at $10^{-3}$", "H2O and α-synuclein at 10-3"),
            (r"\emph{in vivo} study~of ``x'' --- y", "in vivo study of “x” — y"),
            ("a\n  b\n\nc", "a b\nc"),
            (r"trailing \", "trailing"),
        ] {
            assert_eq!(decoded(latex), text, "{latex}");
        }
        assert_eq!(
            unescaped(r"https://example.org/a\_b~c--d%20"),
            "https://example.org/a_b~c--d%20"
        );
    }

    #[test]
    fn what_is_encoded_comes_back() {
        for text in ["a--b---c", "\\{}~^$&%#_", "“”''``\"@x", "站间 “成果”", "a\nb", "é ő"]
        {
            assert_eq!(decoded(&encoded(text)), text);
            assert_eq!(encoded(text).matches('{').count(), encoded(text).matches('}').count());
        }
    }

    #[test]
    fn people_are_parted_outside_of_braces() {
        assert_eq!(split_at_and("A and {B and C} and D"), ["A ", " {B and C} ", " D"]);
        assert_eq!(split_at_and("Andrew Sand"), ["Andrew Sand"]);
        assert!(is_one_group("{a {b} c}") && !is_one_group("{a} {b}"));
    }
}
