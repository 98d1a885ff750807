//! What is uploaded: counted by session and workspace, some at once of each person and workspace, and none that trickles.

use super::{Place, Places, refusal, within};
use crate::state::AppState;
use axum::{
    BoxError,
    body::Body,
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use futures::{StreamExt as _, stream};
use postern_app::{error::ApiError, ssr::Caller};
use postern_domain::limit::Subject;
use postern_types::{AccountId, LinkId, WorkspaceId};
use std::{
    sync::Arc,
    task::{Poll, ready},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, timeout, timeout_at},
};

/// Uploads at once: each holds some megabytes until it is stored.
const MOST: usize = 16;
/// Those of one person, in all their sessions.
const A_PERSON: usize = 4;
/// Those by one link, however often it was opened; by all links of one workspace; and by all together. The last ones that are
/// free go to workspaces that have fewest: three that bring as much as they may leave places for others.
const A_LINK: usize = 2;
const A_WORKSPACES_LINKS: usize = 3;
const LINKS: usize = 8;
/// Clients that wait for a place, and how long; of one link as many as may bring something at once.
const WAITING: usize = 64;
const PATIENCE: Duration = Duration::from_secs(5);
/// Those into one workspace: its clients have half of them at most.
const A_WORKSPACE: usize = 6;
/// The longest silence.
const SILENCE: Duration = Duration::from_secs(30);
/// Bytes a second, on the average, after the first half minute: less is no line that anybody works on.
const PACE: u64 = 32 * 1024;
/// From the first byte of what a client brings to its last, at whatever pace: 25 MB need fourteen at [`PACE`], which is
/// longer than a place is lent for.
const CLIENT_TIME: Duration = Duration::from_mins(10);

/// Who may upload how much at once.
pub struct Uploads {
    people: Places<AccountId>,
    links: Places<LinkId>,
    hosts: Places<WorkspaceId>,
    workspaces: Places<WorkspaceId>,
    /// Clients that wait for one of the links' places, which are told when one is free again.
    waiting: Places<LinkId>,
    freed: Arc<Notify>,
    patience: Duration,
}

/// A client's place, for as long as their document comes.
pub struct Brings {
    places: Option<(Place<LinkId>, Place<WorkspaceId>)>,
    freed: Arc<Notify>,
}

impl Drop for Brings {
    fn drop(&mut self) {
        // First it is free, then that is told.
        drop(self.places.take());
        self.freed.notify_waiters();
    }
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            people: Places::new(MOST),
            links: Places::new(LINKS),
            hosts: Places::new(LINKS),
            workspaces: Places::new(MOST),
            waiting: Places::new(WAITING),
            freed: Arc::default(),
            patience: PATIENCE,
        }
    }
}

impl Uploads {
    fn of_person(&self, account: AccountId) -> Option<Place<AccountId>> {
        self.people.take(account, A_PERSON)
    }

    fn of_link(&self, workspace: WorkspaceId, link: LinkId) -> Option<Brings> {
        let link = self.links.take(link, A_LINK)?;
        let host = self.hosts.take_leaving(workspace, A_WORKSPACES_LINKS)?;
        Some(Brings {
            places: Some((link, host)),
            freed: Arc::clone(&self.freed),
        })
    }

    /// The same, once there is one; none when there is none for some seconds, or too many wait.
    async fn turn_of_link(&self, workspace: WorkspaceId, link: LinkId) -> Option<Brings> {
        if let Some(brings) = self.of_link(workspace, link) {
            return Some(brings);
        }
        let _waits = self.waiting.take(link, A_LINK)?;
        let turn = async {
            loop {
                let freed = self.freed.notified();
                tokio::pin!(freed);
                // From here on no place that becomes free is missed.
                freed.as_mut().enable();
                if let Some(brings) = self.of_link(workspace, link) {
                    return brings;
                }
                freed.await;
            }
        };
        timeout(self.patience, turn).await.ok()
    }

    fn of_workspace(&self, workspace: WorkspaceId) -> Option<Place<WorkspaceId>> {
        self.workspaces.take(workspace, A_WORKSPACE)
    }
}

