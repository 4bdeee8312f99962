//! The desk of a tech-transfer office: an output from its draft to its audience, and a file from its cells to drafts.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use zhanjian::access::Role;

use super::browser::{Browser, Page};
use crate::support::{House, on_both_engines};

on_both_engines!(
    an_output_goes_from_its_draft_to_its_audience_and_back,
    what_two_write_at_once_is_kept_and_told,
    a_file_is_looked_at_by_cell_and_taken_in,
    a_file_from_elsewhere_or_of_another_kind_does_nothing,
);

fn step(page: &Page, step: &str) -> String {
    format!("form[action='{}/{step}']", page.address.split(['#', '?']).next().unwrap())
}

async fn an_output_goes_from_its_draft_to_its_audience_and_back(house: &House) {
    house.demo().await;
    let mut author = Browser::of(house, Role::TechTransfer, "demo-univ").await;
    let mut second = Browser::of(house, Role::TechTransfer, "demo-univ").await;
    let form = author.read("/publishing/new").await;
    let fields = [
        ("title", "示例夹具<script>alert(1)</script>"),
        ("abstract", "一种示例夹具。"),
        ("kind", "PROTOTYPE"),
        ("trl", "5"),
        ("contributors", "示例 甲 0000-0002-1825-0097\n示例乙"),
        ("contact-email", "office@univ.example"),
    ];
    let draft = author.send(&form, "form[action='/publishing/new']", &fields).await;
    assert!(draft.has("header .state.draft") && !draft.has("h1 script"), "{}", draft.html);
    assert!(draft.html.contains("0000-0002-1825-0097"), "{}", draft.html);
    let edit = author.read(&draft.attribute("a[href$='/edit']", "href")).await;
    assert_eq!(edit.attribute("#trl option[selected]", "value"), "5");
    let changed =
        author.send(&edit, &format!("form[action='{}']", edit.address), &[("trl", "6")]).await;
    assert!(!changed.has("[role='alert']"), "{}", changed.html);

    let submitted = author.send(&changed, &step(&changed, "submit"), &[]).await;
    assert!(submitted.has("header .state.submitted"), "{}", submitted.html);
    let seen = second.read(&submitted.address).await;
    let returned = second.send(&seen, &step(&seen, "return"), &[("reason", "请补充优势")]).await;
    assert!(
        returned.html.contains("请补充优势") && returned.has(".state.returned"),
        "{}",
        returned.html
    );
    // What was given back is mended before it is handed in again.
    let seen = author.read(&submitted.address).await;
    assert!(!seen.has(&step(&seen, "submit")));
    let edit = author.read(&seen.attribute("a[href$='/edit']", "href")).await;
    let mended = [("advantages", "装夹一次成形。")];
    let seen = author.send(&edit, &format!("form[action='{}']", edit.address), &mended).await;
    let submitted = author.send(&seen, &step(&seen, "submit"), &[]).await;
    let seen = second.read(&submitted.address).await;
    let published = second.send(&seen, &step(&seen, "publish"), &[("audience", "PUBLIC")]).await;
    assert!(published.has("header .state.published"), "{}", published.html);
    house.settle().await;

    // Others are told of what is shown at its own page, not at the desk.
    let mut other = Browser::of(house, Role::TechTransfer, "demo-biomaterials").await;
    let reply = other.ask(Request::get(&published.address).body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);

    let revised = second.send(&published, &step(&published, "revise"), &[]).await;
    assert!(revised.address.ends_with("/edit"), "{}", revised.address);
    let desk = author.read("/publishing?state=PUBLISHED").await;
    assert!(desk.html.contains("示例夹具") && desk.has("tbody tr"), "{}", desk.html);
    let seen = author.read(&published.address).await;
    let gone = author.send(&seen, &step(&seen, "withdraw"), &[("reason", "内容有误")]).await;
    assert!(gone.has("header .state.withdrawn"), "{}", gone.html);
}

