//! Tokens that are no good, made by hand, and what every one of them is answered with.

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use sha2::Sha256;
use zhanjian::accounts;

use super::{WHO, enrol, session};
use crate::support::{House, Reply, on_both_engines};

on_both_engines!(
    no_token_but_ours_opens_anything,
    a_header_that_is_no_bearer_token_is_refused,
    a_new_key_signs_and_the_old_one_verifies_until_its_tokens_end,
);

/// The key that signs, out of the database and the vault, as no one outside can.
async fn key(house: &House) -> (String, SigningKey) {
    let sql = "SELECT kid, sealed FROM signing_keys WHERE retired_at IS NULL";
    let statement = Statement::from_string(house.db().engine(), sql);
    let row = house.db().read().query_one_raw(statement).await.unwrap().unwrap();
    let (kid, sealed): (String, String) =
        (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
    let secret = house.service.app.vault.open_sealed(&format!("signing-key:{kid}"), &sealed);
    let secret: [u8; 32] = secret.unwrap().try_into().unwrap();
    (kid, SigningKey::from_bytes(&secret))
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn header_of(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

fn signed(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn assert_refused(reply: &Reply, name: &str) {
    assert_eq!(reply.status.as_u16(), 401, "{name}: {}", reply.text);
    assert_eq!(reply.header("www-authenticate"), "Bearer", "{name}");
    assert_eq!(reply.code(), "UNAUTHENTICATED", "{name}");
    assert!(reply.body.get("data").is_none(), "{name}");
    // The same for all of them: what was wrong is for the log.
    assert_eq!(
        reply.message(),
        "This sign-in is not, or no longer, good: sign in again.",
        "{name}"
    );
}

async fn no_token_but_ours_opens_anything(house: &House) {
    house.places().await;
    enrol(house, "li", true).await;
    let (token, refresh) = session(house, "li").await;
    let (_, key) = key(house).await;
    let (header, good) = (header_of(&token), claims(&token));
    // The way tokens are made here is right: the same claims, signed anew, are good.
    let again = signed(&key, &header, &good);
    assert_eq!(house.bearer(again).ask(WHO).await.at("/viewer/signedIn"), true);

    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(&key, &header, &claims)
    };
    let public = key.verifying_key();
    let jwk =
        json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(public.as_bytes()) });
    let by_public_key = |secret: &[u8]| {
        let header = json!({ "alg": "HS256", "typ": header["typ"], "kid": header["kid"] });
        let text = format!("{}.{}", part(&header), part(&good));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    let none = |alg: &str| {
        let header = json!({ "alg": alg, "typ": header["typ"], "kid": header["kid"] });
        format!("{}.{}.", part(&header), part(&good))
    };
    let stranger = SigningKey::from_bytes(&[7; 32]);
    let mut unknown = header.clone();
    unknown["kid"] = json!("another");
    let mut bringing = header.clone();
    bringing["jwk"] = json!({ "kty": "OKP", "crv": "Ed25519",
        "x": URL_SAFE_NO_PAD.encode(stranger.verifying_key().as_bytes()) });
    let mut half = good.clone();
    half.as_object_mut().unwrap().remove("sid");
    let now = house.clock.now().timestamp();
    let tokens = [
        ("no token", "x".to_owned()),
        ("a refresh token", refresh),
        ("the algorithm none", none("none")),
        ("the algorithm NONE", none("NONE")),
        ("the public key as a secret", by_public_key(public.as_bytes())),
        ("the public key's JWK as a secret", by_public_key(jwk.to_string().as_bytes())),
        ("signed by a stranger", signed(&stranger, &header, &good)),
        ("of a key that nobody knows", signed(&stranger, &unknown, &good)),
        ("bringing its own key", signed(&stranger, &bringing, &good)),
        ("without its signature", token.rsplit_once('.').unwrap().0.to_owned() + "."),
        ("expired", with("exp", json!(now - 1))),
        ("not good yet", with("nbf", json!(now + 60))),
        ("never ending", with("exp", Value::Null)),
        ("for somebody else", with("aud", json!("another"))),
        ("by somebody else", with("iss", json!("https://another.example"))),
        ("of nobody", with("sub", json!("00000000000000000000000000000000"))),
        ("of another kind", with("kind", json!("client"))),
        ("of a session there is not", with("sid", json!("00000000000000000000000000000000"))),
        ("of no session", signed(&key, &header, &half)),
    ];
    for (name, token) in tokens {
        assert_refused(&house.bearer(token).ask(WHO).await, name);
    }
    // Claims that somebody changed on the way.
    let mut changed = good.clone();
    changed["sub"] = json!("11111111111111111111111111111111");
    let (head, signature) = (part(&header), token.rsplit('.').next().unwrap());
    let token = format!("{head}.{}.{signature}", part(&changed));
    assert_refused(&house.bearer(token).ask(WHO).await, "changed on the way");
}

async fn a_header_that_is_no_bearer_token_is_refused(house: &House) {
    for value in ["Bearer", "Bearer ", "Basic eDp5", "x", "Bearer a b"] {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .header(header::AUTHORIZATION, value)
            .body(Body::from(json!({ "query": WHO }).to_string()))
            .unwrap();
        assert_refused(&house.send(request).await, value);
    }
}

async fn a_new_key_signs_and_the_old_one_verifies_until_its_tokens_end(house: &House) {
    house.places().await;
    enrol(house, "li", true).await;
    let (old, _) = session(house, "li").await;
    let keys = async || {
        let request = Request::get("/.well-known/jwks.json").body(Body::empty()).unwrap();
        let reply = house.send(request).await;
        let keys = reply.body["keys"].as_array().unwrap().clone();
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = keys().await;
    assert_eq!(before.len(), 1);
    let vault = &house.service.app.vault;
    let kid = accounts::rotate(house.db(), vault, house.clock.now()).await.unwrap();
    // A token of a key that is not known yet makes this node look for it, at most once a second.
    let (_, key) = key(house).await;
    let mut header = header_of(&old);
    header["kid"] = json!(kid);
    let by_new = signed(&key, &header, &claims(&old));
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(house.bearer(by_new).ask(WHO).await.at("/viewer/signedIn"), true);
    let (new, _) = session(house, "li").await;
    assert_eq!(header_of(&new)["kid"], json!(kid));
    assert_eq!(header_of(&old)["kid"], json!(before[0]));
    for token in [&old, &new] {
        assert_eq!(house.bearer(token).ask(WHO).await.at("/viewer/signedIn"), true);
    }
    let mut both = keys().await;
    both.sort();
    let mut expected = [before[0].clone(), kid.clone()];
    expected.sort();
    assert_eq!(both, expected);
    house.clock.advance_days(1);
    assert_eq!(keys().await, [kid]);
    assert_eq!(house.bearer(&old).ask(WHO).await.code(), "UNAUTHENTICATED");
}
