//! Passkeys: which there are, and what can be done about them.

mod add;
mod change;

use super::factors::Desk;
use crate::{
    boxed::{Show, memo, on},
    ui::{icon::Icon, time},
    words::settings,
};
use add::AddDialog;
use change::{RemoveDialog, RenameDialog};
use leptos::prelude::*;
use postern_types::PasskeyView;

/// The head of the section, where one goes on after what had the focus is gone.
const HEAD: &str = "passkeys-head";

/// What the parts share; copied about freely.
#[derive(Clone, Copy)]
pub struct Ring {
    desk: Desk,
    /// Grows when what is done here has ended sessions.
    changed: RwSignal<u32>,
    adding: RwSignal<bool>,
    /// The one that is about to be renamed or removed.
    chosen: RwSignal<Option<PasskeyView>>,
    renaming: RwSignal<bool>,
    removing: RwSignal<bool>,
}

impl Ring {
    /// What is known of the chosen one.
    fn chosen(self) -> Option<PasskeyView> {
        self.chosen.get_untracked()
    }

    fn open(self, one: PasskeyView, dialog: RwSignal<bool>) {
        self.chosen.set(Some(one));
        dialog.set(true);
    }
}

/// The section.
#[component]
pub fn Passkeys(desk: Desk, changed: RwSignal<u32>) -> impl IntoView {
    let ring = Ring {
        desk,
        changed,
        adding: RwSignal::new(false),
        chosen: RwSignal::new(None),
        renaming: RwSignal::new(false),
        removing: RwSignal::new(false),
    };
    let all = memo(move || {
        desk.factors
            .with(|factors| factors.as_ref().map(|factors| factors.passkeys.clone()))
    });
    let none = move || all.with(|all| all.as_ref().is_some_and(Vec::is_empty));
    view! {
        <section class="card" aria-labelledby=HEAD>
            <header class="account-head">
                <h2 id=HEAD>{settings::PASSKEYS}</h2>
                <button type="button" class="button small" on:click=on::click(move |_| ring.adding.set(true))><Icon name="plus"/>{settings::PASSKEY_ADD}</button>
            </header>
            <p class="hint">{settings::PASSKEYS_LEAD}</p>
            <Show when=none fallback=move || view! {
                <ul class="sessions" aria-labelledby=HEAD>
                    <For each=move || all.get().unwrap_or_default() key=|one| (one.id, one.name.clone(), one.used) let:one>
                        <Line ring one/>
                    </For>
                </ul>
            }>
                <p class="hint">{settings::NO_PASSKEYS}</p>
            </Show>
        </section>
        <AddDialog ring/>
        <RenameDialog ring/>
        <RemoveDialog ring/>
    }
    .into_any()
}

#[component]
fn Line(ring: Ring, one: PasskeyView) -> impl IntoView {
    let (name, added, used, now) = (one.name.clone(), one.added, one.used, time::now());
    let (rename, remove) = (settings::rename_of(&name), settings::remove_of(&name));
    let again = one.clone();
    view! {
        <li class="session">
            <span class="card-icon"><Icon name="key-round"/></span>
            <div class="session-words">
                <h3><bdi>{name}</bdi></h3>
                <p class="quiet-text">
                    <time title=time::full(added)>{settings::added(&time::in_sentence(added, now))}</time>
                    {match used {
                        Some(used) => view! { <time title=time::full(used)>{settings::seen(&time::in_sentence(used, now))}</time> }.into_any(),
                        None => view! { <span>{settings::NEVER_USED}</span> }.into_any(),
                    }}
                </p>
            </div>
            <div class="account-keep">
                <button type="button" class="button small" aria-label=rename on:click=on::click(move |_| ring.open(again.clone(), ring.renaming))>{settings::RENAME}</button>
                <button type="button" class="button small danger-quiet" aria-label=remove on:click=on::click(move |_| ring.open(one.clone(), ring.removing))>{settings::REMOVE}</button>
            </div>
        </li>
    }
    .into_any()
}
