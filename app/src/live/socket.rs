//! The socket: opened with a fresh ticket, resumed from the last place, reopened for as long as the page lives.

mod commands;
mod frames;
mod watch;

pub use commands::{Command, Commands};

use super::{Live, Presence, api};
use crate::{browser, error::ApiError, json, session};
use commands::Inbound;
use frames::{Frames, load};
use futures::{
    SinkExt, StreamExt,
    future::{Either, select},
};
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};
use leptos::prelude::*;
use postern_types::{ClientFrame, ServerFrame};
use std::{future::poll_fn, pin::pin};

/// How the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing was read yet.
    Starting,
    /// Changes arrive.
    Live,
    /// Lost; being opened again.
    Lost,
    /// The browser says that there is no network.
    Offline,
}

/// Why a connection came to its end.
enum End {
    /// The page was left.
    Stop,
    /// Lost, or to be opened anew.
    Again,
    /// Somebody asked for a new one, at once.
    Woken,
    /// The network went away: wait until it is back.
    Offline,
    /// Something about the session changed.
    Bye,
}

/// What a connection does next.
enum Next {
    Frame(Option<Result<Message, WebSocketError>>),
    Command(Option<Command>),
    /// What came meanwhile is shown.
    Show,
}

const FIRST_WAIT_MS: u32 = 200;
const LONGEST_WAIT_MS: u32 = 15_000;
/// How long a socket may take to open.
const OPENING_MS: u32 = 15_000;

/// Runs until the owner of `live` is cleaned up.
pub fn start(live: Live, mut commands: Inbound) {
    watch::start(live, live.commands);
    let stop = live.commands;
    on_cleanup(move || stop.send(Command::Stop));
    leptos::task::spawn_local(async move {
        let mut wait = FIRST_WAIT_MS;
        loop {
            // What piled up meanwhile is one request: two wakes open one connection.
            let end = match commands.drain() {
                Some(Command::Stop) => Ok(End::Stop),
                Some(Command::Offline) => Ok(End::Offline),
                _ => run(live, &mut commands, &mut wait).await,
            };
            // The owner may be gone: nothing of `live` is touched after a stop.
            let link = match end {
                Ok(End::Stop) => return,
                Ok(End::Offline) => Link::Offline,
                // A place that is gone answers like one that never was. The session is told where the person belongs
                // now: then something else stands here, or they are out. Was it given back meanwhile, it goes on.
                Err(ApiError::Unauthorized | ApiError::Forbidden | ApiError::NotFound) => {
                    session::again().await;
                    Link::Lost
                }
                Ok(End::Woken) => {
                    wait = FIRST_WAIT_MS;
                    Link::Lost
                }
                // After a farewell the next ticket needs a session that holds: its call refreshes, or signs out.
                Ok(End::Again | End::Bye) | Err(_) => Link::Lost,
            };
            if live.link.try_set(link).is_some() {
                return;
            }
            live.presence.update(Presence::clear);
            if !pause(&mut commands, link, wait).await {
                return;
            }
            wait = (wait * 2).min(LONGEST_WAIT_MS);
        }
    });
}

/// Waits for the back-off, or until somebody calls; false when the page was left.
async fn pause(commands: &mut Inbound, link: Link, wait: u32) -> bool {
    // Full jitter from a half up: tabs that lost a server together do not come back together.
    let wait = wait / 2 + browser::chance(wait / 2);
    let mut timer = Box::pin(browser::sleep(wait));
    loop {
        let next = commands.next();
        let command = if link == Link::Offline {
            next.await
        } else {
            match select(&mut timer, pin!(next)).await {
                Either::Left(_) => return true,
                Either::Right((command, _)) => command,
            }
        };
        match command {
            None | Some(Command::Stop) => return false,
            Some(Command::Wake) => return true,
            Some(Command::Offline | Command::Say(_)) => {}
        }
    }
}

