//! Clients that are slow, and an end that comes in the middle of a request.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{
    Engine,
    process::{PATIENCE, signal, tell, wait_for},
    site::{Client, Site},
};

const BODY: &str = r#"{"query":"{ search(query: \"SL-1-1\", first: 1) { totalCount } }"}"#;

#[test]
fn slow_clients_are_cut_off_and_nobody_else_notices() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(["SL-1-1".to_owned()]);
    let service = site.serve_with(&[("HTTP_READ_TIMEOUT", "1s")]).ready();
    service.finds("SL-1-1");
    let began = Instant::now();
    let mut silent: Vec<TcpStream> = (0..20).map(|_| connect(&service)).collect();
    let mut half_head: Vec<TcpStream> = (0..20).map(|_| connect(&service)).collect();
    let mut half_body: Vec<TcpStream> = (0..20).map(|_| connect(&service)).collect();
    for stream in &mut half_head {
        stream.write_all(b"POST /graphql HTTP/1.1\r\nHost: example.cn\r\n").unwrap();
    }
    for stream in &mut half_body {
        stream.write_all(head().as_bytes()).unwrap();
        stream.write_all(&BODY.as_bytes()[..10]).unwrap();
    }
    while began.elapsed() < Duration::from_millis(900) {
        let asked = Instant::now();
        assert!(service.found("SL-1-1").is_some());
        assert!(asked.elapsed() < Duration::from_millis(700), "{:?}", asked.elapsed());
    }
    for stream in silent.iter_mut().chain(&mut half_head) {
        let answer = rest_of(stream);
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    for stream in &mut half_body {
        let answer = rest_of(stream);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("BAD_USER_INPUT"), "{answer}");
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(8), "the last was cut off after {took:?}");
}

#[test]
fn what_has_begun_is_finished_before_the_end() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(["SL-1-1".to_owned()]);
    let service = site.serve().ready();
    service.finds("SL-1-1");
    let mut request = connect(&service);
    request.write_all(head().as_bytes()).unwrap();
    request.write_all(&BODY.as_bytes()[..10]).unwrap();
    // Until the service has taken the connection and read so far, it has not begun.
    assert_eq!(service.health("live").0, 200);

    signal("TERM", service.id());
    wait_for("nobody new is let in", PATIENCE, || {
        TcpStream::connect(&service.address).is_err().then_some(())
    });
    request.write_all(&BODY.as_bytes()[10..]).unwrap();
    let answer = rest_of(&mut request);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.ends_with('}') && answer.contains(r#""totalCount":1"#), "{answer}");
    service.ended().expect_status(0);
}

#[test]
fn the_end_waits_for_a_client_only_as_long_as_it_may() {
    let site = Site::with_stations(Engine::Sqlite);
    let service = site.serve_with(&[("HTTP_SHUTDOWN_GRACE", "300ms")]).ready();
    let mut request = connect(&service);
    request.write_all(head().as_bytes()).unwrap();
    assert_eq!(service.health("live").0, 200);
    let began = Instant::now();
    service.terminate().expect_status(0);
    let took = began.elapsed();
    assert!((Duration::from_millis(300)..Duration::from_secs(5)).contains(&took), "{took:?}");
}

#[test]
fn the_end_does_not_wait_for_an_index_that_is_being_made() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers((0..9_000).map(|row| format!("SL-1-{row}")));
    let service = site.serve();
    // It has just begun to make the index: that takes a while.
    assert_eq!(service.health("ready").0, 503);
    let began = Instant::now();
    let ended = service.terminate();
    let took = began.elapsed();
    ended.expect_status(0);
    assert!(!ended.err.contains("made anew"), "it was done before it was told to end");
    tell!("ended after {took:?} in the middle of a rebuild");
    let service = site.serve().ready();
    assert!(service.found("SL-1-8999").is_some());
    site.expect_verified();
}

fn connect(client: &Client) -> TcpStream {
    let stream = TcpStream::connect(&client.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn head() -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: example.cn\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        BODY.len()
    )
}

/// What is still answered until the other side closes, which it must.
fn rest_of(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(fault) if fault.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(fault) => panic!("the connection was left open: {fault}"),
    }
    String::from_utf8(answer).unwrap()
}
