//! Programs get their tokens at `/oauth/token` (RFC 6749, section 4.4), and what is wrong is told as it says.

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use zhanjian::access::Role;

use super::client;
use crate::support::{House, Reply, on_both_engines};

on_both_engines!(
    a_program_gets_a_token_by_form_or_by_header,
    whatever_is_wrong_has_its_code,
    a_token_allows_what_was_asked_for_and_no_more,
    a_disabled_client_is_out_with_the_next_request,
    a_scope_taken_away_is_gone_from_tokens_that_there_are,
    a_secret_is_replaced_without_a_gap,
    a_client_with_a_budget_is_told_to_wait,
);

/// Sends a form, with an `Authorization` header where there is one.
async fn form(house: &House, body: &str, authorization: Option<&str>) -> Reply {
    let request = Request::post("/oauth/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = match authorization {
        Some(value) => request.header(header::AUTHORIZATION, value),
        None => request,
    };
    house.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn by_form(id: &str, secret: &str) -> String {
    format!("grant_type=client_credentials&client_id={id}&client_secret={secret}")
}

fn by_header(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// The token of a client that gets one.
pub async fn token(house: &House, id: &str, secret: &str) -> String {
    let reply = form(house, &by_form(id, secret), None).await;
    reply.body["access_token"].as_str().unwrap_or_else(|| panic!("{}", reply.text)).to_owned()
}

async fn a_program_gets_a_token_by_form_or_by_header(house: &House) {
    let (id, secret) = client(house, None, None).await;
    let grant = "grant_type=client_credentials";
    for reply in [
        form(house, &by_form(&id, &secret), None).await,
        form(house, grant, Some(&by_header(&id, &secret))).await,
    ] {
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.text);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.body["token_type"], "Bearer");
        assert_eq!(reply.body["expires_in"], 1800);
        assert_eq!(reply.body["scope"], "read consultations needs introductions ratings");
        let token = reply.body["access_token"].as_str().unwrap();
        let viewer = house.bearer(token).ask("{ viewer { standing name scopes audiences } }").await;
        assert_eq!(viewer.at("/viewer/standing"), "PORTAL");
        assert_eq!(viewer.at("/viewer/name"), "示例门户");
        assert_eq!(viewer.at("/viewer/scopes").as_array().unwrap().len(), 5);
        let audiences = viewer.at("/viewer/audiences").as_array().unwrap();
        assert!(audiences.contains(&json!("partners")) && !audiences.contains(&json!("network")));
    }
}

async fn whatever_is_wrong_has_its_code(house: &House) {
    let (id, secret) = client(house, None, None).await;
    let right = by_form(&id, &secret);
    let basic = by_header(&id, &secret);
    let nobody = by_header("zj-nobody", &secret);
    let wrong = by_header(&id, "zjs_wrong");
    let grant = "grant_type=client_credentials";
    let cases: [(&str, String, Option<&str>, u16, &str); 14] = [
        ("nothing", String::new(), None, 400, "unsupported_grant_type"),
        (
            "another grant",
            right.replace("client_credentials", "password"),
            None,
            400,
            "unsupported_grant_type",
        ),
        ("a grant twice", format!("{right}&{grant}"), None, 400, "invalid_request"),
        ("a secret twice", format!("{right}&client_secret=x"), None, 400, "invalid_request"),
        ("two ways at once", right.clone(), Some(&basic), 400, "invalid_request"),
        ("no client", grant.to_owned(), None, 401, "invalid_client"),
        ("no secret", format!("{grant}&client_id={id}"), None, 401, "invalid_client"),
        ("an unknown client", by_form("zj-nobody", &secret), None, 401, "invalid_client"),
        ("a wrong secret", by_form(&id, "zjs_wrong"), None, 401, "invalid_client"),
        ("an unknown client by header", grant.to_owned(), Some(&nobody), 401, "invalid_client"),
        ("a wrong secret by header", grant.to_owned(), Some(&wrong), 401, "invalid_client"),
        ("a header that is none", grant.to_owned(), Some("Basic !!!"), 401, "invalid_client"),
        (
            "a scope there is not",
            format!("{right}&scope=read+everything"),
            None,
            400,
            "invalid_scope",
        ),
        ("a bearer token", grant.to_owned(), Some("Bearer x"), 401, "invalid_client"),
    ];
    for (name, body, authorization, status, error) in cases {
        let reply = form(house, &body, authorization).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["error"]),
            (status, &json!(error)),
            "{name}: {}",
            reply.text
        );
        assert_eq!(reply.header("cache-control"), "no-store", "{name}");
        let challenged = reply.header("www-authenticate").starts_with("Basic ");
        assert_eq!(challenged, status == 401 && authorization.is_some(), "{name}");
    }
    let json = Request::post("/oauth/token")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(json!({ "grant_type": "client_credentials" }).to_string()))
        .unwrap();
    let reply = house.send(json).await;
    assert_eq!((reply.status.as_u16(), &reply.body["error"]), (400, &json!("invalid_request")));
    let long = format!("{right}&scope={}", "read+".repeat(4_000));
    assert_eq!(form(house, &long, None).await.body["error"], "invalid_request");
    let get = Request::get("/oauth/token").body(Body::empty()).unwrap();
    assert_eq!(house.send(get).await.status.as_u16(), 405);
    // An unknown client and a wrong secret are told by the same words.
    let (unknown, wrong) = (by_form("zj-nobody", &secret), by_form(&id, "zjs_wrong"));
    assert_eq!(form(house, &unknown, None).await.text, form(house, &wrong, None).await.text);
}

