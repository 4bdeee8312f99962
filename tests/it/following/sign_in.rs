//! Who has signed in listens for as long as their token is good.

use std::time::Duration;

use serde_json::json;
use zhanjian::{access::Role, http::Lasting};

use super::{CHANGED, listener::Listener, present, write};
use crate::{
    gate::support::line::{Line, Served},
    support::{House, on_both_engines},
};

on_both_engines!(
    one_signs_in_by_the_first_message_or_by_a_header,
    a_socket_is_closed_when_the_token_ends,
    signing_out_closes_the_socket,
    whoever_left_is_answered_nothing_more_on_an_open_socket,
);

/// Looks often, so that the test need not wait.
async fn watchful(house: &House) -> Served {
    let lasting = Lasting { recheck: Duration::from_millis(50), ..Lasting::default() };
    Served::new(house.front(lasting).await).await
}

async fn one_signs_in_by_the_first_message_or_by_a_header(house: &House) {
    house.places().await;
    let served = watchful(house).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let since = present(house).await;
    let changed = format!("changed(since: {since:?}) {CHANGED}");
    let mut first = Listener::signed_in(&served, staff.token(), &changed).await;
    let bearer = format!("Bearer {}", staff.token());
    let mut line = Line::open(served.address, &[("authorization", &bearer)]).await.unwrap();
    line.init(json!({})).await;
    let mut second = Listener::on(line, &changed).await;
    write(house, "own", "STATION", "本站的问题").await;
    assert_eq!(first.event().await["node"]["externalId"], "own");
    assert_eq!(second.event().await["node"]["externalId"], "own");
    // A token that is none lets nobody in.
    let mut line = served.line().await;
    line.say(json!({ "type": "connection_init", "payload": { "authorization": "Bearer abc" } }))
        .await;
    assert_eq!(line.closed().await.0, 4403);
}

async fn a_socket_is_closed_when_the_token_ends(house: &House) {
    house.places().await;
    let served = watchful(house).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let mut listener =
        Listener::signed_in(&served, staff.token(), "queueChanged { revision }").await;
    listener.hears_nothing().await;
    house.clock.advance_days(1);
    assert_eq!(listener.line.closed().await.0, 4403);
}

async fn whoever_left_is_answered_nothing_more_on_an_open_socket(house: &House) {
    house.places().await;
    // It is looked after the socket itself only once a minute.
    let lasting = Lasting { recheck: Duration::from_mins(1), ..Lasting::default() };
    let served = Served::new(house.front(lasting).await).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let mut line = served.line().await;
    line.init(json!({ "authorization": format!("Bearer {}", staff.token()) })).await;
    let ask = |id: &str| json!({ "type": "subscribe", "id": id, "payload": { "query": "{ viewer { signedIn } }" } });
    line.say(ask("before")).await;
    assert_eq!(line.hear().await["payload"]["data"]["viewer"]["signedIn"], true);
    assert_eq!(line.hear().await["type"], "complete");
    staff.ask("mutation { signOut(input: {}) { signedOut } }").await.data();
    line.say(ask("after")).await;
    let refused = line.hear().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("after")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

async fn signing_out_closes_the_socket(house: &House) {
    house.places().await;
    let served = watchful(house).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let colleague = house.signed_in(Role::Staff, "SH-PD").await;
    let since = present(house).await;
    let changed = format!("changed(since: {since:?}) {CHANGED}");
    let mut listener = Listener::signed_in(&served, staff.token(), &changed).await;
    let mut other = Listener::signed_in(&served, colleague.token(), &changed).await;
    listener.hears_nothing().await;
    let reply = staff.ask("mutation { signOut(input: {}) { signedOut } }").await;
    assert_eq!(reply.at("/signOut/signedOut"), &json!(true));
    assert_eq!(listener.line.closed().await.0, 4403);
    write(house, "own", "STATION", "本站的问题").await;
    assert_eq!(other.event().await["node"]["externalId"], "own");
}
