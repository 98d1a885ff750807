//! The socket, from the outside: its ticket, its resumption, its end.

use crate::{
    api::Api,
    tally::{Tally, write},
    town::Town,
};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

/// An open socket.
pub type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// Opens one at a process with a ticket, from a page of `origin`; what it answers when it does not open.
pub async fn open(url: &str, ticket: &str, origin: &str) -> Result<Socket, u16> {
    let url = format!("{}/live", url.replacen("http", "ws", 1));
    let mut request = url.into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert("origin", origin.parse().expect("a header"));
    headers.insert(
        "sec-websocket-protocol",
        format!("postern.v1, {ticket}").parse().expect("a header"),
    );
    match connect_async(request).await {
        Ok((socket, answer)) => {
            assert_eq!(
                answer.headers()["sec-websocket-protocol"],
                "postern.v1",
                "the ticket is not sent back"
            );
            Ok(socket)
        }
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// Opens one and says from where on it listens.
pub async fn resume(town: &Town, api: &Api, cursor: &Value) -> Socket {
    let mut socket = open(api.url(), &api.ticket().await, &town.url())
        .await
        .expect("it opens");
    let first = json!({ "type": "resume", "cursor": cursor }).to_string();
    socket.send(Message::text(first)).await.expect("sent");
    socket
}

/// The next frame; none when the socket ends.
pub async fn next(socket: &mut Socket) -> Option<Value> {
    loop {
        let message = timeout(Duration::from_secs(20), socket.next())
            .await
            .expect("in time")?;
        match message {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// What customers wrote, from here to `until` of them or to the end of what had been missed.
pub async fn heard(socket: &mut Socket, count: usize, cursor: &mut Value) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        let frame = next(socket).await.expect("it stays open");
        if frame["type"] == "event" {
            *cursor = frame["cursor"].clone();
            if frame["event"]["type"] == "message" {
                texts.push(
                    frame["event"]["message"]["content"]["text"]
                        .as_str()
                        .expect("text")
                        .to_owned(),
                );
            }
        }
    }
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_opens_once_with_its_ticket_resumes_without_a_gap_and_ends_with_the_session() {
    let (town, api) = Town::found("sockets").await;
    let url = format!("{}/webhooks/whatsapp", town.url());
    let customer = |number, count| {
        write(
            town.meta.clone(),
            url.clone(),
            number,
            count,
            Arc::new(Tally::default()),
        )
    };

    // Its ticket: single use, from our own pages, never guessed.
    let ticket = api.ticket().await;
    assert_eq!(
        open(&town.url(), &ticket, "https://elsewhere.example")
            .await
            .err(),
        Some(403)
    );
    drop(
        open(&town.url(), &ticket, &town.url())
            .await
            .expect("the first use"),
    );
    assert_eq!(
        open(&town.url(), &ticket, &town.url()).await.err(),
        Some(401),
        "the second use"
    );
    assert_eq!(
        open(&town.url(), "AAAA", &town.url()).await.err(),
        Some(401)
    );

    // Its resumption: what was written while nobody listened, then what is written now, each once and in order.
    let mut cursor = api.snapshot().await["cursor"].clone();
    customer(1, 7).await;
    let mut socket = resume(&town, &api, &cursor).await;
    let expected: Vec<_> = (0..7).map(|turn| turn.to_string()).collect();
    assert_eq!(heard(&mut socket, 7, &mut cursor).await, expected);
    let frame = next(&mut socket).await.expect("it stays open");
    assert_eq!(frame["type"], "caught_up");
    customer(2, 3).await;
    assert_eq!(heard(&mut socket, 3, &mut cursor).await, ["0", "1", "2"]);
    drop(socket);
    customer(3, 250).await;
    let mut socket = resume(&town, &api, &cursor).await;
    let expected: Vec<_> = (0..250).map(|turn| turn.to_string()).collect();
    assert_eq!(
        heard(&mut socket, 250, &mut cursor).await,
        expected,
        "more than one page of the feed"
    );

    // A place that was never given out.
    let mut astray = resume(&town, &api, &json!("bm93aGVyZQ")).await;
    assert_eq!(next(&mut astray).await.expect("a word")["type"], "reload");
    assert_eq!(next(&mut astray).await, None);

    // Its end.
    let mut idle = resume(&town, &api, &cursor).await;
    assert_eq!(next(&mut idle).await.expect("a word")["type"], "caught_up");
    api.sign_out().await;
    let last = loop {
        match next(&mut idle).await {
            Some(frame) if frame["type"] == "bye" => break "bye",
            Some(_) => {}
            None => break "nothing",
        }
    };
    assert_eq!(
        last, "bye",
        "an open socket learns at once that its session is over"
    );
    assert_eq!(next(&mut idle).await, None);
}
