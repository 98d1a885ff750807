//! One open socket, from its ticket to its end.

mod others;

use super::{
    company::Company,
    hub::{Hub, Recheck},
    place::{Place, Told},
    room::{News, Room, Word, event_frame, frame},
    sight::Sight,
};
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use postern_domain::{
    Env, Error,
    event::{self, Position},
    live::{self, Pass},
};
use postern_types::{ClientFrame, FeedCursor, ServerFrame};
use std::{
    ops::ControlFlow,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::broadcast,
    time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout},
};

const FIRST_FRAME: Duration = Duration::from_secs(10);
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
    told: Told,
    sight: Sight,
    company: Company,
}

/// What a socket listens to.
struct Ears {
    news: broadcast::Receiver<News>,
    words: broadcast::Receiver<Word>,
    rechecks: broadcast::Receiver<Recheck>,
}

/// Serves a socket until it ends.
pub async fn run(mut socket: WebSocket, env: Env, hub: Hub, pass: Pass) {
    // Listen before reading: what happens in between is in one of the two.
    let rechecks = hub.rechecks();
    let room = hub.room(pass.workspace);
    let ears = Ears {
        news: room.listen(),
        words: room.overhear(),
        rechecks,
    };
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
        told: Told::new(heard),
        sight: Sight::new(&pass, heard),
        company: Company::default(),
    };
    let end = open.serve(ears, hub.beat()).await;
    open.room.present(number, pass.member, Place::default());
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
    async fn serve(&mut self, mut ears: Ears, beat: Duration) -> End {
        // However often it is renewed, a session ends at its time, and its sockets with it.
        let left = (self.pass.ends_at - self.env.now()).try_into();
        let mut over = pin!(sleep_until(Instant::now() + left.unwrap_or(Duration::ZERO)));
        if let ControlFlow::Break(end) = self.welcome().await {
            return end;
        }
        let mut beats = interval_at(Instant::now() + beat, beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                heard = ears.news.recv() => self.pass_on(heard).await,
                () = self.sight.due() => self.catch_up().await,
                word = ears.words.recv() => self.repeat(word).await,
                whose = ears.rechecks.recv() => self.recheck(whose).await,
                message = self.socket.recv() => self.hear(message),
                () = self.told.due() => self.tell().await,
                _ = beats.tick() => self.beat().await,
                () = &mut over => ControlFlow::Break(End::Bye),
            };
            if let ControlFlow::Break(end) = step {
                return end;
            }
        }
    }

    async fn welcome(&mut self) -> ControlFlow<End> {
        // A room that finds no place has a gap, and its sockets come again.
        if timeout(SEND, self.room.placed()).await.is_err() {
            return ControlFlow::Break(End::Gone);
        }
        self.catch_up().await?;
        self.send(frame(&ServerFrame::CaughtUp {
            cursor: self.cursor.clone(),
        }))
        .await?;
        for (socket, conversation, other) in self.room.others(self.pass.member) {
            if self.sees(conversation).await? {
                self.company.moved(socket, true);
                self.send(frame(&other)).await?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Sends what stands in the feed behind the socket's place.
    async fn catch_up(&mut self) -> ControlFlow<End> {
        self.sight.read(Instant::now());
        loop {
            match live::read(&self.env, &self.pass, &self.cursor).await {
                Ok(reading) => {
                    let full = reading.entries.len() == event::PAGE;
                    for entry in reading.entries {
                        if entry.anew {
                            return ControlFlow::Break(End::Reload);
                        }
                        if !entry.is_for_callers() {
                            self.sight.learn(&entry);
                            self.send(event_frame(&entry.cursor, &entry.body)).await?;
                        }
                        self.cursor = entry.cursor;
                        self.position = entry.position;
                    }
                    // What the horizon hides yet comes through the room, which reads on behind it.
                    if !full {
                        if let Some(end) = reading.end {
                            self.skip_to(end);
                        }
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
                if position <= self.position {
                    return ControlFlow::Continue(());
                }
                if self.sight.is_limited() {
                    self.sight.wake();
                    return ControlFlow::Continue(());
                }
                self.position = position;
                self.send(text).await
            }
            Ok(News::Anew(position)) if position > self.position => ControlFlow::Break(End::Reload),
            Ok(News::Anew(_)) => ControlFlow::Continue(()),
            // Too slow for the room, or the room itself has a gap: the browser comes back with its own cursor.
            Ok(News::Gap) | Err(_) => ControlFlow::Break(End::Gone),
        }
    }

    /// All up to there was read, and what was not given is not the reader's to see.
    fn skip_to(&mut self, end: FeedCursor) {
        if let Ok(position) = event::position(&end)
            && position > self.position
        {
            (self.cursor, self.position) = (end, position);
        }
    }

    async fn recheck(
        &mut self,
        whose: Result<Recheck, broadcast::error::RecvError>,
    ) -> ControlFlow<End> {
        // One that missed a bell looks as well.
        if whose.is_ok_and(|whose| !whose.concerns(&self.pass)) {
            return ControlFlow::Continue(());
        }
        self.look().await
    }

    async fn look(&mut self) -> ControlFlow<End> {
        match live::holds(&self.env, &self.pass).await {
            Ok(()) => ControlFlow::Continue(()),
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
                    self.told.hear(Place {
                        conversation,
                        typing,
                    });
                }
                ControlFlow::Continue(())
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(End::Gone),
            Some(Ok(_)) => ControlFlow::Continue(()),
        }
    }

    async fn beat(&mut self) -> ControlFlow<End> {
        if self.heard.elapsed() > SILENT {
            return ControlFlow::Break(End::Gone);
        }
        // Another process may have ended the session or the membership, and its bell may be lost.
        self.look().await?;
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