/// Whether the request brings a file, contacts, a logo or a document.
pub fn is_one(request: &Request) -> bool {
    let path = request.uri().path();
    let by_member = matches!(path, "/files" | "/files/import" | "/files/logo")
        || path.starts_with("/files/task/");
    let by_client = path.starts_with("/portal/tasks/") && path.ends_with("/documents");
    request.method() == Method::POST && (by_member || by_client)
}

/// Stands behind the guard: who uploads is somebody.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().copied() else {
        return refusal(ApiError::Unauthorized, false);
    };
    let limits = &state.limits;
    let subject = Subject::session(caller.session);
    if let Err(error) = limits.limiter.take(&state.env, subject).await {
        return refusal(error.into(), false);
    }
    let Some(place) = limits.uploads.of_person(caller.account) else {
        return refusal(ApiError::Unavailable, false);
    };
    let answer = next.run(request.map(at_pace)).await;
    drop(place);
    answer
}

/// Stands before a client's upload, which is known to be somebody's once its cookie was read.
pub async fn client_layer(request: Request, next: Next) -> Response {
    let request = within(request.map(at_pace), CLIENT_TIME);
    next.run(request.map(in_turns)).await
}

/// One of the places of a client's link, for whom is known to be behind its PIN, after some seconds of waiting for it; clients
/// have places of their own, so that they hold up no member.
pub async fn enter_client(
    state: &AppState,
    workspace: WorkspaceId,
    link: LinkId,
) -> Result<Brings, ApiError> {
    let place = state.limits.uploads.turn_of_link(workspace, link).await;
    place.ok_or(ApiError::Unavailable)
}

/// Counts an upload for the workspace that its member was let into, and takes one of the workspace's places, which it holds
/// until its end. Before that the request only claims a workspace, which uses up nothing of it.
pub async fn enter(
    state: &AppState,
    workspace: WorkspaceId,
) -> Result<Place<WorkspaceId>, ApiError> {
    let limits = &state.limits;
    let subject = Subject::workspace(workspace);
    limits.limiter.take(&state.env, subject).await?;
    let place = limits.uploads.of_workspace(workspace);
    place.ok_or(ApiError::Unavailable)
}

