//! The code of a portal link, in the dialog where the link was made: nobody has its address any more once that is closed.

use super::{api, picture::Picture};
use crate::{
    boxed::{Show, on},
    error::ApiError,
    ui::{contact_parts::Address, icon::Icon},
    words::{fault, qr},
};
use leptos::prelude::*;
use postern_types::{QrContent, QrDrawn, QrLook};

/// Drawn when somebody wants it.
#[component]
pub fn PortalCode() -> impl IntoView {
    let Address(address) = expect_context();
    let open = RwSignal::new(false);
    let drawn = RwSignal::new(None::<Result<QrDrawn, ApiError>>);
    let toggle = move |_| {
        open.update(|open| *open = !*open);
        let here = drawn.with_untracked(|drawn| matches!(drawn, Some(Ok(_))));
        if !open.get_untracked() || here {
            return;
        }
        let address = address.clone();
        leptos::task::spawn_local(async move {
            let answer = api::draw(QrContent::Portal { address }, QrLook::default()).await;
            drawn.try_set(Some(answer));
        });
    };
    let shown = move || match drawn.get() {
        None => view! { <p class="hint">{qr::DRAWING}</p> }.into_any(),
        Some(Ok(drawn)) => view! {
            <Picture drawn of=qr::PORTAL file="portal-link"/>
            <p class="hint">{qr::PORTAL_HINT}</p>
        }
        .into_any(),
        Some(Err(error)) => {
            let said = fault::doing(qr::NOT_DRAWN, &error);
            view! { <p class="strip fault"><Icon name="triangle-alert"/>{said}</p> }.into_any()
        }
    };
    view! {
        <button type="button" class="button qr-toggle" aria-expanded=move || open.get().to_string() on:click=on::click(toggle)>
            <Icon name="qr-code"/>{move || if open.get() { qr::HIDE } else { qr::SHOW }}
        </button>
        <div class="qr-shown" role="status"><Show when=move || open.get()>{shown}</Show></div>
    }
    .into_any()
}