async fn a_token_allows_what_was_asked_for_and_no_more(house: &House) {
    let (id, secret) = client(house, None, None).await;
    let less = format!("{}&scope=ratings", by_form(&id, &secret));
    let reply = form(house, &less, None).await;
    assert_eq!(reply.body["scope"], "ratings");
    let token = reply.body["access_token"].as_str().unwrap();
    let viewer = house.bearer(token).ask("{ viewer { scopes audiences rights { action } } }").await;
    assert_eq!(viewer.at("/viewer/scopes"), &json!(["RATINGS"]));
    assert!(!viewer.at("/viewer/audiences").as_array().unwrap().contains(&json!("partners")));
    assert_eq!(viewer.texts("/viewer/rights", "/action"), ["RATE_ANSWER"]);
}

async fn kept(house: &House, id: &str) -> Value {
    let admin = house.signed_in(Role::Administrator, "").await;
    let list = "query($id: String!) { apiClients(filter: { clientIds: [$id] }) {
        nodes { id version state secrets { expiresAt } } } }";
    admin.run(list, json!({ "id": id })).await.at("/apiClients/nodes/0").clone()
}

async fn a_disabled_client_is_out_with_the_next_request(house: &House) {
    let (id, secret) = client(house, None, None).await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let token = token(house, &id, &secret).await;
    let who = "{ viewer { standing } }";
    assert_eq!(house.bearer(&token).ask(who).await.at("/viewer/standing"), "PORTAL");
    let change = |verb: &str| {
        format!("mutation($id: ID!, $version: Int!) {{ it: {verb}(input: {{ apiClientId: $id, version: $version }}) {{
            apiClient {{ state version }} userErrors {{ code }} }} }}")
    };
    let before = kept(house, &id).await;
    let variables = json!({ "id": before["id"], "version": before["version"] });
    let reply = admin.run(&change("disableApiClient"), variables.clone()).await;
    assert_eq!(reply.at("/it/apiClient/state"), "DISABLED");
    let late = house.bearer(&token).ask(who).await;
    assert_eq!((late.status.as_u16(), late.code()), (401, "UNAUTHENTICATED"));
    assert_eq!(form(house, &by_form(&id, &secret), None).await.body["error"], "invalid_client");
    // The same once more is told to be late; enabled again, the old token stays ended.
    let late = admin.run(&change("enableApiClient"), variables).await;
    assert_eq!(late.at("/it/userErrors/0/code"), "CONFLICT");
    let now = kept(house, &id).await;
    let variables = json!({ "id": now["id"], "version": now["version"] });
    let reply = admin.run(&change("enableApiClient"), variables.clone()).await;
    assert_eq!(reply.at("/it/apiClient/state"), "ACTIVE");
    assert_eq!(house.bearer(&token).ask(who).await.code(), "UNAUTHENTICATED");
    house.clock.advance_days(1);
    let token = self::token(house, &id, &secret).await;
    assert_eq!(house.bearer(&token).ask(who).await.at("/viewer/standing"), "PORTAL");
}

