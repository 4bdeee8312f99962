//! Reading a GraphQL request out of an HTTP request, and saying clearly what is wrong with it.

use super::accept::is_utf8;
use crate::execution::{Refusal, Request};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde_json::{Map, Value as Json};
use std::time::Duration;

/// A refusal with the status that goes with it.
pub(crate) type Refused = (StatusCode, Refusal);

/// How much of a body that is too large is read and thrown away, so that its sender comes to read the answer.
const DRAINED: usize = 64 * 1024 * 1024;

/// The parameters of a POST: `application/json` in UTF-8 and nothing else, which also keeps forms of foreign pages out.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refused> {
    let refused = || {
        let refusal = Refusal::bad_input(
            "The body must be sent as `Content-Type: application/json` in UTF-8.",
            "请求体须以 Content-Type: application/json（UTF-8）发送。",
        );
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal)
    };
    let said = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(refused)?;
    let mut parts = said.split(';').map(str::trim);
    if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") {
        return Err(refused());
    }
    for part in parts {
        match part.split_once('=') {
            Some((name, charset))
                if name.trim().eq_ignore_ascii_case("charset") && !is_utf8(charset) =>
            {
                return Err(refused());
            }
            _ => {}
        }
    }
    let encoding = headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        let refusal = Refusal::bad_input("The body must not be compressed.", "请求体不得压缩。");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal));
    }
    Ok(())
}

/// No more than this is set aside for a body that was only announced.
const SET_ASIDE: usize = 1024 * 1024;

/// Reads a body whole, within its bounds.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    max: usize,
    timeout: Duration,
) -> Result<Bytes, Refused> {
    read_into(headers, body, max, timeout, |_| Ok(())).await
}

/// Reads a body whole, within its bounds; `room` is asked before more bytes of it are kept.
pub(super) async fn read_into(
    headers: &HeaderMap,
    body: Body,
    max: usize,
    timeout: Duration,
    mut room: impl FnMut(usize) -> Result<(), Refused>,
) -> Result<Bytes, Refused> {
    let too_large = || {
        let refusal = Refusal::bad_input(
            format!("The body is larger than {max} bytes."),
            format!("请求体超过 {max} 字节。"),
        );
        (StatusCode::PAYLOAD_TOO_LARGE, refusal)
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max) && headers.contains_key(header::EXPECT) {
        return Err(too_large()); // It waits for our word before it sends anything.
    }
    let all = async {
        let mut body = body;
        let mut bytes = BytesMut::with_capacity(announced.unwrap_or(0).min(max).min(SET_ASIDE));
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                let refusal = Refusal::bad_input("The body broke off.", "请求体传输中断。");
                return Err((StatusCode::BAD_REQUEST, refusal));
            };
            let Ok(data) = frame.into_data() else { continue };
            length += data.len();
            if length <= max {
                room(data.len())?;
                bytes.extend_from_slice(&data);
            } else if length > DRAINED {
                break;
            } else {
                bytes = BytesMut::new();
            }
        }
        if length > max { Err(too_large()) } else { Ok(bytes.freeze()) }
    };
    tokio::time::timeout(timeout, all).await.unwrap_or_else(|_| {
        let seconds = timeout.as_secs_f32();
        let refusal = Refusal::bad_input(
            format!("The body did not arrive within {seconds} seconds."),
            format!("请求体未能在 {seconds} 秒内送达。"),
        );
        Err((StatusCode::REQUEST_TIMEOUT, refusal))
    })
}

/// The request in a JSON body.
pub(super) fn from_json(body: &[u8]) -> Result<Request, Refused> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(bad("The body is empty.", "请求体为空。"));
    }
    match json(body, "body", "请求体")? {
        Json::Object(parameters) => from_parameters(parameters),
        Json::Array(_) => Err(bad(
            "Batches are not answered: send one request at a time.",
            "不支持批量请求，请逐个发送。",
        )),
        _ => Err(bad("The body must be a JSON object.", "请求体应为 JSON 对象。")),
    }
}

/// The request in the query of a URL.
pub(super) fn from_query(query: &str) -> Result<Request, Refused> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let known = match &*name {
            "query" | "operationName" => Json::String(value.into_owned()),
            "variables" | "extensions" if value.is_empty() => Json::Null,
            "variables" => json(value.as_bytes(), "parameter `variables`", "参数 variables ")?,
            "extensions" => json(value.as_bytes(), "parameter `extensions`", "参数 extensions ")?,
            _ => continue,
        };
        if parameters.insert(name.clone().into_owned(), known).is_some() {
            return Err(bad(
                format!("The parameter `{name}` is given twice."),
                format!("参数 {name} 重复。"),
            ));
        }
    }
    from_parameters(parameters)
}

/// The request in a set of parameters, wherever they came from.
pub(super) fn from_parameters(mut parameters: Map<String, Json>) -> Result<Request, Refused> {
    let request = Request {
        query: text(&mut parameters, "query")?,
        operation_name: text(&mut parameters, "operationName")?.filter(|name| !name.is_empty()),
        variables: object(&mut parameters, "variables")?,
        extensions: object(&mut parameters, "extensions")?,
        ..Request::default()
    };
    if request.query.is_none() && !request.extensions.contains_key("persistedQuery") {
        return Err(bad("The request has no `query`.", "请求缺少 query 参数。"));
    }
    Ok(request)
}

fn text(parameters: &mut Map<String, Json>, name: &str) -> Result<Option<String>, Refused> {
    match parameters.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad(format!("`{name}` must be a string."), format!("{name} 应为字符串。"))),
    }
}

fn object(parameters: &mut Map<String, Json>, name: &str) -> Result<Map<String, Json>, Refused> {
    match parameters.remove(name) {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(fields)) => Ok(fields),
        Some(_) => Err(bad(format!("`{name}` must be an object."), format!("{name} 应为对象。"))),
    }
}

/// Reads JSON, and says in words what is wrong with it.
fn json(bytes: &[u8], what: &str, what_zh: &str) -> Result<Json, Refused> {
    if let Err(fault) = std::str::from_utf8(bytes) {
        let place = fault.valid_up_to();
        return Err(bad(
            format!("The {what} is not UTF-8 (byte {place})."),
            format!("{what_zh}不是有效的 UTF-8（第 {place} 字节）。"),
        ));
    }
    serde_json::from_slice(bytes).map_err(|fault| {
        let said = fault.to_string();
        if said.contains("surrogate") || said.contains("hex escape") {
            let (line, column) = (fault.line(), fault.column());
            return bad(
                format!("The {what} has a `\\u` escape that is no character: an unpaired surrogate (line {line}, column {column})."),
                format!("{what_zh}含有不成对的代理字符转义（\\u，第 {line} 行第 {column} 列）。"),
            );
        }
        if said.starts_with("recursion limit") {
            return bad(format!("The {what} is nested too deep."), format!("{what_zh}嵌套过深。"));
        }
        bad(format!("The {what} is not valid JSON: {said}."), format!("{what_zh}不是有效的 JSON：{said}。"))
    })
}

fn bad(
    en: impl Into<std::borrow::Cow<'static, str>>,
    zh: impl Into<std::borrow::Cow<'static, str>>,
) -> Refused {
    (StatusCode::BAD_REQUEST, Refusal::bad_input(en, zh))
}
