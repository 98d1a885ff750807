//! Meta as raw as a socket: it answers as a test says, or does not.

use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A request that arrived whole.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method and path with its query.
    pub line: String,
    /// The host that was asked, with its port.
    pub host: String,
    /// The bearer token.
    pub token: String,
    /// The body; null when there is none.
    pub body: Value,
    /// The body as it came.
    pub raw: Vec<u8>,
    /// How many came before it.
    pub before: usize,
}

/// What it is answered with.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status and a body.
    Json(u16, Value),
    /// A status and a body that is no JSON.
    Text(u16, String),
    /// A file.
    Bytes(Vec<u8>),
    /// The beginning of a file, then the end of the connection.
    Torn(Vec<u8>),
    /// The file is elsewhere.
    Moved(String),
    /// Half of an answer, then the end of the connection.
    Half,
    /// The end of the connection.
    Cut,
    /// Nothing, and the connection stays.
    Silent,
}

/// Meta takes a message as its `nth`.
pub fn accepted(nth: usize) -> Reply {
    Reply::Json(
        200,
        json!({
            "messaging_product": "whatsapp",
            "contacts": [{ "input": "+1", "wa_id": "1" }],
            "messages": [{ "id": format!("wamid.{nth}") }],
        }),
    )
}

/// Meta refuses with a code.
pub fn refused(http: u16, code: i64) -> Reply {
    Reply::Json(
        http,
        json!({ "error": { "message": "no", "type": "OAuthException", "code": code } }),
    )
}

/// A server that lives as long as the test.
pub struct FakeMeta {
    /// The base to give to [`crate::graph::Meta`].
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl FakeMeta {
    /// Answers every request by `answer`.
    pub async fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v24.0", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
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
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// The texts that arrived, in order.
    pub fn texts(&self) -> Vec<String> {
        self.seen()
            .iter()
            .filter_map(|request| request.body["text"]["body"].as_str().map(str::to_owned))
            .collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    book: &Mutex<Vec<Request>>,
    answer: &(impl Fn(&Request) -> Reply + Sync),
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
    let mut more = String::new();
    let (status, body) = match reply {
        Reply::Json(status, body) => (status, body.to_string().into_bytes()),
        Reply::Text(status, body) => (status, body.into_bytes()),
        Reply::Bytes(body) => (200, body),
        Reply::Torn(body) => {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                body.len() + 1000
            );
            let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
            return;
        }
        Reply::Moved(to) => {
            more = format!("location: {to}\r\n");
            (302, Vec::new())
        }
        Reply::Half => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"messages\"")
                .await;
            return;
        }
        Reply::Cut => return,
        Reply::Silent => {
            // Until the other side has had enough.
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{more}connection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let (head, rest) = loop {
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&chunk[..n]);
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break (
                String::from_utf8(bytes[..at].to_vec()).ok()?,
                bytes[at + 4..].to_vec(),
            );
        }
    };
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    };
    let length: usize = header("content-length")
        .and_then(|l| l.parse().ok())
        .unwrap_or(0);
    let mut body = rest;
    while body.len() < length {
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk).await.ok().filter(|n| *n > 0)?;
        body.extend_from_slice(&chunk[..n]);
    }
    Some(Request {
        line: head
            .lines()
            .next()?
            .trim_end_matches(" HTTP/1.1")
            .to_owned(),
        host: header("host")?,
        token: header("authorization")?
            .trim_start_matches("Bearer ")
            .to_owned(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        raw: body,
        before: 0,
    })
}
