//! Sources: other providers that post webhooks to the workspace, and the log of what came.

use super::{
    gate::Call,
    page::{Asked, Id, Page, time},
    problem::Problem,
    write::{Nothing, Write},
};
use axum::{Json, http::StatusCode, response::Response};
use postern_domain::{Env, Result as Done, Tenant, source};
use postern_types::{
    ContactId, SigningSecret, SourceEntryId, SourceEntryRow, SourceForm, SourceId, SourceSecret,
    SourceState, SourceView,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A source.
#[derive(Serialize, ToSchema)]
pub struct Source {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: SourceId,
    /// `stripe` or `generic`.
    provider: String,
    /// What it is for.
    description: String,
    /// Where the provider posts.
    url: String,
    /// When something verified last came.
    #[schema(format = DateTime)]
    last: Option<String>,
    /// What found no contact, counted to 1,000 at most.
    no_contact: i64,
    /// Requests that were refused.
    refused: i64,
    /// When it was made.
    #[schema(format = DateTime)]
    created: String,
}

impl From<SourceView> for Source {
    fn from(view: SourceView) -> Self {
        Self {
            id: view.id,
            provider: view.provider,
            description: view.description,
            url: view.url,
            last: view.last.map(time),
            no_contact: view.no_contact,
            refused: view.refused,
            created: time(view.created),
        }
    }
}

/// A source, with the secret that was made for it: it is told now and never again.
#[derive(Serialize, ToSchema)]
pub struct SourceAndSecret {
    #[serde(flatten)]
    source: Source,
    /// What a generic one signs with (Standard Webhooks); null where the provider made it, or it stays.
    #[schema(value_type = Option<String>, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: Option<SigningSecret>,
}

/// A source to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "provider": "generic", "description": "The shop" }))]
pub struct NewSource {
    /// `stripe` or `generic`.
    provider: String,
    /// What it is for, in one line.
    #[serde(default)]
    #[schema(max_length = 200)]
    description: String,
    /// Stripe's signing secret of the endpoint; a generic one's is made here.
    #[serde(default)]
    secret: Option<String>,
}

/// The sources, the oldest first.
#[utoipa::path(get, path = "/api/v1/sources", tag = "Sources", responses((status = 200, body = Page<Source>)))]
pub async fn list(call: Call) -> Result<Json<Page<Source>>, Problem> {
    let mut tenant = call.enter().await?;
    let all = source::list(&call.env, &mut tenant).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: all.into_iter().map(Into::into).collect(),
        next: None,
    }))
}

/// Makes a source: an address that a provider posts to, signed.
#[utoipa::path(
    post, path = "/api/v1/sources", tag = "Sources", request_body = NewSource, responses((status = 201, body = SourceAndSecret))
)]
pub async fn create(write: Write<NewSource>) -> Result<Response, Problem> {
    write
        .act(StatusCode::CREATED, async |env, tenant, new| {
            let form = SourceForm {
                provider: new.provider,
                description: new.description,
                secret: new.secret,
            };
            let made = source::create(env, tenant, &form).await?;
            Ok(SourceAndSecret {
                source: read(env, tenant, made.id).await?,
                secret: made.secret,
            })
        })
        .await
}

async fn read(env: &Env, tenant: &mut Tenant, id: SourceId) -> Done<Source> {
    source::show(env, tenant, id).await.map(Into::into)
}

/// One source.
#[utoipa::path(
    get, path = "/api/v1/sources/{id}", tag = "Sources", params(("id" = Uuid, Path, description = "The source.")),
    responses((status = 200, body = Source))
)]
pub async fn one(call: Call, Id(id): Id<SourceId>) -> Result<Json<Source>, Problem> {
    let mut tenant = call.enter().await?;
    let source = read(&call.env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(Json(source))
}

/// What is to be changed of a source: what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "description": "The shop" }))]
pub struct SourceChange {
    #[serde(default)]
    #[schema(max_length = 200)]
    description: Option<String>,
    /// The provider's new secret. The one before verifies nothing from then on.
    #[serde(default)]
    secret: Option<String>,
    /// Whether another secret is made, of a generic one.
    #[serde(default)]
    new_secret: bool,
}

/// Changes a source.
#[utoipa::path(
    patch, path = "/api/v1/sources/{id}", tag = "Sources", params(("id" = Uuid, Path, description = "The source.")),
    request_body = SourceChange, responses((status = 200, body = SourceAndSecret))
)]
pub async fn change(Id(id): Id<SourceId>, write: Write<SourceChange>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, change| {
            let was = source::show(env, tenant, id).await?;
            let description = change.description.unwrap_or(was.description);
            let secret = match change.secret {
                Some(secret) => SourceSecret::Take(secret),
                None if change.new_secret => SourceSecret::Make,
                None => SourceSecret::Keep,
            };
            let secret = source::change(env, tenant, id, &description, &secret).await?;
            Ok(SourceAndSecret {
                source: read(env, tenant, id).await?,
                secret,
            })
        })
        .await
}

