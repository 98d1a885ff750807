//! What contacts see of those who read and type.

use crate::{
    boxed::{effect, on},
    error::ApiError,
    session::{Api, ApiClient},
    ui::toast::use_toasts,
    words::{courtesy, fault},
};
use leptos::prelude::*;
use postern_types::Courtesy;

/// Two switches; an admin's.
#[component]
pub fn CourtesyCard(admin: Memo<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let known = RwSignal::new(None::<Courtesy>);
    let failed = RwSignal::new(None::<String>);
    effect(move || {
        leptos::task::spawn_local(async move {
            match read_courtesy().await {
                Ok(now) => {
                    known.try_set(Some(now));
                }
                Err(error) => {
                    failed.try_set(Some(fault::doing(fault::LIST_FAILED, &error)));
                }
            }
        });
    });
    let choose = move |before: Courtesy, after: Courtesy| {
        known.set(Some(after));
        leptos::task::spawn_local(async move {
            match choose_courtesy(after.receipts, after.typing).await {
                Ok(now) => {
                    known.try_set(Some(now));
                }
                Err(error) => {
                    known.try_set(Some(before));
                    toasts.fault(fault::doing(courtesy::NOT_CHOSEN, &error));
                }
            }
        });
    };
    view! {
        <section class="courtesy" aria-labelledby="courtesy-head">
            <h2 id="courtesy-head">{courtesy::TITLE}</h2>
            {move || failed.get().map(|words| view! { <p class="hint" role="alert">{words}</p> })}
            {move || known.get().map(|now| view! {
                <label class="option">
                    <input type="checkbox" prop:checked=now.receipts disabled=move || !admin.get()
                        on:change=on::change(move |event| choose(now, Courtesy { receipts: event_target_checked(&event), ..now }))/>
                    <span><strong>{courtesy::RECEIPTS}</strong><small>{courtesy::RECEIPTS_HINT}</small></span>
                </label>
                <label class="option">
                    <input type="checkbox" prop:checked=now.typing disabled=move || !admin.get()
                        on:change=on::change(move |event| choose(now, Courtesy { typing: event_target_checked(&event), ..now }))/>
                    <span><strong>{courtesy::TYPING}</strong><small>{courtesy::TYPING_HINT}</small></span>
                </label>
                {(now.refused > 0).then(|| view! { <p class="hint">{courtesy::refused(now.refused, now.refused_code)}</p> })}
            })}
        </section>
    }
    .into_any()
}

/// What the workspace's contacts are told of those who read and type.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/courtesy", protocol = Api)]
pub async fn read_courtesy() -> Result<Courtesy, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let courtesy = postern_domain::courtesy::settings(&mut tenant).await?;
    tenant.commit().await?;
    Ok(courtesy)
}

/// Switches that.
#[server(client = ApiClient, prefix = "/api", endpoint = "channels/courtesy/choose", protocol = Api)]
pub async fn choose_courtesy(receipts: bool, typing: bool) -> Result<Courtesy, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Admin).await?;
    let courtesy =
        postern_domain::courtesy::choose(&crate::ssr::env(), &mut tenant, receipts, typing).await?;
    tenant.commit().await?;
    Ok(courtesy)
}