/// One connection, from the ticket to its end.
async fn run(live: Live, commands: &mut Inbound, wait: &mut u32) -> Result<End, ApiError> {
    live.hear();
    let mut connecting = Box::pin(connect(live));
    let mut socket = loop {
        match select(&mut connecting, pin!(commands.next())).await {
            Either::Left((Ok(socket), _)) => break socket,
            Either::Left((Err(end), _)) => return end,
            Either::Right((command, _)) => {
                if let Some(end) = end_of(command.as_ref()) {
                    return Ok(end);
                }
            }
        }
    };
    if let Some(place) = commands.place() {
        say(&mut socket, &place).await;
    }
    let mut frames = Frames::new(live);
    loop {
        let command = pin!(commands.next());
        let came = select(socket.next(), command);
        let next = match select(came, pin!(frames.due())).await {
            Either::Left((Either::Left((frame, _)), _)) => Next::Frame(frame),
            Either::Left((Either::Right((command, _)), _)) => Next::Command(command),
            Either::Right(_) => Next::Show,
        };
        match next {
            Next::Show => {
                if let Some(end) = frames.show().await {
                    return Ok(end);
                }
            }
            Next::Frame(Some(Ok(message))) => {
                live.hear();
                // What is not understood is a newer server's: what it says comes with the next snapshot.
                if let Message::Text(text) = message
                    && let Ok(frame) = json::read::<ServerFrame>(text.as_bytes())
                    && let Some(end) = frames.take(frame, wait).await?
                {
                    return Ok(end);
                }
            }
            Next::Frame(Some(Err(_)) | None) => return Ok(End::Again),
            Next::Command(command) => {
                if let Some(end) = end_of(command.as_ref()) {
                    return Ok(end);
                }
                if let Some(Command::Say(frame)) = command
                    && !say(&mut socket, &frame).await
                {
                    return Ok(End::Again);
                }
            }
        }
    }
}

/// What a request makes of a connection; none when it goes on.
fn end_of(command: Option<&Command>) -> Option<End> {
    match command {
        None | Some(Command::Stop) => Some(End::Stop),
        Some(Command::Offline) => Some(End::Offline),
        Some(Command::Wake) => Some(End::Woken),
        Some(Command::Say(_)) => None,
    }
}

/// Reads the inbox if need be, and opens a socket at the last place.
async fn connect(live: Live) -> Result<WebSocket, Result<End, ApiError>> {
    match live.inbox.try_with_untracked(|inbox| inbox.loaded) {
        Some(true) => {}
        Some(false) => load(live).await.map_err(Err)?,
        None => return Err(Ok(End::Stop)),
    }
    let ticket = api::ticket().await.map_err(Err)?;
    let Some(cursor) = live
        .inbox
        .try_with_untracked(|inbox| inbox.cursor.clone())
        .flatten()
    else {
        return Err(Ok(End::Stop));
    };
    let Ok(mut socket) = WebSocket::open_with_protocols(&address(), &["postern.v1", &ticket])
    else {
        return Err(Ok(End::Again));
    };
    let resume = ClientFrame::Resume { cursor };
    let late = pin!(browser::sleep(OPENING_MS));
    let resumed = matches!(
        select(pin!(say(&mut socket, &resume)), late).await,
        Either::Left((true, _))
    );
    resumed.then_some(socket).ok_or(Ok(End::Again))
}

async fn say(socket: &mut WebSocket, frame: &ClientFrame) -> bool {
    let Ok(text) = json::write(frame) else {
        return false;
    };
    // One that fails to open gets ready, too, and for what is given to a socket that is going the browser writes a
    // line to its console.
    if poll_fn(|context| socket.poll_ready_unpin(context))
        .await
        .is_err()
        || matches!(socket.state(), State::Closing | State::Closed)
    {
        return false;
    }
    socket.send(Message::Text(text)).await.is_ok()
}

fn address() -> String {
    let scheme = if location().protocol().is_ok_and(|p| p == "http:") {
        "ws"
    } else {
        "wss"
    };
    format!("{scheme}://{}/live", location().host().unwrap_or_default())
}
