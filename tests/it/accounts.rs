//! Signing in, staying in, signing out, as people and programs do it over HTTP.

use serde_json::{Value, json};
use zhanjian::{
    access::{ClientScope, Role},
    accounts::{self, Enrolment, NewClient},
};

use crate::support::{House, Member, Reply, on_both_engines};

mod oauth;
mod tokens;

on_both_engines!(
    a_member_signs_in_and_is_who_they_are,
    whatever_keeps_somebody_out_the_answer_is_the_same,
    a_refresh_token_is_good_once,
    a_used_refresh_token_ends_the_whole_session,
    signing_out_ends_the_session_at_once,
    signing_out_everywhere_ends_the_others_too,
    a_password_is_changed_by_who_knows_it,
    guessing_is_slowed_down_and_told_so,
    a_session_ends_with_its_days,
);

const SIGN_IN: &str = "mutation($login: String!, $password: String!) {
    signIn(input: { login: $login, password: $password, clientMutationId: \"mine\" }) {
        session { accessToken refreshToken } member { name role }
        userErrors { code path message } clientMutationId } }";

const REFRESH: &str =
    "mutation($token: String!) { refreshSession(input: { refreshToken: $token }) {
    session { accessToken refreshToken } member { name } } }";

const WHO: &str = "{ viewer { signedIn name standing stationCode districtCode } }";

/// A strong password that nobody uses.
pub const PASSWORD: &str = "seventeen quiet herons";

/// Puts somebody on the register who signs in with [`PASSWORD`].
pub async fn enrol(house: &House, login: &str, signed: bool) -> String {
    let app = &house.service.app;
    let station = zhanjian::stations::by_code(house.db().read(), "SH-PD").await.unwrap().unwrap();
    let enrolment = Enrolment {
        login: login.to_owned(),
        name: format!("示例{login}"),
        role: Role::Staff,
        station: Some(station.id),
        district: None,
        organization: None,
        employment: None,
        undertaking_signed_on: signed.then(|| app.clock.today()),
        areas: Vec::new(),
        password: Some(PASSWORD.to_owned()),
    };
    let checked = enrolment.checked().await.unwrap();
    let write = house.db().write().await.unwrap();
    let member = accounts::enrol(&*write, checked, "test", app.clock.now()).await.unwrap();
    write.commit(app.clock.now()).await.unwrap();
    zhanjian::ids::GlobalId::encode(zhanjian::ids::NodeKind::Member, member.id).0
}

/// A portal's client with all scopes: its id and its secret.
pub async fn client(house: &House, requests: Option<i32>, cost: Option<i32>) -> (String, String) {
    let new = NewClient {
        name: "示例门户".to_owned(),
        organization: None,
        scopes: ClientScope::ALL.to_vec(),
        requests_per_minute: requests,
        cost_per_minute: cost,
    };
    let now = house.clock.now();
    let write = house.db().write().await.unwrap();
    let (client, secret) = accounts::add_client(&*write, new, "test", now).await.unwrap();
    write.commit(now).await.unwrap();
    (client.client_id, secret)
}

/// A portal's client that has its token.
pub async fn portal(house: &House) -> Member<'_> {
    let (id, secret) = client(house, None, None).await;
    house.bearer(oauth::token(house, &id, &secret).await)
}

pub async fn sign_in(house: &House, login: &str, password: &str) -> Reply {
    let variables = json!({ "login": login, "password": password });
    house.anybody().run(SIGN_IN, variables).await
}

/// Access and refresh token of a sign-in that succeeds.
async fn session(house: &House, login: &str) -> (String, String) {
    tokens_of(&sign_in(house, login, PASSWORD).await, "/signIn")
}

fn tokens_of(reply: &Reply, payload: &str) -> (String, String) {
    let text =
        |name: &str| reply.at(&format!("{payload}/session/{name}")).as_str().unwrap().to_owned();
    (text("accessToken"), text("refreshToken"))
}

async fn refresh(house: &House, token: &str) -> Reply {
    house.anybody().run(REFRESH, json!({ "token": token })).await
}

