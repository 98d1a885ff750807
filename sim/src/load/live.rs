//! The inbox's own interface, as a browser uses it: sign-in, ticket, place in the feed, socket.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, redirect};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::plan::Listeners;

/// An open socket.
pub(super) type Socket = WebSocketStream<TcpStream>;

/// How long any single step may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A person who may open sockets.
pub(super) struct Door {
    /// What the browser says that it is on.
    origin: String,
    address: SocketAddr,
    email: String,
    password: String,
    client: Client,
    token: Mutex<Option<String>>,
}

/// How a socket is made on this side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Make {
    /// From which of this machine's addresses.
    pub source: Option<IpAddr>,
    /// How many bytes the kernel may hold for a reader that does not read.
    pub receive_buffer: Option<u32>,
}

impl Door {
    pub fn new(listeners: &Listeners, password: Option<&str>) -> anyhow::Result<Self> {
        Ok(Self {
            origin: listeners.base_url.trim_end_matches('/').to_owned(),
            address: listeners.address.parse().context("the address")?,
            email: listeners.email.clone(),
            password: password.context("no password is given")?.to_owned(),
            // Few of its connections are kept: what the server holds is to be sockets.
            client: Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .timeout(PATIENCE)
                .pool_max_idle_per_host(4)
                .build()?,
            token: Mutex::default(),
        })
    }

    /// A ticket for one socket in that workspace.
    pub async fn ticket(&self, workspace: &str) -> anyhow::Result<String> {
        let told = self.call(workspace, "live/ticket", &json!({})).await?;
        Ok(told.as_str().context("no ticket came")?.to_owned())
    }

    /// The newest place in that workspace's feed.
    pub async fn place(&self, workspace: &str) -> anyhow::Result<String> {
        let request =
            json!({ "request": { "view": "all", "state": "open", "search": "", "after": null } });
        let told = self.call(workspace, "inbox/snapshot", &request).await?;
        let cursor = told["cursor"]
            .as_str()
            .context("no cursor in the snapshot")?;
        Ok(cursor.to_owned())
    }

    /// Opens a socket and asks for everything after `cursor`.
    pub async fn open(&self, workspace: &str, cursor: &str, make: Make) -> anyhow::Result<Socket> {
        let ticket = self.ticket(workspace).await?;
        self.enter(&ticket, cursor, make).await
    }

    /// The same with a ticket that was drawn before.
    pub async fn enter(&self, ticket: &str, cursor: &str, make: Make) -> anyhow::Result<Socket> {
        let entering = async {
            let stream = self.connect(make).await?;
            let mut request = format!("ws://{}/live", self.address).into_client_request()?;
            let headers = request.headers_mut();
            headers.insert("origin", self.origin.parse()?);
            let protocols = format!("postern.v1, {ticket}");
            headers.insert("sec-websocket-protocol", protocols.parse()?);
            let config = WebSocketConfig::default()
                .read_buffer_size(4096)
                .write_buffer_size(1024);
            let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
            let first = json!({ "type": "resume", "cursor": cursor }).to_string();
            futures::SinkExt::send(&mut socket, Message::text(first)).await?;
            anyhow::Ok(socket)
        };
        timeout(PATIENCE, entering)
            .await
            .context("the socket did not open in time")?
    }

    async fn connect(&self, make: Make) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = make.receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        if let Some(source) = make.source {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        socket.connect(self.address).await
    }

    async fn call(&self, workspace: &str, function: &str, body: &Value) -> anyhow::Result<Value> {
        for fresh in [false, true] {
            let token = self.token(fresh).await?;
            let answer = self
                .client
                .post(format!("http://{}/api/{function}", self.address))
                .header("Origin", &self.origin)
                .header("X-Workspace-ID", workspace)
                .bearer_auth(token)
                .json(body)
                .send()
                .await?;
            match answer.status().as_u16() {
                200 => return Ok(answer.json().await?),
                // The token lives for ten minutes.
                401 if !fresh => {}
                status => bail!("{function}: {status} {}", answer.text().await?),
            }
        }
        bail!("{function}: no token is accepted")
    }

    async fn token(&self, fresh: bool) -> anyhow::Result<String> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|_| !fresh) {
            return Ok(token.clone());
        }
        let answer = self
            .client
            .post(format!("http://{}/auth/sign-in", self.address))
            .header("Origin", &self.origin)
            .json(&json!({ "email": self.email, "password": self.password }))
            .send()
            .await?
            .error_for_status()?;
        let told: Value = answer.json().await?;
        let token = told["in"]["token"]
            .as_str()
            .context("signing in gave no token")?;
        *kept = Some(token.to_owned());
        Ok(token.to_owned())
    }
}

/// What a frame is, without taking it apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// A message that was added or moved on, and the place behind it.
    Message(&'a str),
    /// Another event, and the place behind it.
    Event(&'a str),
    /// What follows is live.
    CaughtUp,
    /// The place is void.
    Reload,
    /// The right is gone.
    Bye,
    /// Nothing of interest.
    Other,
}

/// Reads a frame's kind: the server writes the keys in this order.
pub(super) fn frame(text: &str) -> Frame<'_> {
    if let Some(rest) = text.strip_prefix(r#"{"type":"event","cursor":""#) {
        let Some((cursor, event)) = rest.split_once('"') else {
            return Frame::Other;
        };
        return if event.starts_with(r#","event":{"type":"message""#) {
            Frame::Message(cursor)
        } else {
            Frame::Event(cursor)
        };
    }
    let is = |word: &str| {
        text.strip_prefix(r#"{"type":""#)
            .is_some_and(|rest| rest.starts_with(word))
    };
    if is("caught_up\"") {
        Frame::CaughtUp
    } else if is("reload\"") {
        Frame::Reload
    } else if is("bye\"") {
        Frame::Bye
    } else {
        Frame::Other
    }
}

/// The text of what was received; none for anything else. An error or the end is an error.
pub(super) fn text(
    received: Option<Result<Message, tungstenite::Error>>,
) -> Result<Option<tungstenite::Utf8Bytes>, ()> {
    match received {
        Some(Ok(Message::Text(text))) => Ok(Some(text)),
        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(()),
        Some(Ok(_)) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart() {
        let table = [
            (
                r#"{"type":"event","cursor":"ab.1","event":{"type":"message","message":{}}}"#,
                Frame::Message("ab.1"),
            ),
            (
                r#"{"type":"event","cursor":"ab.2","event":{"type":"channel"}}"#,
                Frame::Event("ab.2"),
            ),
            (r#"{"type":"caught_up","cursor":"x"}"#, Frame::CaughtUp),
            (r#"{"type":"reload"}"#, Frame::Reload),
            (r#"{"type":"bye"}"#, Frame::Bye),
            (r#"{"type":"beat"}"#, Frame::Other),
            ("", Frame::Other),
        ];
        for (text, expected) in table {
            assert_eq!(frame(text), expected, "{text}");
        }
    }
}
