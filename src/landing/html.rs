//! The page for people: plain, readable without a script, in the language of the browser. It stands by itself, so that it
//! can be cited for as long as the service lasts, and leads on to the console and to files of its record.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::Digest as _;

use super::{json_ld, links::Link};
use crate::{
    json::in_html,
    language::{Language, Text},
    research::{Published, kind_label, public::Tombstone},
};

const STYLE: &str = "*{box-sizing:border-box}\
    body{margin:0;background:#f4f6f8;color:#1b2530;overflow-wrap:anywhere;font:.9375rem/1.7 system-ui,-apple-system,\
    'Segoe UI','PingFang SC','Hiragino Sans GB','Microsoft YaHei','Noto Sans CJK SC',sans-serif}\
    header,main{max-width:46rem;margin:0 auto;padding:.75rem 1.25rem}\
    header a{color:inherit;font-weight:600;text-decoration:none}\
    main{background:#fff;border:1px solid #d5dbe1;border-radius:4px;padding:1.25rem}\
    h1{margin:0 0 .75rem;font-size:1.375rem;line-height:1.4}h2{margin:1rem 0 .25rem;font-size:1.0625rem}\
    a{color:#0b4f8a;text-underline-offset:.2em}:focus-visible{outline:3px solid #e08600;outline-offset:2px}\
    dt{margin-top:.75rem;color:#55616e}dd{margin:0}p{margin:0 0 .6rem;white-space:pre-line}\
    @media (min-width:40rem){dl{display:grid;grid-template-columns:max-content 1fr;gap:.4rem 1.5rem}dt{margin:0;grid-column:1}\
    dd{grid-column:2}}@media print{body{background:none}main{border:0}}";

/// The records of an output that its page offers as files: the format as addresses name it, and as people do.
const FILES: [(&str, &str); 4] =
    [("bibtex", "BibTeX"), ("ris", "RIS"), ("csl", "CSL-JSON"), ("datacite", "DataCite JSON")];

/// The digest by which a browser lets this style in, and no other.
pub fn style_digest() -> String {
    format!("sha256-{}", STANDARD.encode(sha2::Sha256::digest(STYLE)))
}

/// The page of an output.
pub(super) fn page(output: &Published, base: &str, links: &[Link], language: Language) -> String {
    let say = |en: &'static str, zh: &'static str| Text::new(en, zh).text(language).to_owned();
    let mut head = String::new();
    for link in links {
        let optional = |name: &str, value: Option<&str>| {
            value.map(|value| format!(" {name}=\"{}\"", escaped(value))).unwrap_or_default()
        };
        let (kind, profile) =
            (optional("type", link.media_type), optional("profile", link.profile));
        let (rel, href) = (link.rel, escaped(&link.href));
        // A text takes whatever is written to it.
        let _ = write!(head, "<link rel=\"{rel}\" href=\"{href}\"{kind}{profile}>");
    }
    let data = in_html(&json_ld::of(output, base));
    let _ = write!(head, "<script type=\"application/ld+json\">{data}</script>");
    let mut body =
        format!("<main><h1>{}</h1><p>{}</p>", escaped(&output.title), escaped(&output.summary));
    if let Some(text) = &output.advantages {
        let title = say("Advantages", "优势");
        let _ = write!(body, "<h2>{title}</h2><p>{}</p>", escaped(text));
    }
    body.push_str("<dl>");
    let mut row = |term: String, values: Vec<String>| {
        if !values.is_empty() {
            let values = format!("<dd>{}</dd>", values.join("</dd><dd>"));
            let _ = write!(body, "<dt>{term}</dt>{values}");
        }
    };
    let organization = match (language, &output.organization.name_en) {
        (Language::En, Some(name)) => name,
        _ => &output.organization.name,
    };
    row(say("Organization", "机构"), vec![escaped(organization)]);
    row(say("Kind", "类型"), vec![escaped(kind_label(output.kind).text(language))]);
    row(say("Contributors", "完成人"), people(output));
    row(say("Areas", "专业领域"), areas(output, language));
    let days = |day: Option<chrono::NaiveDate>| day.iter().map(ToString::to_string).collect();
    row(say("Published", "发布日期"), days(output.published_on));
    row(say("Completed", "完成日期"), days(output.completed_on));
    row(say("Identifiers", "标识"), identifiers(output));
    row(say("Cite as", "引用格式"), vec![escaped(&output.citation())]);
    row(say("Export", "导出"), vec![files(output, base)]);
    row(say("For programs", "机器可读"), for_programs(links));
    let console = format!("{base}/research/{}", output.global_id());
    row(
        say("In Zhanjian", "站间"),
        vec![anchor(&console, &say("Details and versions", "详情与版本"))],
    );
    body.push_str("</dl></main>");
    document(&output.title, &head, &body, language)
}

