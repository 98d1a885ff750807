//! A request's body comes in time or not at all.

use axum::{
    BoxError,
    body::{Body, HttpBody as _},
    extract::Request,
};
use futures::{StreamExt as _, stream};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The same request, whose body breaks off when it has not come whole after `patience`, however steadily it trickles.
pub fn within(request: Request, patience: Duration) -> Request {
    let deadline = Instant::now() + patience;
    request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        let pieces = Some(body.into_data_stream());
        Body::from_stream(stream::unfold(pieces, move |pieces| async move {
            let mut pieces = pieces?;
            match timeout_at(deadline, pieces.next()).await {
                Ok(piece) => match piece? {
                    Ok(piece) => Some((Ok(piece), Some(pieces))),
                    Err(error) => Some((Err(BoxError::from(error)), None)),
                },
                Err(_) => Some((Err(BoxError::from("the body did not come in time")), None)),
            }
        }))
    })
}
