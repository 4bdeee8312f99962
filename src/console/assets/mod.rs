//! The files that belong to all pages: style, scripts, the icon. Their addresses carry a digest of what is in them, so that
//! browsers keep them for good and ask again only for what has changed.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// A file: its name, its media type, what is in it.
type File = (&'static str, &'static str, &'static str);

const STYLE: &str = concat!(
    include_str!("css/base.css"),
    include_str!("css/layout.css"),
    include_str!("css/controls.css"),
    include_str!("css/marks.css"),
    include_str!("css/search.css"),
    include_str!("css/reading.css"),
    include_str!("css/administration.css"),
    include_str!("css/developers.css"),
    include_str!("css/network.css"),
    include_str!("css/cases.css"),
    include_str!("css/drafts.css"),
    include_str!("css/partners.css"),
    include_str!("css/print.css"),
);

const FILES: [File; 6] = [
    ("copy.js", "text/javascript; charset=utf-8", include_str!("copy.js")),
    ("console.css", "text/css; charset=utf-8", STYLE),
    ("live.js", "text/javascript; charset=utf-8", include_str!("live.js")),
    ("search.js", "text/javascript; charset=utf-8", include_str!("search.js")),
    ("similar.js", "text/javascript; charset=utf-8", include_str!("similar.js")),
    ("icon.svg", "image/svg+xml", include_str!("icon.svg")),
];

/// The files with their addresses.
static ADDRESSED: LazyLock<Vec<(String, File)>> = LazyLock::new(|| {
    let addressed = |file: File| {
        let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(file.2)[..9]);
        (format!("/assets/{digest}/{}", file.0), file)
    };
    FILES.map(addressed).into()
});

/// The address of a file; a test names every file that a page names.
pub(super) fn address(name: &str) -> &'static str {
    let found = ADDRESSED.iter().find(|(_, (known, ..))| *known == name);
    found.map_or("/assets/none", |(address, _)| address)
}

/// Where the files are.
pub(super) fn routes() -> Router {
    Router::new().route("/assets/{digest}/{name}", get(file))
}

async fn file(Path((digest, name)): Path<(String, String)>) -> Response {
    let address = format!("/assets/{digest}/{name}");
    let found = ADDRESSED.iter().find(|(known, _)| *known == address);
    let Some((_, (_, media_type, content))) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, *content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_name_only_files_that_there_are() {
        let named = regex::Regex::new(r#"asset\("([^"]+)"\)"#).expect("a pattern");
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
        let (mut folders, mut seen) = (vec![root], 0);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|it| it == "html") {
                    let text = std::fs::read_to_string(&path).expect("a template");
                    for found in named.captures_iter(&text) {
                        assert_ne!(address(&found[1]), "/assets/none", "{}", path.display());
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 0);
    }
}