async fn a_scope_taken_away_is_gone_from_tokens_that_there_are(house: &House) {
    let (id, secret) = client(house, None, None).await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let token = token(house, &id, &secret).await;
    let now = kept(house, &id).await;
    let change = "mutation($id: ID!, $version: Int!) { changeApiClient(input: { apiClientId: $id, version: $version,
        scopes: [READ, NEEDS] }) { apiClient { scopes } userErrors { message } } }";
    let reply = admin.run(change, json!({ "id": now["id"], "version": now["version"] })).await;
    assert_eq!(reply.at("/changeApiClient/apiClient/scopes"), &json!(["READ", "NEEDS"]));
    let viewer = house.bearer(&token).ask("{ viewer { scopes } }").await;
    assert_eq!(viewer.at("/viewer/scopes"), &json!(["READ", "NEEDS"]));
    let asked = format!("{}&scope=ratings", by_form(&id, &secret));
    assert_eq!(form(house, &asked, None).await.body["error"], "invalid_scope");
}

async fn a_secret_is_replaced_without_a_gap(house: &House) {
    let (id, old) = client(house, None, None).await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let rotate = async |at_once: bool| {
        let now = kept(house, &id).await;
        let rotate = "mutation($id: ID!, $version: Int!, $atOnce: Boolean!) {
            rotateApiClientSecret(input: { apiClientId: $id, version: $version, atOnce: $atOnce }) {
                clientSecret apiClient { secrets { createdAt expiresAt } } userErrors { message } } }";
        let variables = json!({ "id": now["id"], "version": now["version"], "atOnce": at_once });
        let reply = admin.run(rotate, variables).await;
        reply.at("/rotateApiClientSecret/clientSecret").as_str().unwrap().to_owned()
    };
    let works =
        async |secret: &str| form(house, &by_form(&id, secret), None).await.status.is_success();
    let new = rotate(false).await;
    assert_ne!(new, old);
    assert!(works(&old).await && works(&new).await);
    let secrets = kept(house, &id).await["secrets"].clone();
    assert_eq!(secrets[0]["expiresAt"], Value::Null);
    assert_eq!(secrets[1]["expiresAt"], "2026-11-29T04:00:00+00:00");
    // One that got out ends at once.
    let newest = rotate(true).await;
    assert!(!works(&old).await && !works(&new).await && works(&newest).await);
}

async fn a_client_with_a_budget_is_told_to_wait(house: &House) {
    house.places().await;
    let (id, secret) = client(house, Some(3), None).await;
    let program = house.bearer(token(house, &id, &secret).await);
    for _ in 0..3 {
        program.ask("{ viewer { standing } }").await.data();
    }
    let late = program.ask("{ viewer { standing } }").await;
    assert_eq!((late.status.as_u16(), late.code()), (429, "RATE_LIMITED"), "{}", late.text);
    let seconds: u64 = late.header("retry-after").parse().unwrap();
    assert!((1..=21).contains(&seconds), "{seconds}");
    assert_eq!(late.body["errors"][0]["extensions"]["retryAfter"], seconds);

    let (id, secret) = client(house, None, Some(150)).await;
    let program = house.bearer(token(house, &id, &secret).await);
    let stations = |first: u32| format!("{{ stations(first: {first}) {{ nodes {{ code }} }} }}");
    let cost = |reply: &Reply| reply.body["extensions"]["cost"]["requested"].as_u64().unwrap();
    let mut spent = cost(&program.ask(&stations(50)).await);
    spent += cost(&program.ask(&stations(50)).await);
    assert!(spent > 100, "{spent}");
    let late = program.ask(&stations(80)).await;
    assert_eq!((late.status.as_u16(), late.code()), (429, "RATE_LIMITED"), "{}", late.text);
    assert!(late.header("retry-after").parse::<u64>().is_ok());
    // What costs more than a minute allows will never be paid; what costs nothing goes through.
    let greedy = format!(
        "{{ a: stations(first: 100) {{ nodes {{ code }} }} b: {} }}",
        &stations(100)[2..stations(100).len() - 2]
    );
    assert_eq!(program.ask(&greedy).await.code(), "QUERY_TOO_COMPLEX");
    program.ask("{ __typename }").await.data();
}
