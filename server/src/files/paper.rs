//! A member's document for a task.

use super::text;
use crate::{limit, state::AppState};
use axum::{
    Extension, Json,
    body::Body,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, header},
};
use postern_app::{error::ApiError, ssr::Caller};
use postern_domain::{
    Error,
    file::{Bringer, Paper, admit_paper, receive_paper},
};
use postern_types::{DocumentId, FileView, TaskId};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Brought {
    name: Option<String>,
    /// The document that was asked for, when it is one.
    document: Option<DocumentId>,
    /// For members alone.
    #[serde(default)]
    internal: bool,
}

/// Takes the body in as a document of that task.
pub async fn take(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    task: Result<Path<TaskId>, PathRejection>,
    query: Result<Query<Brought>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<FileView>, ApiError> {
    let Ok(Path(task)) = task else {
        return Err(Error::NotFound.into());
    };
    let Ok(Query(brought)) = query else {
        return Err(Error::invalid("document", "Say which document it is, or none.").into());
    };
    let workspace = caller.workspace.ok_or(Error::NotFound)?;
    let paper = Paper {
        task,
        asked: brought.document,
        internal: brought.internal,
        name: brought.name,
        claimed: text(&headers, &header::CONTENT_TYPE)
            .unwrap_or_default()
            .to_owned(),
        size: text(&headers, &header::CONTENT_LENGTH).and_then(|size| size.parse().ok()),
    };
    let by = Bringer::Member(caller.session, workspace);
    let admitted = admit_paper(&state.env, by, paper).await?;
    let place = limit::uploads::enter(&state, workspace).await?;
    let kept = receive_paper(&state.env, admitted, body.into_data_stream()).await?;
    drop(place);
    Ok(Json(kept.file))
}
