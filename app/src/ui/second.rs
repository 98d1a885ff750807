//! The second factor of whoever deletes something: a code, or their passkey.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
    ui::{ask::Ask, field::Field, passkey},
    words::erase,
};
use leptos::prelude::*;
use postern_types::{FactorKind, PasskeyAnswer, PasskeyAsked};

/// The field for a code; nothing for who has no second factor. Where there is a passkey it may stay empty.
#[component]
pub fn Second(ask: Ask, kinds: Vec<FactorKind>, value: RwSignal<String>) -> impl IntoView {
    let has = |kind| kinds.contains(&kind);
    let passkey = has(FactorKind::Passkey);
    let required = !passkey;
    let label = if has(FactorKind::Totp) {
        erase::CODE
    } else {
        erase::RECOVERY
    };
    let hint = if passkey { erase::PASSKEY_HINT } else { "" };
    (!kinds.is_empty()).then(|| {
        view! {
            <Field name="code" label value hint fault=ask.fault("code") autocomplete="one-time-code" required/>
        }
    })
    .into_any()
}

/// What their passkey answers; none where a code was typed, or where there is no passkey.
pub async fn shown(
    kinds: &[FactorKind],
    password: &str,
    code: &str,
) -> Result<Option<PasskeyAnswer>, ApiError> {
    if !code.trim().is_empty() || !kinds.contains(&FactorKind::Passkey) {
        return Ok(None);
    }
    let question = ask_own_passkey(password.to_owned()).await?;
    let credential = passkey::show(&question.options).await?;
    let ticket = question.ticket;
    Ok(Some(PasskeyAnswer { ticket, credential }))
}

/// What one's passkey is asked before something is deleted.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/passkey-own", protocol = Api)]
pub async fn ask_own_passkey(password: String) -> Result<PasskeyAsked, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    Ok(postern_domain::factor::passkey::begin_own(&env, session, &password).await?)
}
