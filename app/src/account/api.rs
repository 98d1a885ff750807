//! One's own account, as server functions: of the session that asks, whatever workspace it works in.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{
    CodeSent, Confirm, Connections, EraseAccount, Factors, Habits, Leaving, Me, PasskeyAnswer,
    PasskeyAsked, PasskeyId, Provider, SessionId, SessionView, TotpSeed, TrustId, TrustedView,
};

/// Gives oneself another name.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/rename", protocol = Api)]
pub async fn rename(name: String) -> Result<Me, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::account::rename(&env, session, &name).await?)
}

/// Sets a new password, and ends every other session.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/password", protocol = Api)]
pub async fn change_password(old: String, new: String) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::account::change_password(&env, session, &old, &new).await?)
}

/// Has a code sent to a new address.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/email", protocol = Api)]
pub async fn begin_email(email: String, password: String) -> Result<CodeSent, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::account::begin_email(&env, session, &email, &password).await?)
}

/// Takes the new address, once its code is right.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/confirm-email", protocol = Api)]
pub async fn confirm_email(confirm: Confirm) -> Result<Me, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::account::confirm_email(&env, session, &confirm).await?)
}

/// Where one is signed in.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/sessions", protocol = Api)]
pub async fn sessions() -> Result<Vec<SessionView>, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::session::list(&env, session).await?)
}

/// Signs another browser out.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/end-session", protocol = Api)]
pub async fn end_session(id: SessionId) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::session::revoke(&env, session, id).await?)
}

/// Signs all other browsers out; how many there were.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/end-others", protocol = Api)]
pub async fn end_others() -> Result<u32, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::session::revoke_others(&env, session).await?)
}

/// Browsers that are trusted and in which one is not signed in.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/trusted", protocol = Api)]
pub async fn trusted() -> Result<Vec<TrustedView>, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::session::trusted(&env, session).await?)
}

/// Has the second step asked for in such a browser again.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/forget-trusted", protocol = Api)]
pub async fn forget_trusted(id: TrustId) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::session::forget_trusted(&env, session, id).await?)
}

/// What one would leave with the account.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/leaving", protocol = Api)]
pub async fn read_leaving() -> Result<Leaving, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::account::leaving(&env, session).await?)
}

/// Deletes the account, for good.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/erase", protocol = Api)]
pub async fn erase(form: EraseAccount) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::account::erase(&env, session, &form).await?)
}

/// Who else signs one in.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/connections", protocol = Api)]
pub async fn read_connections() -> Result<Connections, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::oidc::show(&env, session).await?)
}

/// Takes one of them away.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/disconnect", protocol = Api)]
pub async fn disconnect(provider: Provider, password: String) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::oidc::disconnect(&env, session, provider, &password).await?)
}

/// How the account is kept safe.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/factors", protocol = Api)]
pub async fn read_factors() -> Result<Factors, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::show(&env, session).await?)
}

/// What an authenticator application is set up with.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/totp-begin", protocol = Api)]
pub async fn begin_totp(password: String) -> Result<TotpSeed, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::begin_totp(&env, session, &password).await?)
}

/// Puts it in force, once a code of it was shown; the recovery codes, when it is the first factor.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/totp-confirm", protocol = Api)]
pub async fn confirm_totp(code: String) -> Result<Vec<String>, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::confirm_totp(&env, session, &code).await?)
}

/// Takes it away.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/totp-remove", protocol = Api)]
pub async fn remove_totp(password: String, code: String) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::remove_totp(&env, session, &password, &code).await?)
}

/// New recovery codes; the old ones are good for nothing from then on.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/recovery", protocol = Api)]
pub async fn renew_recovery(password: String, code: String) -> Result<Vec<String>, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::renew_recovery(&env, session, &password, &code).await?)
}

/// What a device is asked that is to keep a new passkey.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/passkey-begin", protocol = Api)]
pub async fn begin_passkey(password: String) -> Result<PasskeyAsked, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::passkey::begin_enrol(&env, session, &password).await?)
}

/// Adds it; the recovery codes, when it is the first factor.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/passkey-finish", protocol = Api)]
pub async fn finish_passkey(answer: PasskeyAnswer, name: String) -> Result<Vec<String>, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::passkey::finish_enrol(&env, session, &answer, &name).await?)
}

/// Calls it something else.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/passkey-rename", protocol = Api)]
pub async fn rename_passkey(id: PasskeyId, name: String) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::passkey::rename(&env, session, id, &name).await?)
}

/// Takes it away.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/passkey-remove", protocol = Api)]
pub async fn remove_passkey(id: PasskeyId, password: String) -> Result<(), ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::passkey::remove(&env, session, id, &password).await?)
}

/// Keeps how one wants to read and hear, for all of one's browsers.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/habits", protocol = Api)]
pub async fn settle(habits: Habits) -> Result<Me, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::account::settle(&env, session, &habits).await?)
}

/// Leaves the workspace that the page works in.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/leave", protocol = Api)]
pub async fn leave() -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    postern_domain::member::leave(&crate::ssr::env(), &mut tenant).await?;
    tenant.commit().await?;
    Ok(())
}
