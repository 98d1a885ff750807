//! Media: uploads, what a file is, and the file itself.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt as _, stream};
use serde_json::{Value, json};

use super::{bearer, check_number, check_version};
use crate::failure::GraphError;
use crate::media::{Attachment, Quirk, Stored};
use crate::meta::Meta;
use crate::world::World;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
/// So long has the first half of a download to leave.
const LEAVES: Duration = Duration::from_millis(50);
/// Above all limits there is one for the whole request.
pub(super) const MOST: usize = 101 * MIB;

/// What may be uploaded, and how large at most.
#[rustfmt::skip]
const KINDS: [(&str, usize); 22] = [
    ("image/jpeg", 5 * MIB), ("image/png", 5 * MIB),
    ("image/webp", 500 * KIB),
    ("video/mp4", 16 * MIB), ("video/3gpp", 16 * MIB),
    ("audio/aac", 16 * MIB), ("audio/amr", 16 * MIB), ("audio/mpeg", 16 * MIB), ("audio/mp4", 16 * MIB),
    ("audio/ogg", 16 * MIB), ("audio/opus", 16 * MIB),
    ("text/plain", 100 * MIB), ("text/csv", 100 * MIB), ("application/pdf", 100 * MIB), ("application/json", 100 * MIB),
    ("application/msword", 100 * MIB), ("application/vnd.ms-excel", 100 * MIB), ("application/vnd.ms-powerpoint", 100 * MIB),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", 100 * MIB),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 100 * MIB),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", 100 * MIB),
    ("application/vnd.oasis.opendocument.text", 100 * MIB),
];

/// `POST /{version}/{number}/media`.
pub(super) async fn upload(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Json<Value>, GraphError> {
    check_number(&meta.world(), &headers, "post", &version, &id)?;
    let form = form.map_err(|_| GraphError::parameter("The parameter file is required."))?;
    let file = read(form).await?;
    let media_id = file.id.clone();
    let mut world = meta.world();
    let now = world.now_ms();
    let waba_id = world
        .number(&id)
        .map(|(account, _)| account.waba_id.clone())
        .unwrap_or_default();
    world.media.keep(&waba_id, file, true, now);
    Ok(Json(json!({ "id": media_id })))
}

async fn read(mut form: Multipart) -> Result<Attachment, GraphError> {
    let (mut product, mut mime, mut file) = (None, None, None);
    let broken = |_| GraphError::parameter("The request body is not a valid form.");
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "messaging_product" => product = Some(field.text().await.map_err(broken)?),
            "type" => mime = Some(field.text().await.map_err(broken)?),
            "file" => {
                mime = mime.or_else(|| field.content_type().map(str::to_owned));
                file = Some(field.bytes().await.map_err(broken)?);
            }
            _ => {}
        }
    }
    if product.as_deref() != Some("whatsapp") {
        return Err(GraphError::parameter(
            "The parameter messaging_product is required.",
        ));
    }
    let file = file.ok_or_else(|| GraphError::parameter("The parameter file is required."))?;
    let mime = mime.ok_or_else(|| GraphError::parameter("The parameter type is required."))?;
    check(&mime, &file)?;
    Ok(Attachment::from_bytes(&mime, file))
}

fn check(mime: &str, file: &Bytes) -> Result<(), GraphError> {
    let plain = mime.split(';').next().unwrap_or_default().trim();
    let Some(&(_, most)) = KINDS.iter().find(|(kind, _)| *kind == plain) else {
        let all = KINDS.map(|(kind, _)| kind);
        return Err(GraphError::parameter(format!(
            "Param file must be a file with one of the following types: {}. Received file of type '{mime}'.",
            all.join(", ")
        )));
    };
    if file.is_empty() {
        return Err(GraphError::code(131_053).details("The file is empty."));
    }
    if file.len() > most {
        return Err(GraphError::parameter(format!(
            "Param file must be a file with size in the range of 1 byte to {most} bytes. Received file of size {}.",
            file.len()
        )));
    }
    Ok(())
}

/// What `GET /{version}/{id}` tells of a file; `None` when the id is not a file's of an account that the token opens.
pub(super) fn info(
    meta: &Meta,
    headers: &HeaderMap,
    id: &str,
) -> Result<Option<Value>, GraphError> {
    let mut world = meta.world();
    Ok(owned(&world, headers, id)?
        .then(|| {
            let now = world.now_ms();
            world.media.info(&meta.base, id, now)
        })
        .flatten())
}

/// `DELETE /{version}/{media}`.
pub(super) async fn delete(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, GraphError> {
    check_version(&version)?;
    let mut world = meta.world();
    if !owned(&world, &headers, &id)? {
        return Err(GraphError::no_such_object("delete", &id));
    }
    world.media.forget(&id);
    Ok(Json(json!({ "success": true })))
}

fn owned(world: &World, headers: &HeaderMap, id: &str) -> Result<bool, GraphError> {
    let opened = world.opened_by(bearer(headers))?;
    let stored = world.media.get(id, world.now_ms());
    Ok(stored.is_some_and(|stored| {
        opened
            .iter()
            .any(|account| account.waba_id == stored.waba_id)
    }))
}

/// `GET /media/{token}`: the file, for a bearer whose token opens the account it came to.
pub(super) async fn download(
    State(meta): State<Arc<Meta>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let stored = {
        let world = meta.world();
        let Ok(opened) = world.opened_by(bearer(&headers)) else {
            return StatusCode::UNAUTHORIZED.into_response();
        };
        let stored = world.media.at(&token, world.now_ms());
        stored
            .filter(|stored| {
                opened
                    .iter()
                    .any(|account| account.waba_id == stored.waba_id)
            })
            .cloned()
    };
    let Some(Stored { file, .. }) = stored else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mime = match &file.quirk {
        Some(Quirk::Gone) => return StatusCode::NOT_FOUND.into_response(),
        Some(Quirk::Redirect(to)) => {
            return (StatusCode::FOUND, [(header::LOCATION, to.clone())]).into_response();
        }
        Some(Quirk::Served(mime)) => mime.clone(),
        _ => file.mime.clone(),
    };
    let (length, body) = body(file);
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    (headers, body).into_response()
}

/// The length that is promised, and what comes.
fn body(file: Attachment) -> (u64, Body) {
    let whole = file.bytes.len() as u64;
    let first = file.bytes.slice(..file.bytes.len() / 2);
    let second = file.bytes.slice(file.bytes.len() / 2..);
    match file.quirk {
        Some(Quirk::Slow(ms)) => {
            let rest = stream::once(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                Ok(second)
            });
            let halves = stream::once(async { Ok::<_, std::io::Error>(first) }).chain(rest);
            (whole, Body::from_stream(halves))
        }
        Some(Quirk::CutOff) => {
            // The first half must have left before the line breaks.
            let rest = stream::once(async {
                tokio::time::sleep(LEAVES).await;
                Err(std::io::ErrorKind::ConnectionAborted.into())
            });
            let halves = stream::once(async { Ok::<_, std::io::Error>(first) }).chain(rest);
            (whole, Body::from_stream(halves))
        }
        Some(Quirk::Large(length)) => (length, Body::from_stream(zeros(length))),
        _ => (whole, Body::from(file.bytes)),
    }
}

fn zeros(length: u64) -> impl Stream<Item = std::io::Result<Bytes>> {
    const PIECE: usize = 64 * KIB;
    let piece = Bytes::from(vec![0; PIECE]);
    stream::iter((0..length).step_by(PIECE)).map(move |from| {
        let left = usize::try_from(length - from).unwrap_or(PIECE);
        Ok(piece.slice(..left.min(PIECE)))
    })
}
