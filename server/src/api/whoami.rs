//! What a key is and may do.

use super::{gate::Call, problem::Problem};
use axum::Json;
use postern_types::{KeyId, Scope, WorkspaceId};
use serde::Serialize;
use utoipa::ToSchema;

/// The key that called.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Its workspace.
    #[schema(value_type = Uuid)]
    workspace: WorkspaceId,
    /// The key's id.
    #[schema(value_type = Uuid)]
    key: KeyId,
    /// What it may do.
    #[schema(value_type = Vec<String>, example = json!(["messages:write"]))]
    scopes: Vec<Scope>,
    /// Whether it reaches the log of test messages and nobody.
    test: bool,
}

/// The key: whose it is, and what it may do.
#[utoipa::path(get, path = "/api/v1/me", tag = "Keys", responses((status = 200, body = Me)))]
pub async fn whoami(call: Call) -> Result<Json<Me>, Problem> {
    call.enter().await?.commit().await?;
    Ok(Json(Me {
        workspace: call.by.workspace,
        key: call.by.key,
        scopes: call.by.scopes().to_vec(),
        test: call.by.test,
    }))
}
