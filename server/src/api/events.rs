//! The feed: everything that happens, in its order, as webhooks tell it.

use super::{gate::Call, page::Asked, problem::Problem};
use axum::Json;
use postern_domain::{
    Error,
    event::{self, Told},
};
use postern_types::FeedCursor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// The word for the end of the feed, from which somebody reads on who wants nothing of what was.
const LATEST: &str = "latest";

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct Happened {
    /// Its id, the same as its webhook's.
    #[schema(example = "evt_0a1b2c3d4e5f60718293a4b5c6d7e8f9")]
    id: String,
    /// Its kind, as endpoints choose them.
    #[schema(example = "message.received")]
    r#type: &'static str,
    /// When it happened.
    #[schema(format = DateTime)]
    timestamp: String,
    /// Ids and content; fields may come to it.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<Told> for Happened {
    fn from(told: Told) -> Self {
        Self {
            timestamp: told.timestamp(),
            r#type: told.kind.as_str(),
            id: told.id,
            data: told.data,
        }
    }
}

/// Events in their order.
#[derive(Serialize, ToSchema)]
pub struct Events {
    /// What happened, the oldest first; it may be empty though more follows.
    data: Vec<Happened>,
    /// Where to read on, as `after`. It is there also at the end; it does not age.
    next: String,
    /// Whether more stands ready now. If not, ask again in a while.
    more: bool,
}

/// From where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// `next` of the answer before; `latest` for the end; without it, the oldest event that is kept.
    after: Option<String>,
}

/// Events after a place, up to 200 at once. No event is skipped, and each is told once: what commits later comes later.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "Events", params(Place),
    responses(
        (status = 200, body = Events),
        (
            status = 409, description = "The place is not in this feed.", body = Problem,
            content_type = "application/problem+json"
        )
    )
)]
pub async fn read(call: Call, Asked(place): Asked<Place>) -> Result<Json<Events>, Problem> {
    let mut tenant = call.enter().await?;
    let after = match place.after {
        None => event::beginning(&mut tenant, OffsetDateTime::UNIX_EPOCH).await?,
        Some(word) if word == LATEST => event::end(&mut tenant).await?,
        Some(cursor) => FeedCursor(cursor),
    };
    let reading = event::read(&mut tenant, &after).await.map_err(moved)?;
    let (mut data, mut next) = (Vec::with_capacity(reading.entries.len()), after);
    for entry in reading.entries {
        if let Some(told) = event::told(&mut tenant, &entry).await? {
            data.push(told.into());
        }
        next = entry.cursor;
    }
    tenant.commit().await?;
    Ok(Json(Events {
        data,
        next: reading.end.unwrap_or(next).0,
        more: reading.more,
    }))
}

/// A place that is none, or of a database that was restored since.
fn moved(error: Error) -> Problem {
    match error {
        Error::Conflict(_) => Error::conflict(
            "This place is not in the feed: it is no `next` of an answer, or the database was restored since. Read from the \
             oldest event, without `after`, or from the end, with `after=latest`.",
        )
        .into(),
        other => other.into(),
    }
}
