//! One-time codes, their limits and the log of tests, as server functions; each is an admin's.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{OtpPage, OtpRequest, OtpSettings, TestMessagePage};

/// A page of the codes, the newest first.
#[server(client = ApiClient, prefix = "/api", endpoint = "codes/list", protocol = Api)]
pub async fn list(request: OtpRequest) -> Result<OtpPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let page = postern_domain::otp::page(&crate::ssr::env(), &mut tenant, &request).await?;
    tenant.commit().await?;
    Ok(page)
}

/// The limits that stand.
#[server(client = ApiClient, prefix = "/api", endpoint = "codes/limits", protocol = Api)]
pub async fn limits() -> Result<OtpSettings, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let limits = postern_domain::otp::settings(&mut tenant).await?;
    tenant.commit().await?;
    Ok(limits)
}

/// Sets them.
#[server(client = ApiClient, prefix = "/api", endpoint = "codes/save-limits", protocol = Api)]
pub async fn save(limits: OtpSettings) -> Result<OtpSettings, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let limits = postern_domain::otp::save(&crate::ssr::env(), &mut tenant, &limits).await?;
    tenant.commit().await?;
    Ok(limits)
}

/// A page of the log of tests, the newest first.
#[server(client = ApiClient, prefix = "/api", endpoint = "codes/tests", protocol = Api)]
pub async fn tests(after: Option<String>) -> Result<TestMessagePage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Develop.role()).await?;
    let env = crate::ssr::env();
    let page = postern_domain::test_message::page(&env, &mut tenant, after.as_deref()).await?;
    tenant.commit().await?;
    Ok(page)
}
