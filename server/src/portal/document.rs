//! A document, to be saved by whom it is shared with.

use super::guest::Guest;
use crate::files::{self, Manner};
use axum::{
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use postern_app::portal::Said;
use postern_domain::{Error, file::link::of_document};
use postern_types::DocumentId;

/// Gives it as an attachment that runs nothing.
pub async fn give(
    guest: Guest,
    document: Result<Path<DocumentId>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Path(document)) = document else {
        return guest.say(StatusCode::NOT_FOUND, &Said::NotFound);
    };
    let found = async {
        let (_, mut tenant) = guest.enter().await?;
        let served = of_document(&guest.env, &mut tenant, document).await?;
        tenant.commit().await?;
        Ok::<_, Error>(served)
    };
    let served = match found.await {
        Ok(served) => served,
        Err(error) => return guest.fault(error),
    };
    match files::answer(&guest.env, served, &headers, Manner::Saved).await {
        Ok(answer) => answer,
        Err(error) => {
            let said = Said::Fault(error.to_string());
            guest.say(StatusCode::INTERNAL_SERVER_ERROR, &said)
        }
    }
}
