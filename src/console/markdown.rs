//! Answers as people write them: Markdown, made into HTML that can do nothing but be read.
//!
//! What is written as HTML is shown as text, and what comes out is cleaned once more against a list of what may be there:
//! two locks, for answers come from many hands.

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{Event, Options, Parser, html};

/// What may be in a text.
const TAGS: [&str; 23] = [
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .tag_attributes([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))].into())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// How deep a text is nested at most: deeper quotes and lists are read as if they stood at that depth. Cleaning takes longer
/// with each depth, and nobody can read it.
const DEEPEST: usize = 30;

/// The HTML of a text, safe to be put into a page. Headings begin two levels down: a page has its own.
pub(super) fn to_html(markdown: &str) -> String {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let events = parser.map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => lowered(other),
    });
    let mut depth = Depth::default();
    let events = events.filter(|event| depth.keeps(event));
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut out, events);
    CLEANER.clean(&out).to_string()
}

/// How deep one is within quotes and lists.
#[derive(Default)]
struct Depth(usize);

impl Depth {
    /// Whether a beginning or an end of a quote or a list is kept.
    fn keeps(&mut self, event: &Event<'_>) -> bool {
        use pulldown_cmark::{Tag, TagEnd};
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item) => {
                self.0 += 1;
                self.0 <= DEEPEST
            }
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) => {
                self.0 -= 1;
                self.0 < DEEPEST
            }
            _ => true,
        }
    }
}

fn lowered(event: Event<'_>) -> Event<'_> {
    use pulldown_cmark::{HeadingLevel, Tag, TagEnd};
    let lower = |level: HeadingLevel| {
        HeadingLevel::try_from(level as usize + 2).unwrap_or(HeadingLevel::H6)
    };
    match event {
        Event::Start(Tag::Heading { level, id: _, classes: _, attrs: _ }) => {
            let (id, classes, attrs) = (None, Vec::new(), Vec::new());
            Event::Start(Tag::Heading { level: lower(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_is_shown_as_they_mean_it() {
        let html = to_html(
            "# 依据\n\n**第三条**\n\n- 一\n- 二\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<https://www.nmpa.gov.cn/>",
        );
        assert!(
            html.contains("<h3>依据</h3>") && html.contains("<strong>第三条</strong>"),
            "{html}"
        );
        assert!(html.contains("<li>一</li>") && html.contains("<td>1</td>"), "{html}");
        assert!(
            html.contains(
                r#"<a href="https://www.nmpa.gov.cn/" rel="noopener noreferrer nofollow">"#
            ),
            "{html}"
        );
    }

    #[test]
    fn deep_nesting_takes_no_time() {
        let began = std::time::Instant::now();
        for deep in [">", "> - ", "- "] {
            let html = to_html(&format!("{}底", deep.repeat(40_000 / deep.len())));
            assert!(html.contains('底') && html.matches("<blockquote>").count() <= DEEPEST);
        }
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }

    #[test]
    fn what_would_run_is_read_as_text_or_left_out() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "[a](data:text/html,<script>alert(1)</script>)",
            "![a](https://evil.example/x.png)",
            "<a href=\"x\" onclick=alert(1)>a</a>",
            "[a]( JaVaScRiPt:alert(1))",
            "<svg/onload=alert(1)>",
            "[a](//evil.example/)",
            "<style>*{}</style>",
            "`</code><script>alert(1)</script>`",
            "<iframe srcdoc='<script>alert(1)</script>'>",
            "# x {#id .class onclick=alert(1)}",
        ] {
            assert_harmless(&to_html(hostile));
        }
    }

    #[test]
    fn no_tag_that_runs_loads_or_asks_for_anything_is_let_in() {
        for tag in [
            "script", "style", "iframe", "object", "embed", "form", "input", "button", "img",
            "svg", "math", "base", "meta", "link", "video", "audio", "source", "template",
            "noscript",
        ] {
            assert!(!TAGS.contains(&tag), "{tag}");
        }
    }

    fn assert_harmless(html: &str) {
        let tag = regex::Regex::new(r"</?([a-zA-Z][^\s>/]*)([^>]*)>").expect("a pattern");
        for found in tag.captures_iter(html) {
            assert!(TAGS.contains(&&found[1]), "{html}");
            let attributes = found[2].trim();
            let harmless = attributes.is_empty()
                || attributes.starts_with("rel=")
                || attributes.starts_with("start=")
                || ["href=\"https:", "href=\"http:", "href=\"mailto:"]
                    .iter()
                    .any(|begin| attributes.starts_with(begin));
            assert!(harmless, "{attributes} in {html}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_can_run(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "<", ">", "script", "img", " onerror=", "javascript:", "alert(1)", "[a](", ")", "\"", "'", "`", "\n",
                "# ", "- ", "&lt;", "&#x3c;", "data:", "//", "<!--", "-->", "<![CDATA[", "]]>", "\\", "*", "|", "a",
                "style=", "svg", "href=", " ", "医", "\u{0}", "<a ", "</a>", "<p ",
            ]), 0..40),
        ) {
            assert_harmless(&to_html(&pieces.concat()));
        }
    }
}