async fn a_member_signs_in_and_is_who_they_are(house: &House) {
    house.places().await;
    enrol(house, "li.ming", true).await;
    // As people type: with blanks around it, in another case, with full-width letters in the password.
    let reply = sign_in(house, "  Li.Ming ", "ｓeventeen quiet herons").await;
    assert_eq!(reply.at("/signIn/member/name"), "示例li.ming");
    assert_eq!(reply.at("/signIn/userErrors"), &json!([]));
    assert_eq!(reply.at("/signIn/clientMutationId"), "mine");
    let (access, _) = tokens_of(&reply, "/signIn");
    let viewer = house.bearer(access).ask(WHO).await;
    assert_eq!(
        viewer.at("/viewer"),
        &json!({ "signedIn": true, "name": "示例li.ming", "standing": "STAFF",
            "stationCode": "SH-PD", "districtCode": "PD" })
    );
    assert_eq!(house.ask(WHO).await.at("/viewer/signedIn"), false);
}

async fn whatever_keeps_somebody_out_the_answer_is_the_same(house: &House) {
    house.places().await;
    for login in ["right", "suspended", "left"] {
        enrol(house, login, true).await;
    }
    enrol(house, "unsigned", false).await;
    let now = house.clock.now();
    for (login, step) in [
        ("suspended", accounts::Step::Suspend { reason: "示例".to_owned() }),
        ("left", accounts::Step::Leave { reason: None }),
    ] {
        let write = house.db().write().await.unwrap();
        let member = accounts::by_login(&*write, login).await.unwrap().unwrap();
        accounts::step(&*write, &member, step, "test", now).await.unwrap();
        write.commit(now).await.unwrap();
    }
    let refusal = |reply: &Reply| {
        assert_eq!(reply.at("/signIn/session"), &Value::Null);
        assert_eq!(reply.at("/signIn/member"), &Value::Null);
        reply.at("/signIn/userErrors").clone()
    };
    let wrong = refusal(&sign_in(house, "right", "a wrong password").await);
    assert_eq!(wrong[0]["code"], "WRONG_CREDENTIALS");
    assert_eq!(wrong[0]["path"], json!(["input", "login"]));
    for (login, password) in [
        ("nobody", PASSWORD),
        ("suspended", PASSWORD),
        ("left", PASSWORD),
        ("unsigned", PASSWORD),
        ("", ""),
    ] {
        assert_eq!(refusal(&sign_in(house, login, password).await), wrong, "{login}");
    }
    session(house, "right").await;
}

async fn a_refresh_token_is_good_once(house: &House) {
    house.places().await;
    enrol(house, "li", true).await;
    let (first_access, first) = session(house, "li").await;
    let (access, second) = tokens_of(&refresh(house, &first).await, "/refreshSession");
    assert_ne!(first, second);
    for token in [&first_access, &access] {
        assert_eq!(house.bearer(token).ask(WHO).await.at("/viewer/signedIn"), true);
    }
    let (_, third) = tokens_of(&refresh(house, &second).await, "/refreshSession");
    assert_eq!(refresh(house, "zjr_nothing").await.code(), "UNAUTHENTICATED");
    // After the days that a refresh token is good for, nobody goes on.
    house.clock.advance_days(1);
    assert_eq!(refresh(house, &third).await.code(), "UNAUTHENTICATED");
}

async fn a_used_refresh_token_ends_the_whole_session(house: &House) {
    house.places().await;
    enrol(house, "li", true).await;
    let (_, first) = session(house, "li").await;
    let (access, second) = tokens_of(&refresh(house, &first).await, "/refreshSession");
    let (elsewhere, _) = session(house, "li").await;
    // Whoever copied the first one comes late: thief and owner are both out.
    assert_eq!(refresh(house, &first).await.code(), "UNAUTHENTICATED");
    assert_eq!(refresh(house, &second).await.code(), "UNAUTHENTICATED");
    assert_eq!(house.bearer(access).ask(WHO).await.code(), "UNAUTHENTICATED");
    assert_eq!(house.bearer(elsewhere).ask(WHO).await.at("/viewer/signedIn"), true);
}

async fn signing_out_ends_the_session_at_once(house: &House) {
    house.places().await;
    enrol(house, "li", true).await;
    let (access, token) = session(house, "li").await;
    let (other, _) = session(house, "li").await;
    let out = "mutation { signOut(input: {}) { signedOut } }";
    assert_eq!(house.bearer(&access).ask(out).await.at("/signOut/signedOut"), true);
    assert_eq!(house.bearer(&access).ask(WHO).await.code(), "UNAUTHENTICATED");
    assert_eq!(refresh(house, &token).await.code(), "UNAUTHENTICATED");
    assert_eq!(house.bearer(other).ask(WHO).await.at("/viewer/signedIn"), true);
    assert_eq!(house.ask(out).await.code(), "UNAUTHENTICATED");
}

