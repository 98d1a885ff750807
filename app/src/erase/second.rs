//! The second factor of whoever deletes something: a code, or their passkey.

use super::api;
use crate::{
    error::ApiError,
    ui::{ask::Ask, field::Field, passkey},
    words::erase,
};
use leptos::prelude::*;
use postern_types::{FactorKind, PasskeyAnswer};

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
    let question = api::ask_own_passkey(password.to_owned()).await?;
    let credential = passkey::show(&question.options).await?;
    let ticket = question.ticket;
    Ok(Some(PasskeyAnswer { ticket, credential }))
}
