//! By way of Google or Microsoft: out to their page. What is needed on the way back waits in this tab.

use super::sending::{Refused, Sending};
use crate::{boxed::on, session::depart, words::account};
use leptos::prelude::*;
use postern_types::Provider;
use web_sys::Storage;

/// Where one wanted to.
const NEXT: &str = "postern.next";

/// A button for each of them, and nothing where there is none. `before` is done before the page is left.
#[component]
pub fn Ways(#[prop(into)] offered: Signal<Vec<Provider>>, before: Callback<()>) -> impl IntoView {
    let sending = Sending::new(&[]);
    let go = move |provider| {
        sending.start(depart(provider), move |answer| {
            if let Ok(away) = answer {
                before.run(());
                let _ = window().location().set_href(&away.to);
            }
        });
    };
    view! {
        {move || {
            let offered = offered.get();
            (!offered.is_empty()).then(|| view! {
                <div class="door-ways">
                    <p class="door-or"><span>{account::OR}</span></p>
                    <Refused sending/>
                    {offered.into_iter().map(|provider| view! {
                        <button type="button" class="button large" disabled=move || sending.busy.get() on:click=on::click(move |_| go(provider))>
                            {account::continue_with(provider)}
                        </button>
                    }).collect_view()}
                </div>
            })
        }}
    }
    .into_any()
}

/// Keeps where one wanted to, for when one comes back.
pub fn keep_next(next: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(NEXT, next);
    }
}

/// Where one wanted to, this once.
pub fn take_next() -> Option<String> {
    let storage = storage()?;
    let next = storage.get_item(NEXT).ok()?;
    let _ = storage.remove_item(NEXT);
    next
}

fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}