async fn signing_out_everywhere_ends_the_others_too(house: &House) {
    house.places().await;
    enrol(house, "li", true).await;
    let (access, _) = session(house, "li").await;
    let (other, token) = session(house, "li").await;
    let out = "mutation { signOut(input: { everywhere: true }) { signedOut } }";
    assert_eq!(house.bearer(access).ask(out).await.at("/signOut/signedOut"), true);
    assert_eq!(house.bearer(other).ask(WHO).await.code(), "UNAUTHENTICATED");
    assert_eq!(refresh(house, &token).await.code(), "UNAUTHENTICATED");
}

async fn a_password_is_changed_by_who_knows_it(house: &House) {
    const CHANGE: &str = "mutation($present: String!, $new: String!) {
        changePassword(input: { presentPassword: $present, newPassword: $new }) {
            member { name } userErrors { code path } } }";
    const NEW: &str = "eighteen loud cranes";
    house.places().await;
    enrol(house, "li", true).await;
    let (access, _) = session(house, "li").await;
    let (other, _) = session(house, "li").await;
    let me = house.bearer(access);
    let change = async |present: &str, new: &str| {
        me.run(CHANGE, json!({ "present": present, "new": new })).await
    };
    let wrong = change("a wrong password", NEW).await;
    assert_eq!(
        wrong.at("/changePassword/userErrors"),
        &json!([{ "code": "WRONG_CREDENTIALS", "path": ["input", "presentPassword"] }])
    );
    for weak in ["short", "123456789012", "lililililili"] {
        let reply = change(PASSWORD, weak).await;
        assert_eq!(reply.at("/changePassword/userErrors/0/code"), "INVALID", "{weak}");
    }
    let done = change(PASSWORD, NEW).await;
    assert_eq!(done.at("/changePassword/userErrors"), &json!([]));
    assert_eq!(me.ask(WHO).await.at("/viewer/signedIn"), true);
    assert_eq!(house.bearer(other).ask(WHO).await.code(), "UNAUTHENTICATED");
    assert_eq!(sign_in(house, "li", PASSWORD).await.at("/signIn/session"), &Value::Null);
    tokens_of(&sign_in(house, "li", NEW).await, "/signIn");
    let nobody = house.anybody().run(CHANGE, json!({ "present": NEW, "new": PASSWORD })).await;
    assert_eq!(nobody.code(), "UNAUTHENTICATED");
}

async fn guessing_is_slowed_down_and_told_so(house: &House) {
    house.places().await;
    enrol(house, "li", true).await;
    for _ in 0..5 {
        let reply = sign_in(house, "li", "a wrong password").await;
        assert_eq!(reply.at("/signIn/userErrors/0/code"), "WRONG_CREDENTIALS");
    }
    // Side by side is no faster: each counts before the next is looked at.
    let crowd = (0..12).map(|_| sign_in(house, "crowd", "a wrong password"));
    let answers = futures_util::future::join_all(crowd).await;
    let looked_at = answers.iter().filter(|reply| reply.body.get("errors").is_none()).count();
    assert_eq!(looked_at, 5);
    // Now the right one waits too: nobody can tell that it was right.
    let reply = sign_in(house, "li", PASSWORD).await;
    assert_eq!(reply.code(), "RATE_LIMITED");
    assert_eq!(reply.body["errors"][0]["extensions"]["retryAfter"], 30);
    assert_eq!(reply.message(), "Too many attempts. Try again in 30 seconds.");
    // So does a login that does not exist.
    for _ in 0..5 {
        sign_in(house, "nobody", "a wrong password").await;
    }
    assert_eq!(sign_in(house, "nobody", PASSWORD).await.code(), "RATE_LIMITED");
    // Somebody else at the same address does not wait.
    enrol(house, "wang", true).await;
    session(house, "wang").await;
    house.clock.advance_days(1);
    session(house, "li").await;
}

async fn a_session_ends_with_its_days(house: &House) {
    house.places().await;
    enrol(house, "li", true).await;
    let (access, _) = session(house, "li").await;
    house.clock.advance_days(1);
    let late = house.bearer(access).ask(WHO).await;
    assert_eq!((late.code(), late.status.as_u16()), ("UNAUTHENTICATED", 401));
}
