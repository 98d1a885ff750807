//! Where a message is, and applying again what was kept, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{Kept, Moment, PartId, Reapplied, Trace};

/// The messages that `what` names, each with its way.
#[server(client = ApiClient, prefix = "/api", endpoint = "trace/find", protocol = Api)]
pub async fn find(what: String) -> Result<Vec<Trace>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let traces = postern_domain::trace::find(&crate::ssr::env(), &mut tenant, &what).await?;
    tenant.commit().await?;
    Ok(traces)
}

/// What waits to be applied again, of that span.
#[server(client = ApiClient, prefix = "/api", endpoint = "trace/kept", protocol = Api)]
pub async fn waiting(from: Moment, to: Moment) -> Result<Kept, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    let kept = postern_domain::webhook::kept(&mut tenant, from, to).await?;
    tenant.commit().await?;
    Ok(kept)
}

/// Applies the next of them.
#[server(client = ApiClient, prefix = "/api", endpoint = "trace/reapply", protocol = Api)]
pub async fn reapply(
    from: Moment,
    to: Moment,
    after: Option<PartId>,
) -> Result<Reapplied, ApiError> {
    // Each part is applied in transactions of its own, each of which proves the role.
    let caller = crate::ssr::caller()?;
    let workspace = caller.workspace.ok_or(postern_domain::Error::NotFound)?;
    let env = crate::ssr::env();
    Ok(
        postern_domain::webhook::reapply_between(&env, caller.session, workspace, from, to, after)
            .await?,
    )
}
