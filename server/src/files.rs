//! Files to and from an agent's browser.

mod import;
mod logo;
mod paper;
mod range;

use crate::{limit, state::AppState};
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use futures::TryStreamExt as _;
use postern_app::{error::ApiError, ssr::Caller};
use postern_domain::{
    Env, Error,
    file::{self, Asked, link::Served},
};
use postern_types::{ConversationId, FileView};
use range::Part;
use serde::Deserialize;

/// Where files are had. Public: the token in the path is the credential, and stands in no log.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/files/{token}", get(give))
        .route("/files/logo/{token}", get(logo::give))
}

/// Where files are brought, with an access token.
pub fn uploads() -> Router<AppState> {
    Router::new()
        .route("/files", post(take))
        .route("/files/import", post(import::take))
        .route("/files/logo", post(logo::take))
        .route("/files/task/{task}", post(paper::take))
}

#[derive(Deserialize)]
struct Brought {
    conversation: ConversationId,
    name: Option<String>,
}

/// Takes the body in as a file for a message of that conversation.
async fn take(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    query: Result<Query<Brought>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<FileView>, ApiError> {
    let Ok(Query(brought)) = query else {
        return Err(
            Error::invalid("conversation", "Say which conversation the file is for.").into(),
        );
    };
    let workspace = caller.workspace.ok_or(Error::NotFound)?;
    let asked = Asked {
        conversation: brought.conversation,
        name: brought.name,
        claimed: text(&headers, &header::CONTENT_TYPE)
            .unwrap_or_default()
            .to_owned(),
        size: text(&headers, &header::CONTENT_LENGTH).and_then(|size| size.parse().ok()),
    };
    let admitted = file::admit(&state.env, caller.session, workspace, asked).await?;
    let place = limit::uploads::enter(&state, workspace).await?;
    let view = file::receive(&state.env, admitted, body.into_data_stream()).await?;
    drop(place);
    Ok(Json(view))
}

async fn give(
    State(env): State<Env>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let served = file::link::open(&env, &token).await?;
    answer(&env, served, &headers, Manner::AsItMay).await
}

/// How a file is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Shown where that runs nothing.
    AsItMay,
    /// To be saved, whatever it is, and kept by no browser.
    Saved,
}

/// A file, or the part of it that is asked for.
pub(crate) async fn answer(
    env: &Env,
    served: Served,
    headers: &HeaderMap,
    manner: Manner,
) -> Result<Response, ApiError> {
    if text(headers, &header::IF_NONE_MATCH).is_some_and(|known| known == served.tag) {
        let mut answer = StatusCode::NOT_MODIFIED.into_response();
        dress(&mut answer, &served, manner);
        return Ok(answer);
    }
    let size = served.size;
    let (status, range) = match range::of(headers, size, &served.tag) {
        Part::Whole => (StatusCode::OK, 0..size),
        Part::Of(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Beyond => {
            let of = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, of).into_response());
        }
    };
    let mut answer = (
        status,
        [(
            header::CONTENT_LENGTH,
            (range.end - range.start).to_string(),
        )],
    )
        .into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let of = format!(
            "bytes {}-{}/{size}",
            range.start,
            range.end.saturating_sub(1)
        );
        insert(&mut answer, header::CONTENT_RANGE, &of);
    }
    dress(&mut answer, &served, manner);
    let bytes = served.read(env, range).await?;
    *answer.body_mut() = Body::from_stream(bytes.inspect_err(|error| {
        tracing::error!(%error, "a file could not be given in whole");
    }));
    Ok(answer)
}

/// What a browser may do with it: show it where that runs nothing, else save it; never guess at its type, act upon it, or
/// keep it for longer than its link is good.
fn dress(answer: &mut Response, served: &Served, manner: Manner) {
    let shown = file::is_shown(&served.mime);
    let mime = if shown {
        served.mime.as_str()
    } else {
        "application/octet-stream"
    };
    let inline = shown && manner == Manner::AsItMay;
    let disposition = disposition(inline, served.name.as_deref());
    let kept = match manner {
        Manner::AsItMay => format!("private, max-age={}", served.fresh_s),
        Manner::Saved => "no-store".to_owned(),
    };
    insert(answer, header::ACCEPT_RANGES, "bytes");
    for (name, value) in [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::ETAG, served.tag.as_str()),
        (header::CACHE_CONTROL, kept.as_str()),
    ] {
        insert(answer, name, value);
    }
    shut_in(answer);
}

/// Whatever it is, it runs nothing, is taken for nothing else, and shows on no other site.
pub(crate) fn shut_in(answer: &mut Response) {
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        insert(answer, name, value);
    }
}

pub(crate) fn insert(answer: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// RFC 6266, with the name twice: for what reads UTF-8 (RFC 8187), and in plain letters for what does not.
fn disposition(shown: bool, name: Option<&str>) -> String {
    let how = if shown { "inline" } else { "attachment" };
    let Some(name) = name else {
        return how.to_owned();
    };
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let plainly = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let whole: String = name
        .bytes()
        .map(|byte| {
            if plainly(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_along_without_breaking_out_of_its_header() {
        for (shown, name, expected) in [
            (true, None, "inline"),
            (false, None, "attachment"),
            (
                false,
                Some("a b.pdf"),
                "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf",
            ),
            (
                false,
                Some("x\"; filename=\"evil.exe"),
                "attachment; filename=\"x__ filename__evil.exe\"; filename*=UTF-8''x%22%3B%20filename%3D%22evil.exe",
            ),
            (
                true,
                Some("été.png"),
                "inline; filename=\"_t_.png\"; filename*=UTF-8''%C3%A9t%C3%A9.png",
            ),
            (
                true,
                Some("a\r\nSet-Cookie: b"),
                "inline; filename=\"a__Set-Cookie_ b\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b",
            ),
        ] {
            assert_eq!(disposition(shown, name), expected);
        }
    }
}
