//! The page of a research output, for people and for programs that follow its links.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::{full, plain, publish, with};
use crate::support::{House, Reply, on_both_engines};

on_both_engines!(
    a_page_says_what_anybody_may_read,
    links_lead_to_every_part,
    many_authors_stand_in_the_linkset_and_not_in_headers,
    what_is_hidden_is_not_there_in_the_same_words,
    a_withdrawn_output_leaves_a_tombstone,
    what_was_taken_back_behind_closed_doors_leaves_none,
);

async fn id_of(house: &House, title: &str) -> String {
    let reply = house
        .member_of(["network"])
        .ask("{ researchOutputs(first: 100) { nodes { id title } } }")
        .await;
    let ids = reply.texts("/researchOutputs/nodes", "/id");
    let titles = reply.texts("/researchOutputs/nodes", "/title");
    ids[titles.iter().position(|it| it == title).unwrap()].clone()
}

async fn get(house: &House, path: &str, accept: &str) -> Reply {
    let request = Request::get(path)
        .header(header::ACCEPT, accept)
        .header(header::ACCEPT_LANGUAGE, "zh-CN")
        .body(Body::empty())
        .unwrap();
    house.send(request).await
}

/// The page without the id of the request, which differs each time.
fn same(reply: &Reply) -> (StatusCode, String, Vec<String>) {
    let mut names: Vec<String> =
        reply.headers.keys().map(|name| name.as_str().to_owned()).collect();
    names.sort_unstable();
    (reply.status, reply.text.clone(), names)
}

async fn a_page_says_what_anybody_may_read(house: &House) {
    house.places().await;
    let hostile = json!({ "title": "</script><script>alert(1)</script> & \"示例\"" });
    publish(house, [with(full("a"), hostile)]).await;
    let id = id_of(house, "</script><script>alert(1)</script> & \"示例\"").await;
    let page = get(house, &format!("/research-outputs/{id}"), "text/html").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    assert!(!page.text.contains("secret@example.org"), "{}", page.text);
    for text in [
        "示例甲",
        "10.5555/example.1",
        "201710601862.3",
        "NCT01234567",
        "引用格式",
        "lang=\"zh-CN\"",
        "样机",
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let (_, rest) = page.text.split_once("<script type=\"application/ld+json\">").unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["@context"], "https://schema.org");
    assert_eq!(data["name"], "</script><script>alert(1)</script> & \"示例\"");
    assert_eq!(data["author"][0]["@id"], "https://orcid.org/0000-0002-1825-0097");
    let asked = get(house, &format!("/research-outputs/{id}"), "application/ld+json").await;
    assert_eq!(asked.header("content-type"), "application/ld+json");
    assert_eq!(asked.body, data);
    let citing = page.text.split('"').find(|part| part.ends_with("?format=bibtex")).unwrap();
    let (_, path) = citing.split_once("127.0.0.1:8080").unwrap();
    let record = get(house, path, "*/*").await;
    assert!(record.status == 200 && record.text.contains("10.5555/example.1"), "{}", record.text);
    // A browser's own list of what it likes.
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = get(house, &format!("/research-outputs/{id}"), browser).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
}

async fn links_lead_to_every_part(house: &House) {
    house.places().await;
    publish(house, [full("a")]).await;
    let id = id_of(house, "示例成果 a").await;
    let page = get(house, &format!("/research-outputs/{id}"), "*/*").await;
    let links: Vec<&str> =
        page.headers.get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    let of = |rel: &str| {
        let rel = format!("rel=\"{rel}\"");
        links.iter().filter(|link| link.contains(&rel)).count()
    };
    assert_eq!((of("cite-as"), of("author"), of("linkset")), (1, 1, 1), "{links:?}");
    assert_eq!((of("describedby"), of("type")), (3, 2), "{links:?}");
    assert!(links[0].starts_with("<https://doi.org/10.5555/example.1>"), "{links:?}");
    for link in links.iter().filter(|link| link.contains("127.0.0.1")) {
        let (_, path) = link.split_once("127.0.0.1:8080").unwrap();
        let (path, _) = path.split_once('>').unwrap();
        let part = get(house, path, "*/*").await;
        assert_eq!(part.status, StatusCode::OK, "{link}");
        let (_, kind) = link.split_once("type=\"").unwrap();
        let (kind, _) = kind.split_once('"').unwrap();
        assert!(part.header("content-type").starts_with(kind), "{link}");
    }
    let set = get(house, &format!("/research-outputs/{id}/linkset"), "*/*").await;
    let first = &set.body["linkset"][0];
    assert_eq!(first["cite-as"][0]["href"], "https://doi.org/10.5555/example.1");
    assert_eq!(first["describedby"].as_array().unwrap().len(), 3);
    assert_eq!(first["anchor"], format!("http://127.0.0.1:8080/research-outputs/{id}"));
}

