//! What a server function stands on: its surroundings, its caller, the way into the caller's workspace.

use crate::ApiError;
use axum::http::request::Parts;
use leptos::prelude::{expect_context, with_context};
use postern_domain::{Env, Error, Tenant};
use postern_types::{AccountId, Role, SessionId, WorkspaceId};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use uuid::Uuid;

/// Who calls, as the access token says; the server's guard puts it into the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub account: AccountId,
    /// Their session. Whether it still lives is found out on the way into a workspace.
    pub session: SessionId,
    /// The workspace that the page works in (`X-Workspace-ID`): a choice among the person's own, never a proof.
    pub workspace: Option<WorkspaceId>,
}

/// In the request's extensions: told when its caller has come into the workspace that it names, which until then is
/// nothing but a claim.
#[derive(Clone, Debug, Default)]
pub struct Entered(Arc<AtomicBool>);

impl Entered {
    /// The caller belongs there.
    pub fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether they were let in.
    pub fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The request's id, in its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

/// The surroundings, which the server provides to every server function.
pub fn env() -> Env {
    expect_context::<Env>()
}

/// Who calls; [`ApiError::Unauthorized`] when nobody does.
pub fn caller() -> Result<Caller, ApiError> {
    with_context::<Parts, _>(|parts| parts.extensions.get::<Caller>().copied())
        .flatten()
        .ok_or_else(|| Error::Unauthorized.into())
}

/// Enters the caller's workspace as somebody who ranks at least `role`. [`ApiError::NotFound`] when the request names no
/// workspace, or none of the caller's.
pub async fn member(role: Role) -> Result<Tenant, ApiError> {
    let caller = caller()?;
    let workspace = caller.workspace.ok_or(Error::NotFound)?;
    let tenant = env().db.member(caller.session, workspace, role).await?;
    with_context::<Parts, _>(|parts| parts.extensions.get::<Entered>().map(Entered::tell));
    Ok(tenant)
}
