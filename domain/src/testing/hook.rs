//! A caller's endpoint as raw as a socket: it answers as a test says, or does not.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A request that arrived whole.
#[derive(Clone, Debug)]
pub struct Hooked {
    pub line: String,
    pub headers: HeaderMap,
    pub raw: Vec<u8>,
    pub body: Value,
    /// How many came before it.
    pub before: usize,
}

impl Hooked {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The text of the message that it tells of.
    pub fn text(&self) -> String {
        self.body["data"]["message"]["text"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// What it is answered with.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, with more lines of a head.
    Status(u16, String),
    /// Nothing, and the connection stays.
    Silent,
    /// A body that never ends, as fast as it is taken.
    Endless,
    /// A head, and then a byte now and then.
    Dribble,
    /// The end of the connection.
    Cut,
}

impl Reply {
    pub fn ok() -> Self {
        Self::Status(204, String::new())
    }

    pub fn status(status: u16) -> Self {
        Self::Status(status, String::new())
    }
}

/// A server that lives as long as the test.
pub struct Hook {
    pub url: String,
    seen: Arc<Mutex<Vec<Hooked>>>,
}

impl Hook {
    /// Answers every request by `answer`.
    pub async fn start(answer: impl Fn(&Hooked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks?of=us", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Hooked>>> = Arc::default();
        let (book, answer) = (seen.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (book, answer) = (book.clone(), answer.clone());
                tokio::spawn(async move { serve(stream, &book, &*answer).await });
            }
        });
        Self { url, seen }
    }

    /// Everything that arrived.
    pub fn seen(&self) -> Vec<Hooked> {
        self.seen.lock().unwrap().clone()
    }

    /// The texts of messages that arrived, in order.
    pub fn texts(&self) -> Vec<String> {
        self.seen().iter().map(Hooked::text).collect()
    }

    /// The ids that arrived, in order.
    pub fn ids(&self) -> Vec<String> {
        let seen = self.seen();
        seen.iter()
            .map(|request| request.header("webhook-id").to_owned())
            .collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    book: &Mutex<Vec<Hooked>>,
    answer: &(impl Fn(&Hooked) -> Reply + Sync),
) {
    let Some(mut request) = read(&mut stream).await else {
        return;
    };
    let reply = {
        let mut book = book.lock().unwrap();
        request.before = book.len();
        let reply = answer(&request);
        book.push(request);
        reply
    };
    match reply {
        Reply::Status(status, more) => {
            let head = format!(
                "HTTP/1.1 {status} Said\r\ncontent-length: 6\r\nx-secret: hidden\r\nserver: hook\r\n{more}\r\nsecret"
            );
            // What says that it has no content has none.
            let head = if status == 204 {
                format!("HTTP/1.1 204 Taken\r\n{more}\r\n")
            } else {
                head
            };
            let _ = stream.write_all(head.as_bytes()).await;
        }
        Reply::Silent => std::future::pending().await,
        Reply::Endless => {
            let head = "HTTP/1.1 200 OK\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(&[b'x'; 1024]).await.is_ok() {}
        }
        Reply::Dribble => {
            let head = "HTTP/1.1 200 OK\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
        Reply::Cut => {}
    }
}

async fn read(stream: &mut TcpStream) -> Option<Hooked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let mut headers = HeaderMap::new();
    for header in lines {
        let (name, value) = header.split_once(':')?;
        headers.append(
            name.parse::<HeaderName>().unwrap(),
            HeaderValue::from_str(value.trim()).unwrap(),
        );
    }
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.to_str().unwrap().parse().unwrap());
    let mut raw = bytes[end + 4..].to_vec();
    while raw.len() < length {
        if stream.read_buf(&mut raw).await.ok()? == 0 {
            return None;
        }
    }
    Some(Hooked {
        line,
        headers,
        body: serde_json::from_slice(&raw).unwrap_or_default(),
        raw,
        before: 0,
    })
}
