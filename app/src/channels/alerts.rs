//! What an admin should see of a number, and has seen.

use super::{api, number::Page};
use crate::{
    boxed::{Show, memo, on},
    ui::{empty::Empty, icon::Icon, time, toast::use_toasts},
    words::{channels, fault},
};
use leptos::prelude::*;
use postern_types::{AlertView, Severity};
use uuid::Uuid;

/// The part.
#[component]
pub fn Alerts(page: Page) -> impl IntoView {
    let toasts = use_toasts();
    let alerts = memo(move || {
        page.health
            .with(|health| health.as_ref().map(|health| health.alerts.clone()))
    });
    let see = move |alert: Option<Uuid>| {
        leptos::task::spawn_local(async move {
            // What is seen then comes as a change of the number.
            if let Err(error) = api::seen(page.id, alert).await {
                toasts.fault(fault::doing(channels::NOT_SEEN, &error));
            }
        });
    };
    let many = move || {
        let unseen = alerts.with(|alerts| {
            let alerts = alerts.as_deref().unwrap_or_default();
            alerts.iter().filter(|alert| alert.seen.is_none()).count()
        });
        unseen > 1 && page.admin.get()
    };
    view! {
        <Show when=many>
            <p class="part-do"><button type="button" class="button" on:click=on::click(move |_| see(None))><Icon name="check-check"/>{channels::SEEN_ALL}</button></p>
        </Show>
        <ul class="alerts">
            <For each=move || alerts.get().unwrap_or_default() key=|alert| (alert.id, alert.seen) let:alert>
                <Alert alert admin=page.admin see/>
            </For>
        </ul>
        <Show when=move || alerts.with(|alerts| alerts.as_ref().is_some_and(Vec::is_empty))>
            <Empty icon="bell" title=channels::NO_ALERTS hint=channels::NO_ALERTS_HINT/>
        </Show>
    }
    .into_any()
}

#[component]
fn Alert(
    alert: AlertView,
    admin: Memo<bool>,
    see: impl Fn(Option<Uuid>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (id, seen) = (alert.id, alert.seen);
    let (icon, tone) = match alert.severity {
        Severity::Info => ("info", "info"),
        Severity::Warning => ("triangle-alert", "warn"),
        Severity::Critical => ("triangle-alert", "bad"),
    };
    view! {
        <li class=format!("alert {tone}") class:seen=seen.is_some()>
            <Icon name=icon/>
            <div>
                <p dir="auto"><span class="only-heard">{channels::severity(alert.severity)}</span>{alert.words.clone()}</p>
                <p class="quiet-text">
                    <time title=time::full(alert.at)>{time::in_sentence(alert.at, time::now())}</time>
                    {seen.map(|at| view! { " · "<span title=time::full(at)><bdi>{channels::seen_by(alert.seen_by.as_deref())}</bdi></span> })}
                </p>
            </div>
            <Show when=move || admin.get() && seen.is_none()>
                <button type="button" class="button small" on:click=on::click(move |_| see(Some(id)))><Icon name="check"/>{channels::SEEN}</button>
            </Show>
        </li>
    }
    .into_any()
}
