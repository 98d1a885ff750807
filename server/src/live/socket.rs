//! One open socket, from its ticket to its end.

use super::{
    hub::{Hub, Recheck},
    room::{News, Room, event_frame, frame},
};
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use postern_domain::{
    Env, Error,
    event::{self, Position},
};
use postern_types::{ClientFrame, FeedCursor, MemberId, Role, ServerFrame, SessionId, WorkspaceId};
use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::broadcast,
    time::{Instant, timeout},
};

/// Who was let in.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// The session that drew the ticket.
    pub session: SessionId,
    /// The workspace it was drawn for.
    pub workspace: WorkspaceId,
    /// The member it speaks for.
    pub member: MemberId,
}

const FIRST_FRAME: Duration = Duration::from_secs(10);
const PING: Duration = Duration::from_secs(25);
const SILENT: Duration = Duration::from_secs(70);
/// A reader that takes longer for one frame is cut off, and comes back with its cursor.
const SEND: Duration = Duration::from_secs(10);

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Why a socket ends.
enum End {
    /// The other side left, or does not read.
    Gone,
    /// The right to listen is over.
    Bye,
    /// Its place in the feed is void.
    Reload,
}

struct Open {
    socket: WebSocket,
    env: Env,
    pass: Pass,
    number: u64,
    room: Arc<Room>,
    /// Everything up to here was sent.
    cursor: FeedCursor,
    position: Position,
    heard: Instant,
}

/// Serves a socket until it ends.
pub async fn run(mut socket: WebSocket, env: Env, hub: Hub, pass: Pass) {
    // Listen before reading: what happens in between is in one of the two.
    let rechecks = hub.rechecks();
    let room = hub.room(pass.workspace);
    let news = room.listen();
    let Ok(Some(cursor)) = timeout(FIRST_FRAME, first_frame(&mut socket)).await else {
        return;
    };
    let Ok(position) = event::position(&cursor) else {
        let _ = socket
            .send(Message::Text(frame(&ServerFrame::Reload)))
            .await;
        return;
    };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let heard = Instant::now();
    let mut open = Open {
        socket,
        env,
        pass,
        number,
        room,
        cursor,
        position,
        heard,
    };
    let end = open.serve(news, rechecks).await;
    open.room.present(number, pass.member, None, false);
    let last = match end {
        End::Gone => return,
        End::Bye => ServerFrame::Bye,
        End::Reload => ServerFrame::Reload,
    };
    let _ = timeout(SEND, open.socket.send(Message::Text(frame(&last)))).await;
}

async fn first_frame(socket: &mut WebSocket) -> Option<FeedCursor> {
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(text) = message {
            return match serde_json::from_str(&text) {
                Ok(ClientFrame::Resume { cursor }) => Some(cursor),
                _ => None,
            };
        }
    }
    None
}

impl Open {
    async fn serve(
        &mut self,
        mut news: broadcast::Receiver<News>,
        mut rechecks: broadcast::Receiver<Recheck>,
    ) -> End {
        if let ControlFlow::Break(end) = self.welcome().await {
            return end;
        }
        let mut pings = tokio::time::interval(PING);
        loop {
            let step = tokio::select! {
                heard = news.recv() => self.pass_on(heard).await,
                whose = rechecks.recv() => self.recheck(whose).await,
                message = self.socket.recv() => self.hear(message),
                _ = pings.tick() => self.ping().await,
            };
            if let ControlFlow::Break(end) = step {
                return end;
            }
        }
    }

    async fn welcome(&mut self) -> ControlFlow<End> {
        self.catch_up().await?;
        self.send(frame(&ServerFrame::CaughtUp {
            cursor: self.cursor.clone(),
        }))
        .await?;
        for other in self.room.others(self.pass.member) {
            self.send(frame(&other)).await?;
        }
        ControlFlow::Continue(())
    }

    /// Sends what stands in the feed behind the socket's place.
    async fn catch_up(&mut self) -> ControlFlow<End> {
        loop {
            let reading = async {
                let mut tenant = self
                    .env
                    .db
                    .member(self.pass.session, self.pass.workspace, Role::Agent)
                    .await?;
                let reading = event::read(&mut tenant, &self.cursor).await?;
                tenant.commit().await?;
                Ok::<_, Error>(reading)
            };
            match reading.await {
                Ok(reading) => {
                    let full = reading.entries.len() == event::PAGE;
                    for entry in reading.entries {
                        self.send(event_frame(&entry.cursor, &entry.body)).await?;
                        self.cursor = entry.cursor;
                        self.position = entry.position;
                    }
                    // What the horizon hides yet comes through the room, which reads on behind it.
                    if !full {
                        return ControlFlow::Continue(());
                    }
                }
                Err(error) => return ControlFlow::Break(end_of(&error)),
            }
        }
    }

    async fn pass_on(
        &mut self,
        news: Result<News, broadcast::error::RecvError>,
    ) -> ControlFlow<End> {
        match news {
            Ok(News::Event(position, text)) => {
                if position > self.position {
                    self.position = position;
                    self.send(text).await?;
                }
                ControlFlow::Continue(())
            }
            Ok(News::Presence(socket, text)) => {
                if socket != self.number {
                    self.send(text).await?;
                }
                ControlFlow::Continue(())
            }
            // Too slow for the room, or the room itself has a gap: the browser comes back with its own cursor.
            Ok(News::Gap) | Err(_) => ControlFlow::Break(End::Gone),
        }
    }

    async fn recheck(
        &mut self,
        whose: Result<Recheck, broadcast::error::RecvError>,
    ) -> ControlFlow<End> {
        if matches!(whose, Ok(Recheck::Session(session)) if session != self.pass.session) {
            return ControlFlow::Continue(());
        }
        match self
            .env
            .db
            .member(self.pass.session, self.pass.workspace, Role::Agent)
            .await
        {
            Ok(tenant) => match tenant.commit().await {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(end_of(&error)),
            },
            Err(error) => ControlFlow::Break(end_of(&error)),
        }
    }

    fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> ControlFlow<End> {
        self.heard = Instant::now();
        match message {
            Some(Ok(Message::Text(text))) => {
                // What is not understood comes from a newer page: it is passed over.
                if let Ok(ClientFrame::Replying {
                    conversation,
                    typing,
                }) = serde_json::from_str(&text)
                {
                    self.room
                        .present(self.number, self.pass.member, conversation, typing);
                }
                ControlFlow::Continue(())
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(End::Gone),
            Some(Ok(_)) => ControlFlow::Continue(()),
        }
    }

    async fn ping(&mut self) -> ControlFlow<End> {
        if self.heard.elapsed() > SILENT {
            return ControlFlow::Break(End::Gone);
        }
        self.put(Message::Ping(axum::body::Bytes::new())).await?;
        // A page's script sees no ping: it needs a frame to know that the line is not dead.
        self.send(frame(&ServerFrame::Beat)).await
    }

    async fn send(&mut self, text: Utf8Bytes) -> ControlFlow<End> {
        self.put(Message::Text(text)).await
    }

    async fn put(&mut self, message: Message) -> ControlFlow<End> {
        match timeout(SEND, self.socket.send(message)).await {
            Ok(Ok(())) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(End::Gone),
        }
    }
}

fn end_of(error: &Error) -> End {
    match error {
        Error::Unauthorized | Error::NotFound | Error::Forbidden => End::Bye,
        Error::Conflict(_) => End::Reload,
        _ => End::Gone,
    }
}
