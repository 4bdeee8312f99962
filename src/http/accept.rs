//! Which of the two media types of GraphQL over HTTP an answer takes, and whether it may be a stream of events.

use axum::http::{HeaderMap, HeaderValue, header};

/// How an answer is written. The JSON is the same; the status of a refused document is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: 200 for every well-formed request.
    Json,
    /// `application/graphql-response+json`: 4xx and 5xx where nothing was executed.
    GraphqlResponse,
}

impl Media {
    /// The `Content-Type` of the answer.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// Whether a browser asks for something to show.
pub(super) fn is_page(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// How well a type is accepted: by `q` first, then by how exactly it is named.
type Rank = (f32, u8);

/// What the client accepts best; `None` when neither will do.
///
/// JSON when it does not say, or says anything goes; where both are named alike, the newer one.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(Media::Json);
    }
    let ranges = ranges(headers);
    let json = rank(&ranges, "application", "json");
    let graphql = rank(&ranges, "application", "graphql-response+json");
    match (json, graphql) {
        (None, None) => None,
        (Some(_), None) => Some(Media::Json),
        (None, Some(_)) => Some(Media::GraphqlResponse),
        (Some(json), Some(graphql)) => {
            let named = graphql.1 == EXACT;
            let newer = graphql.0 > json.0 || (named && graphql.0.total_cmp(&json.0).is_eq());
            Some(if newer { Media::GraphqlResponse } else { Media::Json })
        }
    }
}

/// Whether the client can read `text/event-stream`. It has to say so: whoever accepts anything expects one answer.
pub(super) fn events(headers: &HeaderMap) -> bool {
    rank(&ranges(headers), "text", "event-stream").is_some_and(|(_, exactness)| exactness == EXACT)
}

/// Which of some types the client accepts best: the first of those that it likes alike, and the first where it does not
/// say; `None` when none will do.
pub(super) fn best(headers: &HeaderMap, offered: &[(&str, &str)]) -> Option<usize> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(0);
    }
    let ranges = ranges(headers);
    let mut best: Option<(usize, Rank)> = None;
    for (at, (kind, subtype)) in offered.iter().enumerate() {
        let Some(rank) = rank(&ranges, kind, subtype) else { continue };
        if best.is_none_or(|(_, known)| rank.0 > known.0) {
            best = Some((at, rank));
        }
    }
    best.map(|(at, _)| at)
}

fn ranges(headers: &HeaderMap) -> Vec<&str> {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect()
}

const EXACT: u8 = 3;

/// How well a type is accepted: the most exact range decides, as RFC 9110 says.
fn rank(ranges: &[&str], kind: &str, subtype: &str) -> Option<Rank> {
    let mut best: Option<Rank> = None;
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let exactness = match parts.next().unwrap_or_default().to_ascii_lowercase().split_once('/')
        {
            Some((own_kind, own)) if own_kind == kind && own == subtype => EXACT,
            Some((own_kind, "*")) if own_kind == kind => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        let mut quality = 1.0;
        let mut readable = true;
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => quality = value.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0),
                "charset" => readable = is_utf8(value),
                _ => {}
            }
        }
        if readable && best.is_none_or(|(_, known)| exactness > known) {
            best = Some((quality, exactness));
        }
    }
    best.filter(|(quality, _)| *quality > 0.0)
}

/// Whether the name of a character set means UTF-8.
pub(super) fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_type_wins() {
        let new = Some(Media::GraphqlResponse);
        let old = Some(Media::Json);
        for (accept, expected) in [
            ("*/*", old),
            ("application/*", old),
            ("application/json", old),
            ("application/graphql-response+json", new),
            ("application/graphql-response+json, application/json", new),
            ("application/json, application/graphql-response+json", new),
            ("application/json;q=0.9, application/graphql-response+json;q=0.8", old),
            ("application/graphql-response+json;q=0.5, */*;q=0.1", new),
            ("application/graphql-response+json;q=0, */*", old),
            ("application/json;q=0, */*", new),
            ("APPLICATION/JSON; charset=UTF-8", old),
            ("application/json; charset=iso-8859-1", None),
            (
                "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed",
                new,
            ),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", old),
            ("text/html", None),
            ("image/png, text/*", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(negotiate(&headers), expected, "{accept}");
        }
        assert_eq!(negotiate(&HeaderMap::new()), old);
    }

    #[test]
    fn events_are_sent_to_who_names_them() {
        for (accept, expected) in [
            ("text/event-stream", true),
            ("application/json, TEXT/Event-Stream;q=0.5", true),
            ("text/event-stream;q=0", false),
            ("text/*", false),
            ("*/*", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(events(&headers), expected, "{accept}");
        }
    }
}
