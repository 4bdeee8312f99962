//! Tokens that are accepted, and all the ways in which one is not.

use jsonwebtoken::EncodingKey;

use super::*;

const ISSUER: &str = "https://zhanjian.example.cn";
const AUDIENCE: &str = "zhanjian";

fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

fn key(created_at: DateTime<Utc>) -> SigningKey {
    SigningKey::new(&mut rand::rng(), created_at)
}

fn ring(keys: Vec<SigningKey>) -> KeyRing {
    KeyRing::new(ISSUER, AUDIENCE, minutes(15), keys)
}

fn claims(now: DateTime<Utc>) -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: "0193".to_owned(),
        sid: Some("0194".to_owned()),
        jti: "0195".to_owned(),
        iat: now,
        nbf: now,
        exp: now + minutes(15),
        kind: SubjectKind::Member,
        scope: "read write".to_owned(),
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token with this header and these claims, properly signed with a key: only what it says is wrong.
fn signed(key: &SigningKey, head: &Value, said: &Value) -> String {
    let message = format!("{}.{}", part(head), part(said));
    let signature = crypto::sign(message.as_bytes(), key.signing(), Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

/// The header of our tokens with other fields in it.
fn head(key: &SigningKey, other: &Value) -> Value {
    let mut head = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": key.kid() });
    head.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    head
}

/// Why a ring of this key refuses a token with this header.
fn refusal_of_head(key: &SigningKey, other: &Value) -> Option<Refused> {
    let said = serde_json::to_value(claims(noon())).unwrap();
    ring(vec![key.clone()]).verify(&signed(key, &head(key, other), &said), noon()).err()
}

/// Why a ring of this key refuses a token with a claim changed, or left out (null).
fn refusal_of_claim(key: &SigningKey, name: &str, value: Value) -> Option<Refused> {
    let mut said = serde_json::to_value(claims(noon())).unwrap();
    said[name] = value;
    ring(vec![key.clone()]).verify(&signed(key, &head(key, &json!({})), &said), noon()).err()
}

#[test]
fn a_token_says_what_was_put_into_it() {
    let ring = ring(vec![key(noon())]);
    let token = ring.issue(&claims(noon())).unwrap();

    assert_eq!(ring.verify(&token, noon()), Ok(claims(noon())));
    let head = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((head.alg, head.typ.as_deref()), (Algorithm::EdDSA, Some("at+jwt")));

    let machine = Claims { kind: SubjectKind::Client, sid: None, ..claims(noon()) };
    assert_eq!(ring.verify(&ring.issue(&machine).unwrap(), noon()), Ok(machine));
}

#[test]
fn a_token_is_good_from_its_first_second_to_before_its_last() {
    let ring = ring(vec![key(noon())]);
    let token = ring.issue(&claims(noon())).unwrap();
    let second = TimeDelta::seconds(1);

    assert_eq!(ring.verify(&token, noon() - second), Err(Refused::NotYetValid));
    assert!(ring.verify(&token, noon() + minutes(15) - second).is_ok());
    assert_eq!(ring.verify(&token, noon() + minutes(15)), Err(Refused::Expired));
    assert_eq!(ring.verify(&token, noon() + minutes(60 * 24 * 365)), Err(Refused::Expired));
}

#[test]
fn no_other_algorithm_is_taken_whoever_signed() {
    let key = key(noon());
    for alg in ["none", "None", "HS256", "HS512", "RS256", "PS256", "ES256", "eddsa", "Ed448", ""] {
        assert_eq!(
            refusal_of_head(&key, &json!({ "alg": alg })),
            Some(Refused::Algorithm),
            "{alg}"
        );
    }
    let unsigned = format!(
        "{}.{}.",
        part(&head(&key, &json!({ "alg": "none" }))),
        part(&serde_json::to_value(claims(noon())).unwrap())
    );
    assert_eq!(ring(vec![key]).verify(&unsigned, noon()), Err(Refused::Algorithm));
}

#[test]
fn the_public_key_is_nobodys_hmac_secret() {
    let key = key(noon());
    let public = key.public_jwk();
    let raw = URL_SAFE_NO_PAD.decode(public["x"].as_str().unwrap()).unwrap();
    for secret in [raw, public["x"].to_string().into_bytes(), public.to_string().into_bytes()] {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid().to_owned());
        let forged = encode(&header, &claims(noon()), &EncodingKey::from_secret(&secret)).unwrap();
        assert_eq!(ring(vec![key.clone()]).verify(&forged, noon()), Err(Refused::Algorithm));

        // The same signature under the right name.
        let (_, rest) = forged.split_once('.').unwrap();
        let renamed = format!("{}.{rest}", part(&head(&key, &json!({}))));
        assert_eq!(ring(vec![key.clone()]).verify(&renamed, noon()), Err(Refused::Signature));
    }
}

#[test]
fn a_token_cannot_bring_its_own_key() {
    let (ours, theirs) = (key(noon()), key(noon()));
    let said = serde_json::to_value(claims(noon())).unwrap();
    let own = json!({
        "jwk": theirs.public_jwk(), "jku": "https://evil.example/keys", "x5u": "https://evil.example/x",
    });

    let named = signed(&theirs, &head(&ours, &own), &said);
    assert_eq!(ring(vec![ours.clone()]).verify(&named, noon()), Err(Refused::Signature));
    let unknown = signed(&theirs, &head(&theirs, &own), &said);
    assert_eq!(ring(vec![ours.clone()]).verify(&unknown, noon()), Err(Refused::UnknownKey));
    // What is not read does no harm.
    assert_eq!(refusal_of_head(&ours, &own), None);
    assert_eq!(refusal_of_head(&ours, &json!({ "jwk": 7 })), None);
}

#[test]
fn the_header_is_taken_as_it_must_be_or_not_at_all() {
    let key = key(noon());
    for (other, refusal) in [
        (json!({ "crit": ["exp"] }), Refused::Malformed),
        (json!({ "crit": [] }), Refused::Malformed),
        (json!({ "crit": ["b64"], "b64": false }), Refused::Malformed),
        (json!({ "typ": "JWT" }), Refused::Malformed),
        (json!({ "typ": null }), Refused::Malformed),
        (json!({ "typ": 1 }), Refused::Malformed),
        (json!({ "kid": null }), Refused::UnknownKey),
        (json!({ "kid": "" }), Refused::UnknownKey),
        (json!({ "kid": "../../etc/passwd" }), Refused::UnknownKey),
    ] {
        assert_eq!(refusal_of_head(&key, &other), Some(refusal), "{other}");
    }
    let said = part(&serde_json::to_value(claims(noon())).unwrap());
    let twice = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","alg":"none","typ":"at+jwt"}"#);
    let token = format!("{twice}.{said}.AAAA");
    assert_eq!(ring(vec![key]).verify(&token, noon()), Err(Refused::Malformed));
}

#[test]
fn a_changed_token_is_refused() {
    let ring = ring(vec![key(noon())]);
    let token = ring.issue(&claims(noon())).unwrap();
    let [head, said, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let officer = Claims { scope: "everything".to_owned(), ..claims(noon()) };
    let officer = part(&serde_json::to_value(officer).unwrap());

    for changed in [
        format!("{head}.{officer}.{signature}"),
        format!("{head}.{said}."),
        format!("{head}.{said}.{}", "A".repeat(86)),
        format!("{head}.{said}.{signature}="),
        format!("{head}.{said}.{}", &signature[..85]),
    ] {
        assert_eq!(ring.verify(&changed, noon()), Err(Refused::Signature), "{changed}");
    }
    for no_token in [
        String::new(),
        "..".to_owned(),
        format!("{head}.{said}"),
        format!("{head}.{said}.x.{signature}"),
        format!(" {token}"),
        format!("{token}.{}", "A".repeat(MAX_TOKEN_BYTES)),
    ] {
        assert_eq!(ring.verify(&no_token, noon()), Err(Refused::Malformed), "{no_token}");
    }
}

#[test]
fn every_claim_is_asked_for() {
    let key = key(noon());
    for name in ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "kind", "scope"] {
        assert_eq!(refusal_of_claim(&key, name, Value::Null), Some(Refused::Missing), "{name}");
    }
    for (name, value, refusal) in [
        ("iss", json!("https://zhanjian.example.cn/"), Refused::Issuer),
        ("aud", json!("another"), Refused::Audience),
        ("aud", json!(["zhanjian"]), Refused::Malformed),
        ("sub", json!(""), Refused::Missing),
        ("exp", json!("2026"), Refused::Malformed),
        ("exp", json!(i64::MAX), Refused::Malformed),
        ("exp", json!(-1), Refused::Expired),
        ("kind", json!("officer"), Refused::Malformed),
    ] {
        assert_eq!(refusal_of_claim(&key, name, value.clone()), Some(refusal), "{name} {value}");
    }
    assert_eq!(refusal_of_claim(&key, "more", json!("is ignored")), None);
}

#[test]
fn the_newest_key_signs_and_an_older_one_verifies_until_its_tokens_have_ended() {
    let (old, new) = (key(noon() - minutes(60)), key(noon()));
    let early = ring(vec![old.clone()]).issue(&claims(noon() - minutes(1))).unwrap();
    let old = SigningKey::from_secret_bytes(&old.to_secret_bytes(), old.created_at(), Some(noon()));
    let ring = ring(vec![old.clone(), new.clone()]);

    let late = ring.issue(&claims(noon())).unwrap();
    assert_eq!(jsonwebtoken::decode_header(&late).unwrap().kid.as_deref(), Some(new.kid()));
    assert!(ring.verify(&early, noon() + minutes(13)).is_ok());
    assert_eq!(ring.verify(&early, noon() + minutes(15)), Err(Refused::UnknownKey));
    assert_eq!(ring.jwks(noon())["keys"].as_array().unwrap().len(), 2);
    assert_eq!(ring.jwks(noon() + minutes(15))["keys"], json!([new.public_jwk()]));
}

#[test]
fn a_key_is_shown_before_it_signs() {
    let (present, coming) = (key(noon()), key(noon() + minutes(10)));
    let ring = ring(vec![coming.clone(), present.clone()]);
    let signer = |now| {
        let token = ring.issue(&claims(now)).unwrap();
        jsonwebtoken::decode_header(&token).unwrap().kid.unwrap()
    };

    assert_eq!(signer(noon()), present.kid());
    assert_eq!(signer(noon() + minutes(10)), coming.kid());
    assert_eq!(ring.jwks(noon())["keys"].as_array().unwrap().len(), 2);
}

#[test]
fn what_would_be_refused_is_not_issued() {
    let ring = ring(vec![key(noon())]);
    for wrong in [
        Claims { iss: "https://evil.example".to_owned(), ..claims(noon()) },
        Claims { aud: "another".to_owned(), ..claims(noon()) },
        Claims { exp: noon() + minutes(16), ..claims(noon()) },
        Claims { sid: None, ..claims(noon()) },
    ] {
        assert!(ring.issue(&wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_retired_key_signs_no_more_and_one_from_a_clock_ahead_does() {
    let seed = key(noon()).to_secret_bytes();
    let retired = SigningKey::from_secret_bytes(&seed, noon(), Some(noon() + minutes(1)));

    assert!(ring(vec![retired.clone()]).issue(&claims(noon() + minutes(1))).is_err());
    assert!(ring(vec![retired]).issue(&claims(noon())).is_ok());
    assert!(ring(Vec::new()).issue(&claims(noon())).is_err());
    assert!(ring(vec![key(noon() + minutes(1))]).issue(&claims(noon())).is_ok());
}
