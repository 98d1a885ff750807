//! A round of work that is asked for over HTTP: for hosts that keep no worker running, where something calls this every minute
//! instead. A call is signed; without a key in the configuration there is no such address.

use crate::{serve, state::AppState};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
    routing::post,
};
use postern_app::error::ApiError;
use postern_domain::{Env, Error, job, mail};
use serde_json::json;
use std::time::Duration;
use tokio::sync::{Mutex, watch};

/// For how long a round takes up what is due, at most; what it took up it finishes.
const ROUND: Duration = Duration::from_secs(20);
/// How often it looks whether anything is due.
const LOOK: Duration = Duration::from_millis(500);

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/jobs/run", post(run))
        .layer(DefaultBodyLimit::max(1024))
}

async fn run(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    static ONE: Mutex<()> = Mutex::const_new(());
    let Some(key) = &state.jobs else {
        return ApiError::NotFound.into_response();
    };
    if let Err(error) = key.admit(&state.env, "jobs", &headers, &body).await {
        return ApiError::from(error).into_response();
    }
    let Ok(one) = ONE.try_lock() else {
        let busy = Error::conflict("A round is under way in this process: it does what is due.");
        return ApiError::from(busy).into_response();
    };
    // It goes on when whoever called hangs up.
    let env = state.env.clone();
    let round = tokio::spawn(async move {
        let _one = one;
        let (stop, stopped) = watch::channel(false);
        let over = async {
            let more = over(&env).await;
            // Nobody left to tell is as good as told.
            let _ = stop.send(true);
            more
        };
        tokio::join!(serve::everything(env.clone(), 1, stopped), over).1
    });
    match round.await {
        Ok(more) => Json(json!({ "more": more })).into_response(),
        Err(error) => {
            tracing::error!(%error, "a round of work broke; its jobs are taken up again");
            ApiError::Unavailable.into_response()
        }
    }
}

/// Until nothing is due, or the time is over; then more is.
async fn over(env: &Env) -> bool {
    let end = tokio::time::Instant::now() + ROUND;
    while tokio::time::Instant::now() < end {
        tokio::time::sleep(LOOK).await;
        if idle(env).await {
            return false;
        }
    }
    true
}

/// Whether no job and no letter is due now or soon. A database that is away is told of by those who work.
async fn idle(env: &Env) -> bool {
    let later = |next: Option<Duration>| next.is_none_or(|next| next > LOOK);
    let (jobs, letters) = (job::next(env).await, mail::next(env).await);
    matches!((jobs, letters), (Ok(jobs), Ok(letters)) if later(jobs) && later(letters))
}
