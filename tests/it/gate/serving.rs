//! Connections: slow clients, many requests, and a good end.

use crate::gate::support::front;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use zhanjian::execution::Limits;
use zhanjian::http::{ServeLimits, Settings, router, serve};

struct Served {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn served(limits: ServeLimits, timeout: Duration) -> Served {
    let settings = Settings { body_timeout: Duration::from_millis(300), ..Settings::default() };
    let router = router(front(Limits { timeout, ..Limits::default() }, settings)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let task = tokio::spawn(serve(listener, router, limits, async { drop(ended.await) }));
    Served { address, end, task }
}

fn quick() -> ServeLimits {
    ServeLimits { header_timeout: Duration::from_millis(300), ..ServeLimits::default() }
}

fn post(body: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut text))
        .await
        .expect("it must be closed");
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn a_head_that_drips_is_cut_off() {
    let served = served(quick(), Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let begun = Instant::now();
    stream.write_all(b"POST /graphql HTTP/1.1\r\nhost: a\r\n").await.unwrap();
    rest(&mut stream).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_connection_without_a_request_is_cut_off() {
    let served = served(quick(), Duration::from_secs(5)).await;
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    rest(&mut silent).await;
    let mut idle = TcpStream::connect(served.address).await.unwrap();
    idle.write_all(post("{\"query\":\"{ hello }\"}").as_bytes()).await.unwrap();
    assert!(rest(&mut idle).await.contains("\"hello\":\"hello\""));
}

#[tokio::test]
async fn a_body_that_drips_is_answered_408() {
    let served = served(quick(), Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("BAD_USER_INPUT"), "{answer}");
}

#[tokio::test]
async fn a_body_of_twenty_megabytes_is_answered_413_over_a_real_connection() {
    let served = served(ServeLimits::default(), Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let (mut read, mut write) = stream.split();
    let request = post(&"a".repeat(20 * 1024 * 1024));
    let send = async { write.write_all(request.as_bytes()).await };
    let receive = async {
        let mut answer = vec![0; 400];
        let length = read.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    };
    let (written, answer) = tokio::join!(send, receive);
    written.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let served = served(ServeLimits::default(), Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let head = format!("GET /graphql?query={} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(200_000));
    let _ = stream.write_all(head.as_bytes()).await;
    let answer = rest(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[tokio::test]
async fn what_has_begun_is_finished_before_the_end() {
    let served = served(ServeLimits::default(), Duration::from_millis(400)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(post("{\"query\":\"{ slow }\"}").as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    served.end.send(()).unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.contains("TIMEOUT"), "{answer}");
    tokio::time::timeout(Duration::from_secs(2), served.task).await.unwrap().unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let limits = ServeLimits { grace: Duration::from_millis(200), ..ServeLimits::default() };
    let served = served(limits, Duration::from_mins(1)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(post("{\"query\":\"{ slow }\"}").as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    served.end.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(2), served.task).await.unwrap().unwrap();
}
