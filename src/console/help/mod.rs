//! Help: a page a task, for each kind of user, in both languages.

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};

use super::{
    gate::Guest,
    markdown,
    shell::{self, Section, Shell},
    trouble::Trouble,
};
use crate::language::Language;

/// For whom a page is: the end of the name of a text.
const READERS: [&str; 5] = ["everybody", "station", "office", "officer", "administrator"];

/// A page: its name in the address, for whom it is, and its text in Chinese and English. The first line is its title.
struct Topic {
    name: &'static str,
    reader: &'static str,
    zh: &'static str,
    en: &'static str,
}

macro_rules! topics {
    ($($reader:literal: $($name:literal),+;)+) => {
        [$($(Topic {
            name: $name,
            reader: $reader,
            zh: include_str!(concat!("zh-CN/", $name, ".md")),
            en: include_str!(concat!("en/", $name, ".md")),
        }),+),+]
    };
}

const TOPICS: [Topic; 12] = topics! {
    "everybody": "search", "currency";
    "station": "consultations", "refer", "draft", "partners";
    "office": "publish", "import", "introductions";
    "officer": "supervision", "regulations";
    "administrator": "administration";
};

impl Topic {
    fn text(&self, language: Language) -> (&'static str, &'static str) {
        let text = match language {
            Language::ZhCn => self.zh,
            Language::En => self.en,
        };
        let (title, body) = text.split_once('\n').unwrap_or((text, ""));
        (title.trim_start_matches("# "), body)
    }
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/help", get(index)).route("/help/{name}", get(page))
}

#[derive(Template)]
#[template(path = "help/index.html")]
struct IndexPage {
    shell: Shell,
    /// For whom, and the names and titles of their pages.
    readers: Vec<(String, Vec<(&'static str, &'static str)>)>,
}

async fn index(guest: Guest) -> Result<Response, Trouble> {
    let shell = guest.shell(shell::viewer(&guest).await, Section::Help);
    let readers = READERS.map(|reader| {
        let topics = TOPICS.iter().filter(|topic| topic.reader == reader);
        let titled = |topic: &Topic| (topic.name, topic.text(guest.language()).0);
        (shell.text.of(&format!("help-for-{reader}")).into_owned(), topics.map(titled).collect())
    });
    shell::show(&IndexPage { shell, readers: readers.into() })
}

#[derive(Template)]
#[template(path = "help/page.html")]
struct HelpPage {
    shell: Shell,
    title: &'static str,
    /// HTML.
    written: String,
}

async fn page(guest: Guest, Path(name): Path<String>) -> Result<Response, Trouble> {
    let topic = TOPICS.iter().find(|topic| topic.name == name).ok_or(Trouble::NotFound)?;
    let (title, body) = topic.text(guest.language());
    let shell = guest.shell(shell::viewer(&guest).await, Section::Help);
    shell::show(&HelpPage { shell, title, written: markdown::to_html(body) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_title_and_says_as_much_in_both_languages() {
        for topic in &TOPICS {
            assert!(READERS.contains(&topic.reader), "{}", topic.name);
            for text in [topic.zh, topic.en] {
                assert!(text.starts_with("# "), "{}", topic.name);
            }
            let steps = |text: &str| text.lines().filter(|line| line.starts_with("1. ")).count();
            assert_eq!(steps(topic.zh), steps(topic.en), "{}", topic.name);
        }
    }
}
