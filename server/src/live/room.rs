//! One workspace's room: the feed is read once for all its sockets.

use super::place::Place;
use axum::extract::ws::Utf8Bytes;
use postern_domain::{
    Env, Error, Result,
    event::{self, Position},
};
use postern_types::{ConversationId, FeedCursor, MemberId, ServerFrame, WorkspaceId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::{Notify, broadcast, watch};

/// What goes to every socket of a room.
#[derive(Clone, Debug)]
pub enum News {
    /// An event of the feed, ready to be sent.
    Event(Position, Utf8Bytes),
    /// What their readers may see has changed: every socket has its page read everything anew.
    Anew(Position),
    /// The feed could not be read on: every socket reads for itself.
    Gap,
}

/// Which socket says that its member looks or types where, ready to be sent to all the others who see that conversation.
#[derive(Clone, Debug)]
pub struct Word {
    /// Whose.
    pub socket: u64,
    /// Its member.
    pub member: MemberId,
    /// Where they are; none when they left.
    pub conversation: Option<ConversationId>,
    /// The frame.
    pub text: Utf8Bytes,
}

/// Where a socket's member is.
#[derive(Clone, Copy)]
struct Presence {
    member: MemberId,
    conversation: ConversationId,
    typing: bool,
}

/// A room, open for as long as a socket is in it.
pub struct Room {
    bell: Notify,
    /// Whether it has a place in the feed, from which on it tells everything.
    placed: watch::Sender<bool>,
    news: broadcast::Sender<News>,
    /// Apart from the news: what is missed of it is missed, and costs nobody the feed.
    words: broadcast::Sender<Word>,
    present: Mutex<HashMap<u64, Presence>>,
}

/// Before the next look when the feed could not be read.
const AGAIN: Duration = Duration::from_secs(1);
/// When something was committed that the horizon still hides.
const SOON: Duration = Duration::from_millis(4);

impl Room {
    /// Opens a room and begins to read its feed.
    pub fn open(env: Env, workspace: WorkspaceId) -> Arc<Self> {
        let room = Arc::new(Self {
            bell: Notify::new(),
            placed: watch::Sender::new(false),
            news: broadcast::Sender::new(1024),
            words: broadcast::Sender::new(256),
            present: Mutex::default(),
        });
        tokio::spawn(pump(Arc::downgrade(&room), env, workspace));
        room
    }

    /// The feed has grown.
    pub fn wake(&self) {
        self.bell.notify_one();
    }

    /// Ends once it has a place in the feed. Who listens and reads the feed after that misses nothing; before it, what was
    /// committed behind the own reading and before the room's place would be told by neither.
    pub async fn placed(&self) {
        // The sender is the room's own.
        let _ = self.placed.subscribe().wait_for(|placed| *placed).await;
    }

    /// Everything from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Where the members of other sockets are, from now on.
    pub fn overhear(&self) -> broadcast::Receiver<Word> {
        self.words.subscribe()
    }

    /// Tells the others where a socket's member is; nowhere when they left.
    pub fn present(&self, socket: u64, member: MemberId, place: Place) {
        let Place {
            conversation,
            typing,
        } = place;
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        match conversation {
            Some(conversation) => {
                present.insert(
                    socket,
                    Presence {
                        member,
                        conversation,
                        typing,
                    },
                );
            }
            None => {
                present.remove(&socket);
            }
        }
        drop(present);
        let text = frame(&ServerFrame::Replying {
            member,
            socket,
            conversation,
            typing,
        });
        // An empty room hears nothing.
        let _ = self.words.send(Word {
            socket,
            member,
            conversation,
            text,
        });
    }

    /// Where everybody else is, by their sockets, for one that has just come.
    pub fn others(&self, member: MemberId) -> Vec<(u64, ConversationId, ServerFrame)> {
        let present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let others = present.iter().filter(|(_, other)| other.member != member);
        others
            .map(|(socket, other)| {
                let told = ServerFrame::Replying {
                    member: other.member,
                    socket: *socket,
                    conversation: Some(other.conversation),
                    typing: other.typing,
                };
                (*socket, other.conversation, told)
            })
            .collect()
    }

    fn tell(&self, news: News) {
        // An empty room hears nothing.
        let _ = self.news.send(news);
    }
}

/// A frame as text.
pub fn frame(frame: &ServerFrame) -> Utf8Bytes {
    serde_json::to_string(frame).unwrap_or_default().into()
}

/// An event's frame, without taking its body apart again.
pub fn event_frame(cursor: &FeedCursor, body: &str) -> Utf8Bytes {
    format!(
        r#"{{"type":"event","cursor":"{}","event":{body}}}"#,
        cursor.0
    )
    .into()
}

/// Reads the feed on behalf of a room until nobody is in it.
async fn pump(room: Weak<Room>, env: Env, workspace: WorkspaceId) {
    let mut cursor = None;
    let mut failing = false;
    loop {
        let wait = match read_on(&room, &env, workspace, &mut cursor).await {
            Ok(more) => {
                failing = false;
                if more { SOON } else { env.wake.idle() }
            }
            Err(error) => {
                if !failing {
                    tracing::warn!(workspace.id = %workspace, %error, "the feed cannot be read; trying again");
                }
                failing = true;
                // A place that is void is left for the newest; the sockets look for themselves.
                if matches!(error, Error::Conflict(_)) {
                    cursor = None;
                }
                if let Some(room) = room.upgrade() {
                    room.placed.send_replace(cursor.is_some());
                    room.tell(News::Gap);
                }
                AGAIN
            }
        };
        let Some(room) = room.upgrade() else { return };
        room.placed.send_replace(cursor.is_some());
        // A bell that rang meanwhile is kept: nothing is slept through.
        let _ = tokio::time::timeout(wait, room.bell.notified()).await;
    }
}

async fn read_on(
    room: &Weak<Room>,
    env: &Env,
    workspace: WorkspaceId,
    cursor: &mut Option<FeedCursor>,
) -> Result<bool> {
    let mut tenant = env.db.live(workspace).await?;
    let from = match cursor.take() {
        Some(from) => from,
        None => event::end(&mut tenant).await?,
    };
    let cursor = cursor.insert(from);
    let reading = event::read(&mut tenant, cursor).await?;
    tenant.commit().await?;
    for entry in reading.entries {
        if let Some(room) = room.upgrade()
            && !entry.is_for_callers()
        {
            room.tell(if entry.anew {
                News::Anew(entry.position)
            } else {
                News::Event(entry.position, event_frame(&entry.cursor, &entry.body))
            });
        }
        *cursor = entry.cursor;
    }
    Ok(reading.more)
}