async fn what_two_write_at_once_is_kept_and_told(house: &House) {
    house.demo().await;
    let mut author = Browser::of(house, Role::TechTransfer, "demo-univ").await;
    let mut second = Browser::of(house, Role::TechTransfer, "demo-univ").await;
    let form = author.read("/publishing/new").await;
    let fields = [("title", "示例夹具"), ("abstract", "一种夹具。"), ("kind", "PROTOTYPE")];
    let draft = author.send(&form, "form[action='/publishing/new']", &fields).await;
    let address = draft.attribute("a[href$='/edit']", "href");
    let save = format!("form[action='{address}']");
    let (mine, theirs) = (author.read(&address).await, second.read(&address).await);
    second.send(&theirs, &save, &[("title", "先改的标题")]).await;
    let refused = author.send(&mine, &save, &[("title", "后改的标题")]).await;
    assert!(refused.has("[data-code='CONFLICT']") && refused.has(".notice"), "{}", refused.html);
    assert_eq!(refused.attribute("#title", "value"), "后改的标题");
    // Sent again it is taken: the page was read anew.
    let saved = author.send(&refused, &save, &[]).await;
    assert!(saved.text("h1").contains("后改的标题"), "{}", saved.html);
    // What is wrong otherwise leaves the version as it was read.
    let (mine, theirs) = (author.read(&address).await, second.read(&address).await);
    let wrong = author.send(&mine, &save, &[("doi", "no doi")]).await;
    assert!(wrong.has("[role='alert']"), "{}", wrong.html);
    second.send(&theirs, &save, &[("title", "又先改的标题")]).await;
    let refused = author.send(&wrong, &save, &[("doi", "")]).await;
    assert!(refused.has("[data-code='CONFLICT']"), "{}", refused.html);
}

/// A form with a file, as a browser sends it.
fn form(seal: &str, name: &str, file: &[u8]) -> Request<Body> {
    let head = format!(
        "--mark\r\nContent-Disposition: form-data; name=\"seal\"\r\n\r\n{seal}\r\n--mark\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--mark--\r\n"].concat();
    Request::post("/publishing/import")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=mark")
        .body(Body::from(body))
        .unwrap()
}

const TABLE: &str = "编号,标题,摘要,类型,技术成熟度\n\
    w-1,示例试剂一,示例摘要,PROTOTYPE,5\n\
    w-2,,示例摘要,PROTOTYPE,12\n";

async fn a_file_is_looked_at_by_cell_and_taken_in(house: &House) {
    house.demo().await;
    let mut office = Browser::of(house, Role::TechTransfer, "demo-univ").await;
    let page = office.read("/publishing/import").await;
    let seal = page.attribute("form[enctype] [name='seal']", "value");
    let reply = office.ask(form(&seal, "outputs.csv", TABLE.as_bytes())).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
    let address = reply.headers[header::LOCATION].to_str().unwrap().to_owned();
    let seen = office.read(&address).await;
    let mut cells = seen.texts(".cells tbody th");
    cells.sort();
    assert_eq!(cells, ["B3", "E3"], "{}", seen.html);
    assert!(seen.texts("mark.wrong").contains(&"12".to_owned()), "{}", seen.html);
    // Rows with faults are left out only where that is said.
    let commit = format!("form[action='{address}']");
    let refused = office.send(&seen, &commit, &[]).await;
    assert!(refused.has("[role='alert']"), "{}", refused.html);
    let taken = office.send(&refused, &commit, &[("takeGoodRows", "yes")]).await;
    assert!(taken.has(".state.committed") && !taken.has(&commit), "{}", taken.html);
    let drafts = office.read("/publishing?state=DRAFT").await;
    assert!(drafts.html.contains("示例试剂一"), "{}", drafts.html);
    // It is its own office's alone.
    let mut other = Browser::of(house, Role::TechTransfer, "demo-biomaterials").await;
    assert_eq!(other.open(&address).await.status, 404);
}

async fn a_file_from_elsewhere_or_of_another_kind_does_nothing(house: &House) {
    house.demo().await;
    let mut office = Browser::of(house, Role::TechTransfer, "demo-univ").await;
    let page = office.read("/publishing/import").await;
    let seal = page.attribute("form[enctype] [name='seal']", "value");
    let reply = office.ask(form("nonsense", "outputs.csv", TABLE.as_bytes())).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    let mut foreign = form(&seal, "outputs.csv", TABLE.as_bytes());
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(office.ask(foreign).await.status, StatusCode::FORBIDDEN);
    let plain = Request::post("/publishing/import").header(header::CONTENT_TYPE, "text/csv");
    let reply = office.ask(plain.body(Body::from(TABLE)).unwrap()).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // What is too large is refused in words, what is no table is told at the form.
    let large = vec![b'a'; (20 << 20) + (64 << 10)];
    let reply = office.ask(form(&seal, "large.csv", &large)).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(reply.text.contains("role=\"alert\""), "{}", reply.text);
    let reply = office.ask(form(&seal, "picture.xlsx", b"\x89PNG no workbook")).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.text.contains("role=\"alert\""), "{}", reply.text);
    let reply = office.ask(form(&seal, "", b"")).await;
    assert!(reply.text.contains("请选择文件"), "{}", reply.text);
    // Station staff bring none.
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let seal = staff.read("/needs").await.attribute("[name='seal']", "value");
    let reply = staff.ask(form(&seal, "outputs.csv", TABLE.as_bytes())).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
}