fn files(output: &Published, base: &str) -> String {
    let at = format!("{base}/exports/research-outputs/{}?format=", output.global_id());
    FILES.map(|(format, name)| anchor(&format!("{at}{format}"), name)).join(" · ")
}

fn people(output: &Published) -> Vec<String> {
    let person = |person: &crate::research::Contributor| match &person.orcid {
        Some(orcid) => anchor(&format!("https://orcid.org/{orcid}"), &person.name),
        None => escaped(&person.name),
    };
    output.contributors.iter().map(person).collect()
}

fn areas(output: &Published, language: Language) -> Vec<String> {
    let label = |(_, label, label_en): &(String, String, Option<String>)| {
        let label =
            if language == Language::En { label_en.as_ref().unwrap_or(label) } else { label };
        escaped(label)
    };
    output.areas.iter().map(label).collect()
}

fn identifiers(output: &Published) -> Vec<String> {
    let doi = output.doi_url().map(|url| anchor(&url, &url));
    let named = |name: &str, value: &str| format!("{}: {}", escaped(name), escaped(value));
    let others = output.identifiers.iter().map(|other| named(&other.scheme, &other.value));
    let patents = output.patents.iter().flat_map(|patent| {
        let office = patent.office.as_deref().unwrap_or("CN");
        let numbers = [&patent.application_no, &patent.publication_no].into_iter().flatten();
        numbers.map(move |number| named(office, number))
    });
    let trials = output.trial_ids.iter().map(|id| escaped(id));
    doi.into_iter().chain(others).chain(patents).chain(trials).collect()
}

fn for_programs(links: &[Link]) -> Vec<String> {
    let followed = links.iter().filter(|link| matches!(link.rel, "describedby" | "linkset"));
    followed.map(|link| anchor(&link.href, link.profile.unwrap_or(link.rel))).collect()
}

fn anchor(href: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(href), escaped(text))
}

/// The page of an output that was withdrawn: when and why, and nothing of what it said.
pub(super) fn tombstone(tombstone: &Tombstone, language: Language) -> String {
    let title = Text::new("This research output was withdrawn", "该成果已撤回");
    let title = title.text(language);
    let on = Text::new("Withdrawn on", "撤回日期");
    let why = Text::new("Reason", "撤回原因");
    let mut body = format!("<main><h1>{title}</h1><dl>");
    if let Some(day) = tombstone.on {
        let _ = write!(body, "<dt>{}</dt><dd>{day}</dd>", on.text(language));
    }
    if let Some(reason) = &tombstone.reason {
        let _ = write!(body, "<dt>{}</dt><dd>{}</dd>", why.text(language), escaped(reason));
    }
    body.push_str("</dl></main>");
    document(title, "", &body, language)
}

/// The page of what is not there, or is not for everybody: the same, so that nobody learns which.
pub(super) fn absent(language: Language) -> String {
    let title = Text::new("There is no such research output", "没有这项成果");
    let title = title.text(language);
    let hint = Text::new(
        "The address may be mistyped, or the output is not open to everybody.",
        "地址可能有误，或该成果未对公众开放。",
    );
    let body = format!("<main><h1>{title}</h1><p>{}</p></main>", hint.text(language));
    document(title, "", &body, language)
}

fn document(title: &str, head: &str, body: &str, language: Language) -> String {
    let tag = match language {
        Language::En => "en",
        Language::ZhCn => "zh-CN",
    };
    format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{} · 站间 Zhanjian</title><style>{STYLE}</style>{head}</head>\
         <body><header><a href=\"/\">站间 Zhanjian</a></header>{body}</body></html>\n",
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, sign| {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign if sign.is_control() && sign != '\n' && sign != '\t' => {}
            sign => escaped.push(sign),
        }
        escaped
    })
}