/// The same body, which breaks off when it stops coming, or comes too slowly.
fn at_pace(body: Body) -> Body {
    let begun = Instant::now();
    let pieces = Some((body.into_data_stream(), 0_u64));
    Body::from_stream(stream::unfold(pieces, move |at| async move {
        let (mut pieces, came) = at?;
        let deadline = deadline(begun, Instant::now(), came);
        match timeout_at(deadline, pieces.next()).await {
            Ok(Some(Ok(piece))) => {
                let came = came.saturating_add(piece.len() as u64);
                Some((Ok(piece), Some((pieces, came))))
            }
            Ok(Some(Err(error))) => Some((Err(BoxError::from(error)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(BoxError::from("the file came too slowly")), None)),
        }
    }))
}

/// The same body, piece by piece: who reads a form of several parts takes all that is ready at once, which from a fast sender
/// is the whole file.
fn in_turns(body: Body) -> Body {
    let mut pieces = body.into_data_stream();
    let mut rests = false;
    Body::from_stream(stream::poll_fn(move |context| {
        if std::mem::take(&mut rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = ready!(pieces.poll_next_unpin(context));
        rests = true;
        Poll::Ready(piece)
    }))
}

/// When the next piece has to be there, of a body that began then and of which that much came by now.
fn deadline(begun: Instant, now: Instant, came: u64) -> Instant {
    let earned = Duration::from_secs(came / PACE);
    (now + SILENCE).min(begun + SILENCE + earned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use uuid::Uuid;

    #[test]
    fn silence_is_borne_for_half_a_minute_and_a_trickle_no_longer() {
        let begun = Instant::now();
        let left = |after_s, came| {
            let now = begun + Duration::from_secs(after_s);
            deadline(begun, now, came)
                .saturating_duration_since(now)
                .as_secs()
        };
        for (after_s, came, left_s) in [
            // Whoever has just begun, or is ahead of their pace, may be silent for as long as anybody.
            (0, 0, 30),
            (10, 100 * PACE, 30),
            (100, 100 * PACE, 30),
            (110, 100 * PACE, 20),
            // Too slow on the whole.
            (130, 100 * PACE, 0),
            (60, 1024, 0),
            (29, 0, 1),
        ] {
            assert_eq!(
                left(after_s, came),
                left_s,
                "{came} bytes after {after_s} s"
            );
        }
    }

    #[test]
    fn a_person_and_a_workspace_have_so_many_uploads_at_once_and_leave_others_theirs() {
        let uploads = Uploads::default();
        let person = |nth| uploads.of_person(AccountId(Uuid::from_u128(nth)));
        let mut held: Vec<_> = (0..9).filter_map(|_| person(1)).collect();
        assert_eq!(held.len(), 4);
        held.extend((2..99).filter_map(person));
        assert_eq!(held.len(), 16, "all of them");
        held.clear();
        assert!(person(1).is_some());

        let workspace = |nth| uploads.of_workspace(WorkspaceId(Uuid::from_u128(nth)));
        let mut held: Vec<_> = (0..9).filter_map(|_| workspace(1)).collect();
        assert_eq!(held.len(), 6);
        held.extend((0..9).filter_map(|_| workspace(2)));
        assert_eq!(held.len(), 12);
        held.clear();
        assert!(workspace(1).is_some());
    }

    #[test]
    fn a_link_and_the_links_of_a_workspace_have_so_many_uploads_at_once_and_leave_others_theirs() {
        let uploads = Uploads::default();
        let bring = |workspace, link| {
            let workspace = WorkspaceId(Uuid::from_u128(workspace));
            uploads.of_link(workspace, LinkId(Uuid::from_u128(link)))
        };
        let mut held: Vec<_> = (0..9).filter_map(|_| bring(1, 1)).collect();
        assert_eq!(held.len(), 2);
        held.extend((2..99).filter_map(|link| bring(1, link)));
        assert_eq!(held.len(), 3);
        held.extend((100..199).filter_map(|link| bring(2, link)));
        assert_eq!(held.len(), 6, "three of each of two workspaces");
        // The last two go to workspaces that have none.
        held.extend((200..299).filter_map(|link| bring(3, link)));
        assert_eq!(held.len(), 7);
        held.extend((300..399).filter_map(|link| bring(4, link)));
        assert_eq!(held.len(), 8);
        assert!(bring(5, 400).is_none(), "all of them");
        held.clear();
        // What was refused has kept nothing.
        assert!(bring(1, 99).is_some() && bring(3, 200).is_some());
    }

    #[tokio::test]
    async fn a_client_waits_for_a_place_and_not_for_ever_and_whoever_has_none_comes_before_who_has()
    {
        let patience = Duration::from_millis(80);
        let uploads = Uploads {
            patience,
            ..Uploads::default()
        };
        let of = |workspace, link| {
            let workspace = WorkspaceId(Uuid::from_u128(workspace));
            uploads.turn_of_link(workspace, LinkId(Uuid::from_u128(link)))
        };
        let mut held = Vec::new();
        for (workspace, link) in [
            (1, 1),
            (1, 1),
            (1, 2),
            (2, 3),
            (2, 3),
            (2, 4),
            (3, 5),
            (4, 6),
        ] {
            held.push(of(workspace, link).await.expect("a place"));
        }
        let begun = Instant::now();
        assert!(of(5, 7).await.is_none());
        assert!(begun.elapsed() >= patience);
        // One of the first workspace ends: another one of the third waits longer, and a newcomer has the place.
        let (second, first, ()) = tokio::join!(of(3, 8), of(5, 7), async {
            tokio::task::yield_now().await;
            held.remove(0);
        });
        assert!(first.is_some() && second.is_none());
        // No more wait by one link than may bring.
        let mut held: Vec<_> = std::iter::once(first).flatten().chain(held).collect();
        let (one, two, three) = tokio::join!(of(5, 7), of(5, 7), of(5, 7));
        assert!(one.is_none() && two.is_none() && three.is_none());
        held.clear();
        assert!(of(5, 7).await.is_some());
    }

    #[tokio::test]
    async fn a_body_that_comes_is_left_as_it_is() {
        let pieces = ["a ", "file"].map(Ok::<_, BoxError>);
        let body = in_turns(at_pace(Body::from_stream(stream::iter(pieces))));
        let whole = body.collect().await;
        assert_eq!(whole.expect("it comes").to_bytes(), "a file");
    }
}
