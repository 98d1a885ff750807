//! How long an open socket stays: what ends it when no bell rings, and what does not.

use crate::house::{House, ORIGIN, Stopped, state};
use futures::{SinkExt as _, StreamExt as _};
use postern_domain::{Env, event, live as tickets, token};
use postern_server::live::{self, Hub};
use postern_types::{
    ClientFrame, ConversationId, Event, FeedCursor, Role, SessionId, Side, WorkspaceId,
};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{future::IntoFuture as _, sync::Arc, time::Duration};
use tokio::{net::TcpListener, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// Shorter than the time between two beats: what is heard within it was no beat.
const SOON: Duration = Duration::from_secs(20);

/// A process that serves sockets alone.
struct Process {
    env: Env,
    url: String,
    session: SessionId,
    workspace: WorkspaceId,
}

impl Process {
    async fn start(house: &House, env: Env, hub: Hub) -> Self {
        let inside = house.set_up_or_in().await;
        let token = inside["token"].as_str().expect("a token");
        let membership = &inside["me"]["memberships"][0];
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}/live", listener.local_addr().expect("an address"));
        let router = live::routes().with_state(state(&env, hub));
        tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            session: token::read(&house.env, token).expect("ours").session,
            workspace: serde_json::from_value(membership["workspace"].clone()).expect("an id"),
            env,
            url,
        }
    }

    /// A socket that has caught up.
    async fn open(&self) -> Socket {
        let (mut socket, cursor) = self.drawn().await;
        say(&mut socket, &ClientFrame::Resume { cursor }).await;
        assert_eq!(
            next(&mut socket).await.expect("a word")["type"],
            "caught_up"
        );
        socket
    }

    /// A socket that has said nothing yet, and the place where the feed ends.
    async fn drawn(&self) -> (Socket, FeedCursor) {
        let entered = self
            .env
            .db
            .member(self.session, self.workspace, Role::Agent);
        let mut tenant = entered.await.expect("a member");
        let drawn = tickets::ticket(&self.env, &mut tenant, self.session).await;
        let cursor = event::end(&mut tenant).await.expect("a place");
        tenant.commit().await.expect("drawn");
        let mut request = self.url.as_str().into_client_request().expect("a request");
        let headers = request.headers_mut();
        headers.insert("origin", ORIGIN.parse().expect("a header"));
        let protocol = format!("postern.v1, {}", drawn.expect("a ticket"));
        headers.insert("sec-websocket-protocol", protocol.parse().expect("one"));
        let (socket, _) = connect_async(request).await.expect("it opens");
        (socket, cursor)
    }

    /// Tells callers of something, and then pages of something else.
    async fn tell(&self) -> Event {
        let mut tenant = self.env.db.operator(self.workspace).await.expect("enters");
        sqlx::query(
            r#"INSERT INTO event (workspace_id, at, body)
               VALUES ($1, now(), '{"type":"callers","kind":"payment.received","object":"contact:1","data":{}}')"#,
        )
        .bind(self.workspace.0)
        .execute(tenant.conn())
        .await
        .expect("told");
        let side = Event::Side {
            what: Side::Contact,
            id: self.env.id(),
        };
        event::record(&self.env, &mut tenant, &side)
            .await
            .expect("told");
        tenant.commit().await.expect("committed");
        side
    }

    /// As another process would: nothing rings here.
    async fn quietly(&self, sql: &'static str) {
        let mut tenant = self.env.db.operator(self.workspace).await.expect("enters");
        let done = sqlx::query(sql).execute(tenant.conn()).await;
        assert_eq!(done.expect("it runs").rows_affected(), 1);
        tenant.commit().await.expect("done");
    }
}

async fn say(socket: &mut Socket, frame: &ClientFrame) {
    let text = serde_json::to_string(frame).expect("JSON");
    socket.send(Message::text(text)).await.expect("sent");
}

