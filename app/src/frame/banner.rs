//! A strip that says when what is shown may be behind.

use crate::{
    boxed::{effect, on},
    live::{Link, use_live},
    ui::icon::Icon,
    words::frame,
};
use leptos::prelude::*;
use std::time::Duration;

/// A short gap is nobody's business.
const GRACE: Duration = Duration::from_millis(2_500);

/// Shown while the connection is gone for longer than a moment.
#[component]
pub fn Banner() -> impl IntoView {
    let live = use_live();
    let shown = RwSignal::new(Link::Starting);
    let version = StoredValue::new(0_u32);
    effect(move || {
        let link = live.link.get();
        version.update_value(|version| *version += 1);
        let mine = version.get_value();
        if link != Link::Lost {
            shown.set(link);
            return;
        }
        set_timeout(
            move || {
                if version.try_get_value() == Some(mine) {
                    shown.set(Link::Lost);
                }
            },
            GRACE,
        );
    });
    view! {
        <div class="banner-place" role="status" aria-live="polite">
            {move || match shown.get() {
                Link::Starting | Link::Live => ().into_any(),
                Link::Offline => view! { <div class="banner"><Icon name="wifi-off"/><p>{frame::OFFLINE}</p></div> }.into_any(),
                Link::Lost => view! {
                    <div class="banner">
                        <Icon name="wifi-off"/><p>{frame::LOST}</p>
                        <button type="button" class="button small" on:click=on::click(move |_| live.wake())>{frame::RECONNECT}</button>
                    </div>
                }.into_any(),
            }}
        </div>
    }
}
