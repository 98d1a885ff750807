//! Server functions are counted by session and workspace, and wait for their workspace's turn.

use super::refusal;
use crate::state::AppState;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use postern_app::{
    error::ApiError,
    ssr::{Caller, Entered},
};
use postern_domain::limit::Subject;
use postern_types::{SessionId, WorkspaceId};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

/// Pairs that are remembered; beyond it all are forgotten, and come in once more on their person's own account.
const REMEMBERED: usize = 50_000;

/// Which sessions came into which workspaces. A request only claims one: counting it there before it was let in would
/// let a stranger use up another workspace's share.
#[derive(Default)]
pub struct Entries(Mutex<HashSet<(SessionId, WorkspaceId)>>);

impl Entries {
    fn holds(&self, entry: (SessionId, WorkspaceId)) -> bool {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.contains(&entry)
    }

    /// What a call's answer tells. One that came in nowhere, as with bad input, says nothing of the workspace unless it
    /// was not let in.
    fn note(&self, entry: (SessionId, WorkspaceId), entered: bool, status: StatusCode) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !entered {
            // Who is refused for their rank alone comes in with their next call.
            if matches!(
                status,
                StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED
            ) {
                held.remove(&entry);
            }
            return;
        }
        if held.len() >= REMEMBERED {
            held.clear();
        }
        held.insert(entry);
    }
}

/// Stands behind the guard: what carries no [`Caller`] is no call.
pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().copied() else {
        return next.run(request).await;
    };
    let entry = caller.workspace.map(|named| (caller.session, named));
    let limits = &state.limits;
    let known = entry.filter(|entry| limits.entered.holds(*entry));
    let subjects = [
        Some(Subject::session(caller.session)),
        known.map(|(_, workspace)| Subject::workspace(workspace)),
    ];
    for subject in subjects.into_iter().flatten() {
        if let Err(error) = limits.limiter.take(&state.env, subject).await {
            return refusal(error.into(), false);
        }
    }
    let whose = known.map_or(caller.account.0, |(_, workspace)| workspace.0);
    let Some(turn) = limits.calls.turn(whose).await else {
        return refusal(ApiError::Unavailable, false);
    };
    state.env.intake.somebody_works();
    let entered = Entered::default();
    request.extensions_mut().insert(entered.clone());
    let answer = next.run(request).await;
    drop(turn);
    if let Some(entry) = entry {
        let status = answer.status();
        limits.entered.note(entry, entered.is_told(), status);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_pair_is_forgotten_when_it_is_not_let_in_and_not_when_a_call_goes_wrong_before() {
        let entries = Entries::default();
        let pair = (SessionId(Uuid::nil()), WorkspaceId(Uuid::nil()));
        for (entered, status, holds) in [
            (false, StatusCode::OK, false),
            (true, StatusCode::NOT_FOUND, true),
            (false, StatusCode::FORBIDDEN, false),
            (true, StatusCode::OK, true),
            (false, StatusCode::UNAUTHORIZED, false),
            (true, StatusCode::OK, true),
            (false, StatusCode::UNPROCESSABLE_ENTITY, true),
            (false, StatusCode::SERVICE_UNAVAILABLE, true),
            (false, StatusCode::NOT_FOUND, false),
        ] {
            entries.note(pair, entered, status);
            assert_eq!(entries.holds(pair), holds, "{entered} {status}");
        }
    }
}
