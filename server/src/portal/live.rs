//! What an open page hears: that something of it changed, and that the visit is over. What changed it reads itself.
//!
//! A bell of the workspace's feed makes this look, every few seconds at most; without one it looks by itself. Each look enters
//! anew, so that no page outlives its link by more than a beat, whatever bell was lost.

use super::guest::Guest;
use crate::{address::Client, limit, state::AppState};
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue},
    response::{
        IntoResponse as _, Response,
        sse::{Event, Sse},
    },
};
use futures::{FutureExt as _, Stream, stream};
use postern_app::error::ApiError;
use postern_domain::{
    Env, Error,
    portal::{self, Rung, Visit, page},
};
use std::{convert::Infallible, time::Duration};
use tokio::time::{Instant, sleep_until};

/// Between two looks, at least: a busy workspace rings all the time, and most of it is about others.
const APART: Duration = Duration::from_secs(2);

/// Follows a visit until it ends or the page is gone.
pub async fn follow(State(state): State<AppState>, guest: Guest, client: Client) -> Response {
    let env = guest.env.clone();
    let began = async {
        let visit = guest.visit().await?;
        // Before the first look: what happens meanwhile is heard.
        let watch = portal::watch(&env, &visit).await?;
        let mark = mark(&env, &visit).await?;
        Ok((visit, watch, mark))
    };
    let (visit, watch, mark) = match began.await {
        Ok(began) => began,
        Err(Error::Unauthorized) => {
            let over = stream::iter([Ok::<_, Infallible>(ended())]);
            return dressed(Sse::new(over).into_response());
        }
        Err(error) => return guest.told(error).into_response(),
    };
    let Some(place) = state.limits.streams.watch(client.address, watch.link()) else {
        return ApiError::Unavailable.into_response();
    };
    let following = Following {
        env,
        visit,
        watch,
        mark,
        looked: Instant::now(),
        greeted: false,
        _place: place,
    };
    dressed(Sse::new(events(following)).into_response())
}

async fn mark(env: &Env, visit: &Visit) -> Result<String, Error> {
    let mut tenant = portal::enter(env, visit).await?;
    let mark = page::mark(&mut tenant).await?;
    tenant.commit().await?;
    Ok(mark)
}

/// Some proxies keep an answer until it is whole.
fn dressed(mut answer: Response) -> Response {
    answer.headers_mut().insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    answer
}

fn ended() -> Event {
    Event::default().event("ended").data("1")
}

struct Following {
    env: Env,
    visit: Visit,
    watch: portal::Watch,
    mark: String,
    looked: Instant,
    greeted: bool,
    _place: limit::Watch,
}

fn events(following: Following) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(Some(following), |following| async move {
        let mut following = following?;
        if !std::mem::replace(&mut following.greeted, true) {
            // The browser knows at once that it is heard.
            return Some((Ok(Event::default().comment("here")), Some(following)));
        }
        following.wait().await;
        let (event, goes_on) = following.look().await;
        Some((Ok(event), goes_on.then_some(following)))
    })
}

impl Following {
    /// Until something may be to be told. An end is looked at when it rings, news every few seconds.
    async fn wait(&mut self) {
        if self.watch.rung().await == Rung::Right {
            return;
        }
        let apart = self.looked + APART;
        tokio::select! {
            () = sleep_until(apart) => {}
            () = over(&mut self.watch) => {}
        }
    }

    /// What there is to be told, and whether anything follows.
    async fn look(&mut self) -> (Event, bool) {
        self.looked = Instant::now();
        // All that has rung until now is looked at by this one look.
        while self.watch.rung().now_or_never() == Some(Rung::News) {}
        match mark(&self.env, &self.visit).await {
            Ok(mark) if mark == self.mark => {}
            Ok(mark) => {
                self.mark = mark;
                return (Event::default().event("changed").data("1"), true);
            }
            Err(Error::Unauthorized) => return (ended(), false),
            // It is tried again at the next bell.
            Err(error) => {
                tracing::warn!(%error, "an open page of the portal could not be looked after");
            }
        }
        (Event::default().comment("still here"), true)
    }
}

/// Until the visit may be over.
async fn over(watch: &mut portal::Watch) {
    while watch.rung().await != Rung::Right {}
}
