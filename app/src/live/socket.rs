//! The socket: opened with a fresh ticket, resumed from the last place, reopened for as long as the page lives.

mod commands;
mod watch;

pub use commands::{Command, Commands};

use super::{Live, Presence, api, apply};
use crate::{browser, error::ApiError};
use commands::Inbound;
use futures::{
    SinkExt, StreamExt,
    future::{Either, select},
};
use gloo_net::websocket::{Message, futures::WebSocket};
use leptos::prelude::*;
use postern_types::{ClientFrame, ListRequest, ServerFrame};
use std::pin::pin;

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
    /// The session ended.
    Ended,
}

/// Why a connection came to its end.
enum End {
    /// The page was left.
    Stop,
    /// Lost, or to be opened anew.
    Again,
    /// The network went away: wait until it is back.
    Offline,
    /// Something about the session changed.
    Bye,
}

const FIRST_WAIT_MS: u32 = 200;
const LONGEST_WAIT_MS: u32 = 15_000;

/// Runs until the owner of `live` is cleaned up.
pub fn start(live: Live, mut commands: Inbound) {
    watch::start(live, live.commands);
    let stop = live.commands;
    on_cleanup(move || stop.send(Command::Stop));
    leptos::task::spawn_local(async move {
        let mut wait = FIRST_WAIT_MS;
        loop {
            let end = run(live, &mut commands, &mut wait).await;
            // The owner may be gone: nothing of `live` is touched after a stop.
            let link = match end {
                Ok(End::Stop) => return,
                Ok(End::Offline) => Link::Offline,
                // The client has tried a refresh already; a place that is gone answers like one that never was.
                Err(ApiError::Unauthorized | ApiError::Forbidden | ApiError::NotFound) => {
                    let _ = live.link.try_set(Link::Ended);
                    return;
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
    match live.inbox.try_with_untracked(|inbox| inbox.loaded) {
        Some(true) => {}
        Some(false) => load(live).await?,
        None => return Ok(End::Stop),
    }
    let ticket = api::ticket().await?;
    let Some(cursor) = live
        .inbox
        .try_with_untracked(|inbox| inbox.cursor.clone())
        .flatten()
    else {
        return Ok(End::Stop);
    };
    let Ok(mut socket) = WebSocket::open_with_protocols(&address(), &["postern.v1", &ticket])
    else {
        return Ok(End::Again);
    };
    if !say(&mut socket, &ClientFrame::Resume { cursor }).await {
        return Ok(End::Again);
    }
    if let Some(place) = commands.place() {
        say(&mut socket, &place).await;
    }
    loop {
        let next = match select(socket.next(), pin!(commands.next())).await {
            Either::Left((frame, _)) => Either::Left(frame),
            Either::Right((command, _)) => Either::Right(command),
        };
        match next {
            Either::Left(Some(Ok(Message::Text(text)))) => {
                let Ok(frame) = serde_json::from_str::<ServerFrame>(&text) else {
                    // A newer server's frame: what it says comes with the next snapshot.
                    continue;
                };
                if let Some(end) = take(live, frame, wait).await? {
                    return Ok(end);
                }
            }
            Either::Left(Some(Ok(Message::Bytes(_)))) => {}
            Either::Left(Some(Err(_)) | None) => return Ok(End::Again),
            Either::Right(command) => match command {
                None | Some(Command::Stop) => return Ok(End::Stop),
                Some(Command::Offline) => return Ok(End::Offline),
                Some(Command::Wake) => {
                    *wait = FIRST_WAIT_MS;
                    return Ok(End::Again);
                }
                Some(Command::Say(frame)) => {
                    if !say(&mut socket, &frame).await {
                        return Ok(End::Again);
                    }
                }
            },
        }
    }
}

/// Takes one frame; an end when the connection is over.
async fn take(live: Live, frame: ServerFrame, wait: &mut u32) -> Result<Option<End>, ApiError> {
    match frame {
        ServerFrame::Event { cursor, event } => {
            let heard = live.inbox.try_update(|inbox| {
                inbox.cursor = Some(cursor);
                apply::apply(inbox, *event)
            });
            match heard {
                None => return Ok(Some(End::Stop)),
                Some(Some(message)) if live.link.get_untracked() == Link::Live => {
                    live.heard.set(Some(message));
                }
                Some(_) => {}
            }
        }
        ServerFrame::CaughtUp { cursor } => {
            *wait = FIRST_WAIT_MS;
            live.inbox.update(|inbox| inbox.cursor = Some(cursor));
            live.link.set(Link::Live);
        }
        ServerFrame::Replying {
            member,
            conversation,
            typing,
        } => live
            .presence
            .update(|all| all.moved(member, conversation, typing)),
        ServerFrame::Reload => {
            load(live).await?;
            return Ok(Some(End::Again));
        }
        ServerFrame::Bye => return Ok(Some(End::Bye)),
    }
    Ok(None)
}

/// Reads everything anew. What the reader is typing lives elsewhere and stays.
async fn load(live: Live) -> Result<(), ApiError> {
    let Some(looking_at) = live.looking_at.try_get_untracked() else {
        return Ok(());
    };
    let request = ListRequest {
        search: String::new(),
        after: None,
        ..looking_at
    };
    let snapshot = api::snapshot(request.clone()).await?;
    if live
        .inbox
        .try_update(|inbox| inbox.load(&request, snapshot))
        .is_some()
    {
        live.epoch.update(|epoch| *epoch += 1);
    }
    Ok(())
}

async fn say(socket: &mut WebSocket, frame: &ClientFrame) -> bool {
    let Ok(text) = serde_json::to_string(frame) else {
        return false;
    };
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
