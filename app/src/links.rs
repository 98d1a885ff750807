//! Portal links of a contact, as members see them: made, sent, read out, ended.

mod api;
mod asking;
mod desk;
mod line;
mod new;
mod shown;

use crate::{
    boxed::{Show, effect, on},
    browser,
    ui::{
        contact_parts::Of,
        icon::Icon,
        later::{Later, Part},
    },
    words::{self, fault, links},
};
use asking::{Asking, What};
use desk::{Desk, HEAD};
use leptos::prelude::*;
use line::Line;
use new::NewDialog;
use wasm_split_helpers::wasm_split;

/// The card of the contact at hand; its code is fetched where it is shown.
pub fn card() -> AnyView {
    view! { <Later fetch=fetch part=links/> }.into_any()
}

#[wasm_split(links, preload(fetch), fallible)]
fn links() -> Part {
    Ok(view! { <Card/> }.into_any())
}

#[component]
fn Card() -> impl IntoView {
    let Of(contact) = expect_context();
    let desk = Desk::open(contact);
    let none = move || {
        desk.links
            .with(|all| all.as_ref().is_some_and(Vec::is_empty))
    };
    let many = move || {
        desk.links.with(|all| {
            let stand = all.iter().flatten().filter(|link| link.state.stands());
            stand.count() > 1
        })
    };
    // Whoever came for the links alone is led to them.
    effect(move || {
        if desk.links.with(Option::is_some) && browser::hash() == "#portal" {
            request_animation_frame(|| browser::focus_place(HEAD));
        }
    });
    view! {
        <section class="card portal" id="portal" aria-labelledby=HEAD>
            <header class="account-head">
                <h2 id=HEAD>{links::TITLE}</h2>
                <div class="account-keep">
                    <Show when=many>
                        <button type="button" class="button small danger-quiet" on:click=on::click(move |_| desk.ask(What::RevokeAll))>{links::REVOKE_ALL}</button>
                    </Show>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.making.set(true))><Icon name="plus"/>{links::NEW}</button>
                </div>
            </header>
            <p class="hint">{links::LEAD}</p>
            {move || desk.failed.get().map(|error| view! {
                <div class="strip fault" role="alert">
                    <p>{fault::doing(links::NOT_READ, &error)}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.read())>{words::TRY_AGAIN}</button>
                </div>
            })}
            <Show when=none fallback=move || view! {
                <ul class="sessions" aria-labelledby=HEAD>
                    <For each=move || desk.links.get().unwrap_or_default() key=Clone::clone let:one>
                        <Line desk one/>
                    </For>
                </ul>
            }>
                <p class="hint">{links::NONE}</p>
            </Show>
        </section>
        <NewDialog desk/>
        <Asking desk/>
    }
    .into_any()
}