/// The next frame that is no event and no beat; none when the socket ends. What was made before may still come: the
/// feed's end stands below whatever writes anywhere in the tests' cluster.
async fn next(socket: &mut Socket) -> Option<Value> {
    loop {
        let frame = any(socket).await?;
        if frame["type"] != "event" && frame["type"] != "beat" {
            return Some(frame);
        }
    }
}

/// The next frame, whatever it is; none when the socket ends.
async fn any(socket: &mut Socket) -> Option<Value> {
    loop {
        match timeout(SOON, socket.next()).await.expect("in time")? {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// The next event that tells pages beside the inbox; nothing before it is for callers alone.
async fn side(socket: &mut Socket) -> Event {
    loop {
        let frame = any(socket).await.expect("it stays open");
        assert!(!frame.to_string().contains("payment.received"), "{frame}");
        if frame["type"] == "event" && frame["event"]["type"] == "side" {
            return serde_json::from_value(frame["event"].clone()).expect("an event");
        }
    }
}

async fn ends(mut socket: Socket) {
    assert_eq!(next(&mut socket).await.expect("a word")["type"], "bye");
    assert_eq!(next(&mut socket).await, None);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_socket_ends_with_its_session_or_membership_though_another_process_ended_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let hub = Hub::beating(house.env.clone(), Duration::from_millis(20));
    let process = Process::start(&house, house.env.clone(), hub).await;
    let mut removed = process.open().await;
    // A page's script sees no ping: it hears in words that the line is not dead.
    while any(&mut removed).await.expect("it stays open")["type"] != "beat" {}
    process
        .quietly("UPDATE member SET removed_at = now()")
        .await;
    ends(removed).await;
    process.quietly("UPDATE member SET removed_at = NULL").await;
    let signed_out = process.open().await;
    process
        .quietly("UPDATE session SET ended_at = now(), end_reason = 'sign_out'")
        .await;
    ends(signed_out).await;
    // PostgreSQL waits for who is connected before it drops the database.
    process.env.db.close().await;
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_socket_ends_when_its_sessions_seven_days_are_over(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    // A moment before the end; the clock of the house stands, so the session ends seven days from there.
    let late = house.env.now() + time::Duration::days(7) - time::Duration::milliseconds(50);
    let env = Env {
        clock: Arc::new(Stopped(late)),
        ..house.env.clone()
    };
    let process = Process::start(&house, env.clone(), Hub::new(env)).await;
    ends(process.open().await).await;
    process.env.db.close().await;
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_page_that_says_too_much_is_heard_less_often_and_costs_nobody_the_feed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let hub = Hub::new(house.env.clone());
    let process = Process::start(&house, house.env.clone(), hub).await;
    let mut colleague = process.open().await;
    let mut rude = process.open().await;
    let here: ConversationId = house.env.id();
    let replying = |conversation, typing| ClientFrame::Replying {
        conversation: Some(conversation),
        typing,
    };
    for turn in 0..3000 {
        say(&mut rude, &replying(here, turn % 2 == 0)).await;
    }
    let there: ConversationId = house.env.id();
    say(&mut rude, &replying(there, true)).await;
    let mut heard = 0;
    loop {
        let word = next(&mut colleague).await.expect("it stays open");
        assert_eq!(word["type"], "replying");
        heard += 1;
        if word["conversation"] == there.to_string() {
            break;
        }
    }
    assert!(heard < 100, "{heard} words");
    process.env.db.close().await;
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn what_is_for_callers_alone_goes_to_no_socket_whether_it_catches_up_or_listens(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let hub = Hub::new(house.env.clone());
    let process = Process::start(&house, house.env.clone(), hub).await;
    let (mut socket, cursor) = process.drawn().await;
    let before = process.tell().await;
    say(&mut socket, &ClientFrame::Resume { cursor }).await;
    // What the feed's horizon hides yet comes after the word that it has caught up.
    assert_eq!(side(&mut socket).await, before);
    let after = process.tell().await;
    assert_eq!(side(&mut socket).await, after);
    process.env.db.close().await;
}
