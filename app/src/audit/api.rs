//! Reading the audit, as server functions; each is an admin's.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{AuditChain, AuditPage, AuditPiece, AuditRequest};

/// A page of it, newest first.
#[server(client = ApiClient, prefix = "/api", endpoint = "audit/list", protocol = Api)]
pub async fn list(request: AuditRequest) -> Result<AuditPage, ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Audit.role()).await?;
    let page = postern_domain::audit::page(&env, &mut tenant, &request).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Whether the chain holds up to now.
#[server(client = ApiClient, prefix = "/api", endpoint = "audit/verify", protocol = Api)]
pub async fn verify() -> Result<AuditChain, ApiError> {
    let role = postern_types::Right::Audit.role();
    crate::ssr::member(role).await?.commit().await?;
    // In a transaction of its own, and for nobody who may not ask.
    postern_domain::audit::link(&crate::ssr::env()).await?;
    let mut tenant = crate::ssr::member(role).await?;
    let chain = postern_domain::audit::verify(&mut tenant).await?;
    tenant.commit().await?;
    Ok(chain)
}

/// A piece of it as CSV: the first, or the one behind that place.
#[server(client = ApiClient, prefix = "/api", endpoint = "audit/export", protocol = Api)]
pub async fn export(after: Option<i64>) -> Result<AuditPiece, ApiError> {
    let (env, role) = (crate::ssr::env(), postern_types::Right::Audit.role());
    crate::ssr::member(role).await?.commit().await?;
    postern_domain::audit::link(&env).await?;
    let mut tenant = crate::ssr::member(role).await?;
    let piece = postern_domain::audit::export(&env, &mut tenant, after).await?;
    tenant.commit().await?;
    Ok(piece)
}