async fn many_authors_stand_in_the_linkset_and_not_in_headers(house: &House) {
    house.places().await;
    let author = |at: usize| json!({ "name": format!("示例{at}"), "orcid": "0000-0002-1825-0097" });
    let authors: Vec<Value> = (0..200).map(author).collect();
    publish(house, [with(plain("a"), json!({ "contributors": authors }))]).await;
    let id = id_of(house, "示例成果 a").await;
    let page = get(house, &format!("/research-outputs/{id}"), "*/*").await;
    assert_eq!(page.headers.get_all("link").iter().count(), 27);
    let set = get(house, &format!("/research-outputs/{id}/linkset"), "*/*").await;
    assert_eq!(set.body["linkset"][0]["author"].as_array().unwrap().len(), 200);
}

async fn what_is_hidden_is_not_there_in_the_same_words(house: &House) {
    house.places().await;
    publish(
        house,
        [
            with(plain("network"), json!({ "audience": "NETWORK" })),
            with(plain("embargo"), json!({ "embargoUntil": "2026-11-23" })),
        ],
    )
    .await;
    let network = id_of(house, "示例成果 network").await;
    let own = crate::research::owner_token(house, "demo-biomaterials").await;
    let reply = house
        .member_of([own.as_str()])
        .ask("{ researchOutputs(first: 9) { nodes { id title } } }")
        .await;
    let titles = reply.texts("/researchOutputs/nodes", "/title");
    let at = titles.iter().position(|title| title == "示例成果 embargo").unwrap();
    let embargo = reply.texts("/researchOutputs/nodes", "/id")[at].clone();
    let nobody = zhanjian::ids::GlobalId::encode(
        zhanjian::ids::NodeKind::ResearchOutput,
        zhanjian::ids::new_id(),
    );
    for part in ["", "/linkset", "/metadata.jsonld"] {
        let unknown = get(house, &format!("/research-outputs/{}{part}", nobody.0), "*/*").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        for id in [network.as_str(), embargo.as_str(), "nonsense"] {
            let hidden = get(house, &format!("/research-outputs/{id}{part}"), "*/*").await;
            assert_eq!(same(&hidden), same(&unknown), "{id}{part}");
        }
    }
    house.clock.advance_days(1);
    let page = get(house, &format!("/research-outputs/{embargo}"), "*/*").await;
    assert_eq!(page.status, StatusCode::OK, "its day has come");
}

async fn a_withdrawn_output_leaves_a_tombstone(house: &House) {
    house.places().await;
    publish(house, [plain("a"), with(plain("b"), json!({ "audience": "NETWORK" }))]).await;
    let (public, hidden) = (id_of(house, "示例成果 a").await, id_of(house, "示例成果 b").await);
    let withdrawn = json!({ "state": "WITHDRAWN", "withdrawnOn": "2026-11-22", "withdrawalReason": "权属<有>争议" });
    publish(
        house,
        [
            with(plain("a"), withdrawn.clone()),
            with(with(plain("b"), withdrawn), json!({ "audience": "NETWORK" })),
        ],
    )
    .await;
    let gone = get(house, &format!("/research-outputs/{public}"), "*/*").await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(gone.text.contains("2026-11-22") && gone.text.contains("权属&lt;有&gt;争议"));
    assert!(!gone.text.contains("示例成果"), "{}", gone.text);
    let gone = get(house, &format!("/research-outputs/{hidden}"), "*/*").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "nobody knew of it");
}

async fn what_was_taken_back_behind_closed_doors_leaves_none(house: &House) {
    house.places().await;
    publish(house, [plain("a"), plain("b")]).await;
    let ids = [id_of(house, "示例成果 a").await, id_of(house, "示例成果 b").await];
    let narrowed = json!({ "audience": "NETWORK", "kind": "PROTOTYPE" });
    publish(house, ["a", "b"].map(|id| with(plain(id), narrowed.clone()))).await;
    let withdrawn = json!({ "state": "WITHDRAWN", "withdrawnOn": "2026-11-22", "withdrawalReason": "示例：权属争议" });
    publish(house, [with(with(plain("a"), narrowed), withdrawn)]).await;
    let [taken_back, narrowed] = [&ids[0], &ids[1]].map(|id| format!("/research-outputs/{id}"));
    let taken_back = get(house, &taken_back, "*/*").await;
    assert!(!taken_back.text.contains("权属争议"), "{}", taken_back.text);
    let narrowed = get(house, &narrowed, "*/*").await;
    assert_eq!(same(&taken_back), same(&narrowed), "nobody sees why it is gone");
    // Nor what became of it since: whoever harvests a set hears that it is gone from there.
    for (set, deleted) in [("DATASET", 2), ("PROTOTYPE", 0)] {
        let asked = format!("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc&set=kind:{set}");
        let said = get(house, &asked, "*/*").await;
        assert_eq!(said.text.matches("status=\"deleted\"").count(), deleted, "{}", said.text);
        assert!(!said.text.contains("kind:PROTOTYPE</setSpec>"), "{}", said.text);
    }
    let all = get(house, "/oai?verb=ListRecords&metadataPrefix=oai_dc", "*/*").await;
    assert_eq!(all.text.matches("kind:DATASET</setSpec>").count(), 2, "{}", all.text);
}
