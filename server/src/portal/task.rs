//! One task, and comments on it.

use super::guest::{Guest, of, onward};
use axum::{
    Form,
    extract::{
        Path, Query,
        rejection::{FormRejection, PathRejection, QueryRejection},
    },
    http::StatusCode,
    response::Response,
};
use postern_app::{
    portal::{self as view, Draft, Said, Told},
    words::portal as words,
};
use postern_domain::{
    Error,
    portal::{self, page},
};
use postern_types::TaskId;
use serde::Deserialize;

#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// The page of a task.
pub async fn show(
    guest: Guest,
    task: Result<Path<TaskId>, PathRejection>,
    done: Result<Query<Done>, QueryRejection>,
) -> Response {
    let Ok(Path(task)) = task else {
        return guest.say(StatusCode::NOT_FOUND, &Said::NotFound);
    };
    let told = match done.map(|Query(done)| done.done).as_deref() {
        Ok("comment") => Some(Told::Well(words::COMMENTED)),
        Ok("document") => Some(Told::Well(words::BROUGHT)),
        _ => None,
    };
    again(&guest, task, StatusCode::OK, &Draft::default(), told).await
}

/// The same with what was typed and what came of it.
pub async fn again(
    guest: &Guest,
    task: TaskId,
    status: StatusCode,
    draft: &Draft,
    told: Option<Told>,
) -> Response {
    let read = async {
        let (visit, mut tenant) = guest.enter().await?;
        let task = page::task(&guest.env, &mut tenant, task).await?;
        tenant.commit().await?;
        Ok((visit, task))
    };
    match read.await {
        Ok((visit, task)) => {
            let twin = guest.twin(of(&visit));
            let html = view::task(&guest.sheet(&twin), &task, draft, told.as_ref());
            guest.page(status, html)
        }
        Err(error) => guest.fault(error),
    }
}

/// What a client is told of an outcome on the page that they were on; an error that leaves no page is given back.
pub fn outcome(guest: &Guest, error: Error) -> Result<(StatusCode, Told), Error> {
    match error {
        Error::Invalid { reason, .. } => Ok((
            StatusCode::UNPROCESSABLE_ENTITY,
            Told::Badly(reason.into_owned()),
        )),
        Error::Conflict(words) => Ok((StatusCode::CONFLICT, Told::Badly(words.into_owned()))),
        Error::TooMany { retry_after_s } => Ok((
            StatusCode::TOO_MANY_REQUESTS,
            Told::Badly(words::wait(retry_after_s)),
        )),
        Error::Unavailable => Ok((
            StatusCode::SERVICE_UNAVAILABLE,
            Told::Badly(guest.told(Error::Unavailable).to_string()),
        )),
        other => Err(other),
    }
}

#[derive(Deserialize)]
pub struct Written {
    #[serde(default)]
    body: String,
    #[serde(default)]
    twin: String,
}

/// Takes a comment.
pub async fn comment(
    guest: Guest,
    task: Result<Path<TaskId>, PathRejection>,
    form: Result<Form<Written>, FormRejection>,
) -> Response {
    let Ok(Path(task)) = task else {
        return guest.say(StatusCode::NOT_FOUND, &Said::NotFound);
    };
    let visit = match guest.visit().await {
        Ok(visit) => visit,
        Err(error) => return guest.fault(error),
    };
    let Ok(Form(form)) = form else {
        let told = Told::Badly(words::FORM_OLD.into());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return again(&guest, task, status, &Draft::default(), Some(told)).await;
    };
    let draft = Draft { body: form.body };
    if !guest.is_own(of(&visit), &form.twin) {
        let told = Told::Badly(words::FORM_OLD.into());
        return again(&guest, task, StatusCode::FORBIDDEN, &draft, Some(told)).await;
    }
    let written = async {
        let mut tenant = portal::enter(&guest.env, &visit).await?;
        portal::comment(&guest.env, &mut tenant, task, &draft.body).await?;
        tenant.commit().await
    };
    match written.await {
        Ok(()) => onward(&format!("/portal/tasks/{task}?done=comment#comments")),
        Err(error) => match outcome(&guest, error) {
            Ok((status, told)) => again(&guest, task, status, &draft, Some(told)).await,
            Err(error) => guest.fault(error),
        },
    }
}
