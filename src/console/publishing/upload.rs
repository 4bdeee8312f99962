//! Bringing a file: read within its bounds from whoever may bring one, and only from a page of ours.

use askama::Template;
use axum::{
    body::Body,
    extract::{FromRequest as _, Multipart, Request},
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use bytes::Bytes;

use crate::{
    console::{
        forms::{self, Form},
        gate::Guest,
        links,
        shell::{self, Section, Shell},
        trouble::Trouble,
    },
    http::{read_upload, upload_desk},
    language::Text,
};

/// What kind of file is brought, as the API calls it.
const KIND: &str = "research-outputs";
/// The bytes that a form has around its file.
const AROUND: usize = 16 * 1024;

#[derive(Template)]
#[template(path = "publishing/upload.html")]
struct UploadPage {
    shell: Shell,
    /// The largest file, in mebibytes.
    most: usize,
    fault: Option<String>,
}

pub(super) async fn page(guest: Guest) -> Result<Response, Trouble> {
    show(&guest, None).await
}

async fn show(guest: &Guest, fault: Option<String>) -> Result<Response, Trouble> {
    let viewer = shell::viewer(guest).await;
    viewer.require(&["WRITE_RESEARCH_OUTPUT"])?;
    let most = guest.front().settings.max_import_bytes >> 20;
    let shell = guest.shell(viewer, Section::Publishing);
    shell::show(&UploadPage { shell, most, fault })
}

/// Takes a file. Who may bring none is told so before it is read.
pub(super) async fn take(guest: Guest, request: Request) -> Result<Response, Trouble> {
    if forms::comes_from_elsewhere(request.headers()) {
        return Err(Trouble::Forged);
    }
    let front = guest.front();
    let data = guest.data();
    let desk = upload_desk(front, &data, KIND).await.map_err(|error| guest.trouble(error))?;
    let desk = desk.ok_or(Trouble::NotFound)?;
    let max = front.settings.max_import_bytes;
    let (parts, body) = request.into_parts();
    let came = read_upload(front, &parts.headers, body, max + AROUND).await;
    let came = came.map_err(|(status, refusal)| {
        let text = Text::new(refusal.en, refusal.zh);
        Trouble::Unreadable(status, text.text(guest.language()).to_owned())
    })?;
    let whole = Request::from_parts(parts, Body::from(came.bytes()));
    let Some((name, file)) = unpack(&guest, whole).await? else {
        let missing = Text::new("Choose a file.", "请选择文件。");
        return show(&guest, Some(missing.text(guest.language()).to_owned())).await;
    };
    let parameters = links::address("", [("name", name.as_str())]);
    let parameters = parameters.trim_start_matches('?');
    match came.hand_in(desk, &data, (KIND, parameters), file).await {
        Ok(uploaded) => {
            let id = uploaded.told["id"].as_str().ok_or(Trouble::Internal)?;
            Ok(Redirect::to(&format!("/publishing/imports/{id}")).into_response())
        }
        Err(error) => match guest.trouble(error) {
            Trouble::BadInput(message) => show(&guest, Some(message)).await,
            trouble => Err(trouble),
        },
    }
}

/// The name and the content of the file in a form that a page of ours sent; nothing where none was chosen.
async fn unpack(guest: &Guest, request: Request) -> Result<Option<(String, Bytes)>, Trouble> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if !kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data")) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(unreadable(guest, status));
    }
    let bad = |_| unreadable(guest, StatusCode::BAD_REQUEST);
    let mut form =
        Multipart::from_request(request, &()).await.map_err(|fault| bad(fault.to_string()))?;
    let (mut fields, mut file) = (Vec::new(), None);
    while let Some(field) = form.next_field().await.map_err(|fault| bad(fault.to_string()))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        match file_name {
            Some(file_name) if name == "file" && file.is_none() => {
                let bytes = field.bytes().await.map_err(|fault| bad(fault.to_string()))?;
                file = Some((file_name, bytes))
                    .filter(|(name, bytes)| !name.is_empty() && !bytes.is_empty());
            }
            _ => {
                let text = field.text().await.map_err(|fault| bad(fault.to_string()))?;
                fields.push((name, text));
            }
        }
    }
    Form::sealed(guest, fields)?;
    Ok(file)
}

fn unreadable(guest: &Guest, status: StatusCode) -> Trouble {
    let text = Text::new("Send the file as the page sends it.", "请通过页面上传文件。");
    Trouble::Unreadable(status, text.text(guest.language()).to_owned())
}