/// A source that is gone.
#[derive(Serialize, ToSchema)]
pub struct DeletedSource {
    #[schema(value_type = Uuid)]
    id: SourceId,
    /// True.
    deleted: bool,
}

/// Deletes a source: its address is none any more. What came stays in the log.
#[utoipa::path(
    delete, path = "/api/v1/sources/{id}", tag = "Sources", params(("id" = Uuid, Path, description = "The source.")),
    responses((status = 200, body = DeletedSource))
)]
pub async fn delete(Id(id): Id<SourceId>, write: Write<Nothing>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, _| {
            source::delete(env, tenant, id).await?;
            Ok(DeletedSource { id, deleted: true })
        })
        .await
}

/// A request that came, in a list.
#[derive(Serialize, ToSchema)]
pub struct EntryBrief {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: SourceEntryId,
    /// Through which source it came.
    #[schema(value_type = Uuid)]
    source: SourceId,
    /// The provider's own id of it.
    event: Option<String>,
    /// What the provider calls its kind.
    kind: String,
    /// When it came.
    #[schema(format = DateTime)]
    at: String,
    /// `waiting`, `applied`, `repeated`, `ignored`, `no_contact`, `unreadable`, `failed` or `refused`.
    #[schema(value_type = String, example = "applied")]
    state: SourceState,
    /// More of that, in a few words.
    why: String,
    /// Of whom it was noted.
    #[schema(value_type = Option<Uuid>)]
    contact: Option<ContactId>,
}

impl From<SourceEntryRow> for EntryBrief {
    fn from(row: SourceEntryRow) -> Self {
        Self {
            id: row.id,
            source: row.source,
            event: row.event,
            kind: row.kind,
            at: time(row.at),
            state: row.state,
            why: row.why,
            contact: row.contact,
        }
    }
}

/// A request that came.
#[derive(Serialize, ToSchema)]
pub struct Entry {
    #[serde(flatten)]
    brief: EntryBrief,
    /// What came, as it came; null of what was refused.
    body: Option<String>,
}

/// Which are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Those through this source.
    #[param(value_type = Option<Uuid>)]
    source: Option<SourceId>,
    /// Those of which this became.
    #[param(value_type = Option<String>)]
    state: Option<SourceState>,
    /// `next` of the page before.
    after: Option<String>,
}

/// What came through the sources in 90 days, the newest first.
#[utoipa::path(
    get, path = "/api/v1/source_entries", tag = "Sources", params(Which), responses((status = 200, body = Page<EntryBrief>))
)]
pub async fn entries(
    call: Call,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<EntryBrief>>, Problem> {
    let mut tenant = call.enter().await?;
    let after = which.after.as_deref();
    let page = source::entries(&mut tenant, which.source, which.state, after).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.rows.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}

async fn read_entry(env: &Env, tenant: &mut Tenant, id: SourceEntryId) -> Done<Entry> {
    let view = source::entry(env, tenant, id).await?;
    Ok(Entry {
        brief: view.row.into(),
        body: view.body,
    })
}

/// One of them, with what came.
#[utoipa::path(
    get, path = "/api/v1/source_entries/{id}", tag = "Sources", params(("id" = Uuid, Path, description = "The entry.")),
    responses((status = 200, body = Entry))
)]
pub async fn entry(call: Call, Id(id): Id<SourceEntryId>) -> Result<Json<Entry>, Problem> {
    let mut tenant = call.enter().await?;
    let entry = read_entry(&call.env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(Json(entry))
}

/// Has one that found no contact, meant nothing, could not be read or failed be applied again, in a moment.
#[utoipa::path(
    post, path = "/api/v1/source_entries/{id}/apply", tag = "Sources", params(("id" = Uuid, Path, description = "The entry.")),
    responses((status = 202, body = Entry))
)]
pub async fn apply(Id(id): Id<SourceEntryId>, write: Write<Nothing>) -> Result<Response, Problem> {
    write
        .act(StatusCode::ACCEPTED, async |env, tenant, _| {
            source::apply_again(env, tenant, id).await?;
            read_entry(env, tenant, id).await
        })
        .await
}
