//! A workspace's settings, as server functions; each is an admin's.

use crate::{
    error::ApiError,
    json,
    session::{self, Api, ApiClient},
};
use gloo_net::http::{Request, Response};
use leptos::prelude::*;
use postern_types::{WorkspaceForm, WorkspaceView};

/// The settings as they stand.
#[server(client = ApiClient, prefix = "/api", endpoint = "workspace/read", protocol = Api)]
pub async fn read() -> Result<WorkspaceView, ApiError> {
    use crate::ssr;
    let (env, session) = (ssr::env(), ssr::caller()?.session);
    let mut tenant = ssr::member(postern_types::Right::Workspace.role()).await?;
    let view = postern_domain::workspace::show(&env, &mut tenant, session).await?;
    tenant.commit().await?;
    Ok(view)
}

/// Saves all of them at once.
#[server(client = ApiClient, prefix = "/api", endpoint = "workspace/save", protocol = Api)]
pub async fn save(form: WorkspaceForm) -> Result<WorkspaceView, ApiError> {
    use crate::ssr;
    let (env, session) = (ssr::env(), ssr::caller()?.session);
    let mut tenant = ssr::member(postern_types::Right::Workspace.role()).await?;
    postern_domain::workspace::save(&env, &mut tenant, &form).await?;
    let view = postern_domain::workspace::show(&env, &mut tenant, session).await?;
    tenant.commit().await?;
    Ok(view)
}

/// Takes the logo away.
#[server(client = ApiClient, prefix = "/api", endpoint = "workspace/remove-logo", protocol = Api)]
pub async fn remove_logo() -> Result<WorkspaceView, ApiError> {
    use crate::ssr;
    let (env, session) = (ssr::env(), ssr::caller()?.session);
    let mut tenant = ssr::member(postern_types::Right::Workspace.role()).await?;
    postern_domain::workspace::remove_logo(&env, &mut tenant).await?;
    let view = postern_domain::workspace::show(&env, &mut tenant, session).await?;
    tenant.commit().await?;
    Ok(view)
}

/// Brings the list of first steps back.
#[server(client = ApiClient, prefix = "/api", endpoint = "workspace/show-steps", protocol = Api)]
pub async fn show_steps() -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Workspace.role()).await?;
    postern_domain::workspace::hide_steps(&crate::ssr::env(), &mut tenant, false).await?;
    tenant.commit().await?;
    Ok(())
}

/// Brings a picture as the logo; with a new token when the one at hand is too old.
pub async fn bring_logo(picture: web_sys::File) -> Result<WorkspaceView, ApiError> {
    let (answer, generation) = once(&picture).await?;
    if answer.status() != 401 {
        return told(answer).await;
    }
    session::renew(generation).await?;
    told(once(&picture).await?.0).await
}

async fn once(picture: &web_sys::File) -> Result<(Response, u64), ApiError> {
    let (token, generation, workspace) = session::bearer().await?;
    let workspace = workspace.map(|workspace| workspace.to_string());
    let request = Request::post("/files/logo")
        .header("Authorization", &format!("Bearer {token}"))
        .header("X-Requested-With", "postern")
        .header("X-Workspace-ID", &workspace.unwrap_or_default())
        .body(picture)
        .map_err(|error| lost(&error))?;
    let answer = request.send().await.map_err(|error| lost(&error))?;
    Ok((answer, generation))
}

async fn told(answer: Response) -> Result<WorkspaceView, ApiError> {
    let text = answer.text().await.map_err(|error| lost(&error))?;
    let strange = || ApiError::Transport {
        message: format!("status {}", answer.status()),
    };
    if answer.ok() {
        json::read(text.as_bytes()).map_err(|_| strange())
    } else {
        // Not our words: a proxy's page, perhaps.
        Err(json::read(text.as_bytes()).unwrap_or_else(|_| strange()))
    }
}

fn lost(error: &gloo_net::Error) -> ApiError {
    ApiError::Transport {
        message: error.to_string(),
    }
}
