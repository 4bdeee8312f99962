//! An issuer on a loopback port that behaves, changes its keys, goes away, or tries something.

use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::Mutex,
    thread,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, crypto, encode};
use serde_json::json;

use super::{super::keys::SigningKey, *};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/keys";

fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// The usual settings.
fn settings_for(issuer: &str, audience: &str) -> SsoSettings {
    SsoSettings {
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        login_claim: "preferred_username".to_owned(),
        role_claim: None,
        roles: Vec::new(),
        clock_skew: Duration::from_mins(1),
        client: None,
    }
}

fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

/// An issuer that serves what it is told to, and counts how often it is asked for its keys.
struct House {
    address: String,
    /// The whole answer at each path; a path without one has the connection closed in silence.
    answers: Arc<Mutex<HashMap<String, String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl House {
    /// An issuer with these keys.
    fn with(keys: &[&SigningKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let house = Self { address, answers: Arc::default(), asked: Arc::default() };
        let (answers, asked) = (Arc::clone(&house.answers), Arc::clone(&house.asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut said = Vec::new();
                let mut chunk = [0; 1024];
                while !said.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut chunk) {
                        Ok(read) if read > 0 => said.extend_from_slice(&chunk[..read]),
                        _ => break,
                    }
                }
                let said = String::from_utf8_lossy(&said).into_owned();
                let path = said.split(' ').nth(1).unwrap_or_default().to_owned();
                let answer = answers.lock().unwrap().get(&path).cloned().unwrap_or_default();
                asked.lock().unwrap().push(path);
                // One who reads no further than allowed hangs up on us; that is its right.
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        house.serve(
            DISCOVERY,
            &json!({ "issuer": house.address, "jwks_uri": house.url(KEYS) }).to_string(),
        );
        house.serve_keys(keys);
        house
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn answer(&self, path: &str, answer: String) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    fn serve(&self, path: &str, body: &str) {
        let head =
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}", body.len());
        self.answer(path, format!("{head}\r\n\r\n{body}"));
    }

    fn serve_keys(&self, keys: &[&SigningKey]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.public_jwk()).collect();
        self.serve(KEYS, &json!({ "keys": keys }).to_string());
    }

    fn go_away(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// How often its keys were looked for.
    fn asked(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|path| *path == DISCOVERY).count()
    }

    fn sso(&self) -> Sso {
        Sso::new(SsoSettings {
            role_claim: Some("realm_access.roles".to_owned()),
            roles: vec![
                ("zj-officer".to_owned(), "DISTRICT_OFFICER".to_owned()),
                ("zj-chief".to_owned(), "DISTRICT_OFFICER".to_owned()),
                ("zj-staff".to_owned(), "STATION_STAFF".to_owned()),
            ],
            ..settings_for(&self.address, "zhanjian")
        })
        .unwrap()
    }

    /// A token of this issuer with other claims in it.
    fn token(&self, key: &SigningKey, other: &Value) -> String {
        let mut said = json!({
            "iss": self.address,
            "aud": "zhanjian",
            "sub": "7f3",
            "preferred_username": "wang.fang",
            "iat": noon().timestamp(),
            "exp": (noon() + seconds(600)).timestamp(),
        });
        said.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        signed(key, &json!({ "alg": "EdDSA", "kid": key.kid(), "typ": "JWT" }), &said)
    }
}

fn key() -> SigningKey {
    SigningKey::new(&mut rand::rng(), noon())
}

/// A token of this header and these claims, where null stands for a claim that is not there.
fn signed(key: &SigningKey, head: &Value, said: &Value) -> String {
    let mut said = said.clone();
    said.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let [head, said] = [head, &said].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let message = format!("{head}.{said}");
    let signature = crypto::sign(message.as_bytes(), key.signing(), Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

#[tokio::test]
async fn a_token_of_the_issuer_tells_who_it_is() {
    let key = key();
    let house = House::with(&[&key]);
    let roles = json!({ "roles": ["zj-chief", "unknown", "zj-staff", "zj-officer"] });
    let token =
        house.token(&key, &json!({ "aud": ["account", "zhanjian"], "realm_access": roles }));

    let identity = house.sso().verify(&token, noon()).await.unwrap();

    assert_eq!(
        identity,
        SsoIdentity {
            issuer: house.address.clone(),
            subject: "7f3".to_owned(),
            login: "wang.fang".to_owned(),
            roles: vec!["DISTRICT_OFFICER".to_owned(), "STATION_STAFF".to_owned()],
            expires_at: noon() + seconds(600),
        }
    );
}

#[tokio::test]
async fn every_claim_is_looked_at() {
    let key = key();
    let house = House::with(&[&key]);
    let sso = house.sso();
    let at = |after: i64| (noon() + seconds(after)).timestamp();
    for (other, refusal) in [
        (json!({ "aud": "another" }), Some(Refused::Audience)),
        (json!({ "aud": [] }), Some(Refused::Audience)),
        (json!({ "aud": null }), Some(Refused::Missing)),
        (json!({ "iss": "https://evil.example" }), Some(Refused::Issuer)),
        (json!({ "iss": format!("{}/", house.address) }), Some(Refused::Issuer)),
        (json!({ "iss": null }), Some(Refused::Missing)),
        (json!({ "sub": null }), Some(Refused::Missing)),
        (json!({ "sub": "" }), Some(Refused::Missing)),
        (json!({ "preferred_username": null }), Some(Refused::Missing)),
        (json!({ "preferred_username": "  " }), Some(Refused::Missing)),
        (json!({ "preferred_username": "a\nb" }), Some(Refused::Malformed)),
        (json!({ "preferred_username": "长".repeat(86) }), Some(Refused::Malformed)),
        (json!({ "exp": null }), Some(Refused::Missing)),
        (json!({ "exp": "tomorrow" }), Some(Refused::Malformed)),
        (json!({ "exp": 1e300 }), Some(Refused::Malformed)),
        (json!({ "exp": at(-60) }), Some(Refused::Expired)),
        (json!({ "exp": at(-59) }), None),
        (json!({ "nbf": at(61) }), Some(Refused::NotYetValid)),
        (json!({ "nbf": at(60) }), None),
        (json!({ "iat": at(61) }), Some(Refused::NotYetValid)),
        (json!({ "iat": null, "azp": "another" }), None),
    ] {
        let token = house.token(&key, &other);
        assert_eq!(sso.verify(&token, noon()).await.err(), refusal, "{other}");
    }
    assert_eq!(house.asked(), 1);
}

#[tokio::test]
async fn a_token_does_not_choose_how_it_is_checked() {
    let (key, stranger) = (key(), key());
    let house = House::with(&[&key]);
    let sso = house.sso();
    let said = json!({
        "iss": house.address, "aud": "zhanjian", "sub": "7f3", "preferred_username": "wang.fang",
        "exp": (noon() + seconds(600)).timestamp(),
    });

    for (head, refusal) in [
        (json!({ "alg": "none", "kid": key.kid() }), Refused::Algorithm),
        (json!({ "alg": "HS256", "kid": key.kid() }), Refused::Algorithm),
        (json!({ "alg": "RS512", "kid": key.kid() }), Refused::Algorithm),
        (json!({ "alg": "RS256", "kid": key.kid() }), Refused::Algorithm),
        (json!({ "alg": "ES256", "kid": key.kid() }), Refused::Algorithm),
        (json!({ "alg": "ES256" }), Refused::Algorithm),
        (json!({ "alg": "EdDSA", "kid": key.kid(), "crit": ["b64"] }), Refused::Malformed),
        (json!({ "alg": "EdDSA", "kid": key.kid(), "typ": "logout+jwt" }), Refused::Malformed),
    ] {
        assert_eq!(sso.verify(&signed(&key, &head, &said), noon()).await, Err(refusal), "{head}");
    }
    for head in [
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "EdDSA", "kid": key.kid(), "typ": "AT+JWT" }),
        json!({ "alg": "EdDSA", "kid": key.kid(), "jku": "https://evil.example" }),
    ] {
        assert!(sso.verify(&signed(&key, &head, &said), noon()).await.is_ok(), "{head}");
    }

    let own = json!({ "alg": "EdDSA", "kid": key.kid(), "jwk": stranger.public_jwk() });
    let own = signed(&stranger, &own, &said);
    assert_eq!(sso.verify(&own, noon()).await, Err(Refused::Signature));

    let public = key.public_jwk()["x"].as_str().unwrap().to_owned();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(key.kid().to_owned());
    let raw = URL_SAFE_NO_PAD.decode(&public).unwrap();
    let forged = encode(&header, &said, &EncodingKey::from_secret(&raw)).unwrap();
    assert_eq!(sso.verify(&forged, noon()).await, Err(Refused::Algorithm));
}

#[tokio::test]
async fn new_keys_are_found_at_once_and_strangers_cannot_make_us_hammer_the_issuer() {
    let (old, new, stranger) = (key(), key(), key());
    let house = House::with(&[&old]);
    let sso = house.sso();
    assert!(sso.verify(&house.token(&old, &json!({})), noon()).await.is_ok());

    house.serve_keys(&[&new]);
    let later = noon() + seconds(30);
    assert!(sso.verify(&house.token(&new, &json!({})), later).await.is_ok());
    assert_eq!(house.asked(), 2);
    // What the issuer has withdrawn is good no more.
    let withdrawn = sso.verify(&house.token(&old, &json!({})), later).await;
    assert_eq!(withdrawn, Err(Refused::UnknownKey));

    for after in 1..30 {
        let strange = sso.verify(&house.token(&stranger, &json!({})), later + seconds(after)).await;
        assert_eq!(strange, Err(Refused::UnknownKey));
    }
    assert_eq!(house.asked(), 2);
    // Tokens of another issuer are no reason to ask at all.
    let foreign = house.token(&stranger, &json!({ "iss": "https://evil.example" }));
    assert_eq!(sso.verify(&foreign, later + seconds(60)).await, Err(Refused::Issuer));
    assert_eq!(house.asked(), 2);
}

#[tokio::test]
async fn many_at_once_ask_once() {
    let key = key();
    let house = House::with(&[&key]);
    let (sso, token) = (house.sso(), house.token(&key, &json!({})));

    let all = (0..20).map(|_| {
        let (sso, token) = (sso.clone(), token.clone());
        tokio::spawn(async move { sso.verify(&token, noon()).await })
    });
    for one in all.collect::<Vec<_>>() {
        assert!(one.await.unwrap().is_ok());
    }

    assert_eq!(house.asked(), 1);
}

#[tokio::test]
async fn one_who_hangs_up_does_not_waste_the_attempt() {
    let key = key();
    let house = House::with(&[&key]);
    let (sso, token) = (house.sso(), house.token(&key, &json!({})));

    // Given up before the issuer can have answered; what it answers is kept all the same.
    let given_up = tokio::time::timeout(Duration::ZERO, sso.verify(&token, noon())).await;

    assert!(given_up.is_err());
    assert!(sso.verify(&token, noon() + seconds(1)).await.is_ok());
    assert_eq!(house.asked(), 1);
}

#[tokio::test]
async fn the_last_keys_hold_for_a_day_while_the_issuer_is_away() {
    let key = key();
    let house = House::with(&[&key]);
    let sso = house.sso();
    let lasting = house.token(&key, &json!({ "exp": noon().timestamp() + 200_000 }));
    assert!(sso.verify(&lasting, noon()).await.is_ok());

    house.go_away();
    for after in [599, 600, 601, 86_399] {
        assert!(sso.verify(&lasting, noon() + seconds(after)).await.is_ok(), "{after}");
    }
    assert_eq!(house.asked(), 3, "when they were ten minutes old, and the last time");
    let after_a_day = sso.verify(&lasting, noon() + seconds(86_400)).await;
    assert_eq!(after_a_day, Err(Refused::Unavailable));

    house.serve(
        DISCOVERY,
        &json!({ "issuer": house.address, "jwks_uri": house.url(KEYS) }).to_string(),
    );
    house.serve_keys(&[&key]);
    assert!(sso.verify(&lasting, noon() + seconds(86_430)).await.is_ok());
}

/// What comes of a token when the issuer serves something else in place of one of its documents.
async fn outcome(change: impl FnOnce(&House, &SigningKey)) -> Result<SsoIdentity, Refused> {
    let key = key();
    let house = House::with(&[&key]);
    change(&house, &key);
    house.sso().verify(&house.token(&key, &json!({})), noon()).await
}

#[tokio::test]
async fn an_issuer_that_misbehaves_gives_no_keys() {
    let about =
        |issuer: &str, keys: &str| json!({ "issuer": issuer, "jwks_uri": keys }).to_string();
    let away = Err(Refused::Unavailable);

    let other = outcome(|house, _| {
        house.serve(DISCOVERY, &about(&house.url("/"), &house.url(KEYS)));
    });
    assert_eq!(other.await, away, "another issuer");

    let plain = outcome(|house, _| {
        house.serve(DISCOVERY, &about(&house.address, "http://192.0.2.1/keys"));
    });
    assert_eq!(plain.await, away, "keys over an open line");

    let redirected = outcome(|house, key| {
        house.serve("/elsewhere", &json!({ "keys": [key.public_jwk()] }).to_string());
        let to = house.url("/elsewhere");
        let head = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\nconnection: close");
        house.answer(KEYS, format!("{head}\r\ncontent-length: 0\r\n\r\n"));
    });
    assert_eq!(redirected.await, away, "a redirect");

    let huge = outcome(|house, key| {
        let padding = " ".repeat(1024 * 1024);
        house.serve(KEYS, &format!("{}{padding}", json!({ "keys": [key.public_jwk()] })));
    });
    assert_eq!(huge.await, away, "a huge body");

    let endless = outcome(|house, _| {
        let body = "x".repeat(2 * 1024 * 1024);
        house.answer(KEYS, format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}"));
    });
    assert_eq!(endless.await, away, "a huge body of no said length");

    for body in
        ["", "{}", "{\"keys\":[]}", "<html>", "{\"keys\":[7,{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"]
    {
        assert_eq!(outcome(|house, _| house.serve(KEYS, body)).await, away, "{body}");
    }
}

#[tokio::test]
async fn keys_that_are_of_no_use_are_passed_over() {
    let fine = outcome(|house, key| {
        let mut padded = key.public_jwk();
        padded["x5c"] = json!(["whatever"]);
        house.serve(
            KEYS,
            &json!({ "keys": [
                { "kty": "oct", "kid": key.kid(), "k": "c2VjcmV0" },
                { "kty": "OKP", "crv": "Ed25519", "kid": "short", "x": "AAAA" },
                { "kty": "OKP", "crv": "X25519", "kid": "other", "x": key.public_jwk()["x"] },
                { "kty": "EC", "crv": "P-384", "kid": "384", "x": "AAAA", "y": "AAAA" },
                { "kty": "new", "kid": "new" },
                padded,
            ] })
            .to_string(),
        );
    });
    assert!(fine.await.is_ok());

    for (field, value) in [
        ("use", json!("enc")),
        ("alg", json!("RS256")),
        ("key_ops", json!(["sign"])),
        ("crv", json!("Ed448")),
        ("x", json!("AAAA")),
    ] {
        let useless = outcome(|house, key| {
            let mut jwk = key.public_jwk();
            jwk[field] = value.clone();
            house.serve(KEYS, &json!({ "keys": [jwk] }).to_string());
        });
        assert_eq!(useless.await, Err(Refused::Unavailable), "{field}");
    }
}

/// Made once by another library, with keys that were thrown away: RSA, P-256, and an RSA key that is too short.
#[tokio::test]
async fn what_others_sign_is_understood() {
    let made: Value = serde_json::from_str(include_str!("signed_elsewhere.json")).unwrap();
    let sso = Sso::new(settings_for("https://login.example.cn/realms/shili", "zhanjian")).unwrap();
    assert_eq!(sso.issuer.take(&made["keys"], noon()), 2, "the short one is passed over");

    for (alg, token) in made["tokens"].as_object().unwrap() {
        let token = token.as_str().unwrap();
        let identity = sso.verify(token, noon()).await;
        assert_eq!(identity.map(|who| who.login).as_deref(), Ok("wang.fang"), "{alg}");

        let last = if token.ends_with('A') { "Q" } else { "A" };
        let changed = format!("{}{last}", &token[..token.len() - 1]);
        assert_eq!(sso.verify(&changed, noon()).await, Err(Refused::Signature), "{alg}");
    }
}

#[test]
fn paths_lead_into_objects_and_names_may_have_dots() {
    let claims = json!({
        "https://example.cn/roles": "a",
        "realm_access": { "roles": "b" },
        "resource_access": { "zhanjian.example.cn": { "roles": "c" } },
        "plain": "d",
    });
    for (path, value) in [
        ("https://example.cn/roles", Some("a")),
        ("realm_access.roles", Some("b")),
        ("resource_access.zhanjian.example.cn.roles", Some("c")),
        ("plain", Some("d")),
        ("plain.roles", None),
        ("realm_access.", None),
        ("", None),
    ] {
        let found = at_path(claims.as_object().unwrap(), path).and_then(Value::as_str);
        assert_eq!(found, value, "{path}");
    }
}

#[test]
fn settings_that_would_open_a_door_are_refused() {
    let with = |issuer: &str| Sso::new(settings_for(issuer, "zhanjian")).map(|_| ());
    for fine in ["https://login.example.cn", "https://login.example.cn/realms/a", "http://[::1]:80"]
    {
        assert!(with(fine).is_ok(), "{fine}");
    }
    for wrong in [
        "",
        "login.example.cn",
        "http://login.example.cn",
        "http://127.0.0.1.example.cn",
        "ftp://login.example.cn",
        "https://a@login.example.cn",
        "http://localhost@evil.example",
        "https://login.example.cn?x",
        "https://login.example.cn#x",
        "https://",
    ] {
        assert!(with(wrong).is_err(), "{wrong}");
    }
    let settings = settings_for("https://login.example.cn", "zhanjian");
    for wrong in [
        SsoSettings { audience: String::new(), ..settings.clone() },
        SsoSettings { login_claim: String::new(), ..settings.clone() },
        SsoSettings { clock_skew: Duration::from_secs(601), ..settings.clone() },
    ] {
        assert!(Sso::new(wrong).is_err());
    }
}

#[tokio::test]
async fn an_unproved_address_is_no_login() {
    let key = key();
    let house = House::with(&[&key]);
    let settings = settings_for(&house.address, "zhanjian");
    let sso = Sso::new(SsoSettings { login_claim: "email".to_owned(), ..settings }).unwrap();
    for (verified, refusal) in
        [(json!(true), None), (json!(null), None), (json!(false), Some(Refused::Missing))]
    {
        let said = json!({ "email": "wang@example.cn", "email_verified": verified });
        assert_eq!(sso.verify(&house.token(&key, &said), noon()).await.err(), refusal, "{said}");
    }
}
