//! A client brings a document: a form of several parts, whose file goes into the store as it comes.

use super::{
    guest::{Guest, of, onward},
    task::{again, outcome},
};
use crate::{limit, state::AppState};
use axum::{
    extract::{
        Multipart, Path, State,
        multipart::{Field, MultipartRejection},
        rejection::PathRejection,
    },
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use futures::{StreamExt as _, stream};
use postern_app::{
    portal::{Draft, Said, Told},
    words::portal as words,
};
use postern_domain::{
    Error,
    file::{Bringer, LARGEST_PAPER, Paper, admit_paper, receive_paper},
    portal::{self, Visit, page},
};
use postern_types::{DocumentId, TaskId};
use std::time::Duration;
use tokio::time::timeout;

/// Bytes of the form beside its file.
const BESIDE: u64 = 64 * 1024;
/// Bytes of a request, as the route holds it: so much over the largest document that one which is too large is told so, by the
/// piece that makes it that.
pub const BODY: u64 = LARGEST_PAPER + 1024 * 1024 + BESIDE;
/// For how long the rest of a file that is refused may come all the same, within [`BODY`]: a browser that is cut off while it
/// sends shows no answer.
const BORNE: Duration = Duration::from_secs(10);

/// Takes the file of a form in as a document of that task.
pub async fn take(
    State(state): State<AppState>,
    guest: Guest,
    task: Result<Path<TaskId>, PathRejection>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let Ok(Path(task)) = task else {
        return guest.say(StatusCode::NOT_FOUND, &Said::NotFound);
    };
    let came = match guest.visit().await {
        Ok(visit) => bring(&state, &guest, &visit, task, &headers, form).await,
        Err(error) => Err(Fault::Told(error)),
    };
    let (status, told) = match came {
        Ok(()) => return onward(&format!("/portal/tasks/{task}?done=document#documents")),
        Err(Fault::Old) => (StatusCode::FORBIDDEN, Told::Badly(words::FORM_OLD.into())),
        Err(Fault::Told(error)) => match outcome(&guest, error) {
            Ok(told) => told,
            Err(error) => return guest.fault(error),
        },
    };
    again(&guest, task, status, &Draft::default(), Some(told)).await
}

enum Fault {
    /// The form is not of this visit.
    Old,
    Told(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Told(error)
    }
}

/// The parts come in the order in which they stand in the form: whose it is and what the file is for are known before it, and
/// nobody takes a place who is not in, or whose form is not their own.
async fn bring(
    state: &AppState,
    guest: &Guest,
    visit: &Visit,
    task: TaskId,
    headers: &HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(), Fault> {
    let broken = || Error::invalid("file", words::UPLOAD_FAILED);
    let size = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|size| size.to_str().ok())
        .and_then(|size| size.parse::<u64>().ok());
    let link = {
        let mut tenant = portal::enter(&state.env, visit).await?;
        let link = page::link(&mut tenant).await?;
        tenant.commit().await?;
        link
    };
    let mut form = form.map_err(|_| broken())?;
    let (mut own, mut asked) = (false, None);
    while let Some(mut field) = form.next_field().await.map_err(|_| broken())? {
        match field.name().unwrap_or_default() {
            "twin" if !own => {
                let twin = short(&mut field).await.ok_or(Fault::Old)?;
                own = guest.is_own(of(visit), &twin);
                if !own {
                    return Err(Fault::Old);
                }
            }
            _ if !own => return Err(Fault::Old),
            "document" if asked.is_none() => {
                let id = short(&mut field).await.and_then(|id| id.parse().ok());
                asked = Some(DocumentId(id.ok_or(Error::NotFound)?));
            }
            "file" => {
                let name = field.file_name().map(str::to_owned);
                if name.as_deref().unwrap_or_default().is_empty() {
                    return Err(Error::invalid("file", words::NO_FILE).into());
                }
                let paper = Paper {
                    task,
                    asked,
                    internal: false,
                    claimed: field.content_type().unwrap_or_default().to_owned(),
                    name,
                    // Of the whole form: what is more than a document and its form may have holds no document.
                    size: size.filter(|size| *size > LARGEST_PAPER + BESIDE),
                };
                let by = Bringer::Client(*visit);
                let place = limit::uploads::enter_client(state, visit.workspace, link)
                    .await
                    .map_err(|_| Error::Unavailable)?;
                let taken = async {
                    let admitted = admit_paper(&state.env, by, paper).await?;
                    let _place = limit::uploads::enter(state, visit.workspace)
                        .await
                        .map_err(|_| Error::Unavailable)?;
                    let pieces = stream::poll_fn(|cx| field.poll_next_unpin(cx));
                    receive_paper(&state.env, admitted, pieces).await
                };
                let taken = taken.await;
                drop(place);
                if taken.is_err() && size.is_some_and(|size| size <= BODY) {
                    pour_out(&mut field).await;
                }
                return taken.map(|_| ()).map_err(Fault::from);
            }
            // No form of ours has it.
            _ => return Err(broken().into()),
        }
    }
    if own {
        return Err(Error::invalid("file", words::NO_FILE).into());
    }
    Err(Fault::Old)
}

/// A field of a few words; none when it is longer.
async fn short(field: &mut Field<'_>) -> Option<String> {
    const MOST: usize = 256;
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.ok()? {
        if bytes.len() + piece.len() > MOST {
            return None;
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).ok()
}

/// Lets the rest of it come, for a while; no place is held for it.
async fn pour_out(field: &mut Field<'_>) {
    let rest = async { while let Ok(Some(_)) = field.chunk().await {} };
    // Whatever has not come by then is cut off.
    let _ = timeout(BORNE, rest).await;
}
