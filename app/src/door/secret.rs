//! The secret of a mailed link. It stands in the address's fragment, which no browser sends along.

use crate::boxed::effect;
use leptos::{ev, prelude::*};
use web_sys::Storage;

/// Where an invitation is kept while somebody signs in, in this tab alone.
const INVITATION: &str = "postern.invitation";

/// The secret, once it was looked for: what `otherwise` gives when the address holds none.
pub fn use_secret(otherwise: fn() -> String) -> RwSignal<Option<String>> {
    let secret = RwSignal::new(None);
    effect(move || {
        secret.set(Some(fragment().unwrap_or_else(otherwise)));
        // The link may be opened in a tab that is here already: then only the fragment changes.
        let handle = window_event_listener(ev::hashchange, move |_| {
            if let Some(other) = fragment() {
                secret.set(Some(other));
            }
        });
        on_cleanup(move || handle.remove());
    });
    secret
}

fn fragment() -> Option<String> {
    location_hash().filter(|secret| !secret.is_empty())
}

/// Keeps an invitation for when one comes back.
pub fn keep(secret: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(INVITATION, secret);
    }
}

/// The invitation that was kept; empty for none.
pub fn kept() -> String {
    let kept = storage().and_then(|storage| storage.get_item(INVITATION).ok()?);
    kept.unwrap_or_default()
}

/// It is used, or not good any more.
pub fn forget() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(INVITATION);
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}
