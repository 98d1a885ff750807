//! The menu at the top: one's account, workspaces, how it looks, notifications, signing out.

mod choices;

use super::{Overlays, leaving::Leave};
use crate::{
    boxed::{Show, on},
    live::{Notices, Permission},
    session::use_session,
    ui::{avatar::Mark, icon::Icon, toast::use_toasts},
    words::{frame, settings},
};
use choices::Choices;
use leptos::{html, prelude::*};
use postern_types::Membership;

/// The button with the workspace's initials and what it opens: the browser's own popover.
#[component]
pub fn Menu(place: Memo<Option<Membership>>) -> impl IntoView {
    let session = use_session();
    let overlays = expect_context::<Overlays>();
    let node = NodeRef::<html::Div>::new();
    let close = move || {
        if let Some(menu) = node.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let switch = move |to| {
        close();
        if session.workspace.get_untracked() != Some(to) {
            overlays.leaving.leave(Leave::Switch(to));
        }
    };
    let sign_out = move |_| {
        close();
        overlays.leaving.leave(Leave::SignOut);
    };
    let memberships = move || {
        session
            .me
            .get()
            .map(|me| me.memberships)
            .unwrap_or_default()
    };
    let me = move || session.me.get().map(|me| (me.name, me.email));
    view! {
        <button type="button" class="menu-button" popovertarget="menu" title=frame::MENU>
            <span class="only-heard">{frame::MENU}</span>
            {move || place.get().map(|place| view! { <Mark place/> })}
        </button>
        <div id="menu" class="menu" popover="auto" node_ref=node>
            <div class="menu-me">
                {move || me().map(|(name, email)| view! { <strong><bdi>{name}</bdi></strong><span class="quiet-text" dir="ltr">{email}</span> })}
            </div>
            <a class="menu-item" href="/settings/account" on:click=on::click(move |_| close())>
                <Icon name="user"/><span class="menu-name">{settings::ACCOUNT}</span>
            </a>
            <h3 class="menu-head">{frame::WORKSPACES}</h3>
            <ul class="menu-list">
                <For each=memberships key=|place| (place.workspace, place.workspace_name.clone(), place.tone, place.logo.clone()) let:each>
                    <li>
                        <button type="button" class="menu-item" on:click=on::click(move |_| switch(each.workspace))
                            aria-current=move || (session.workspace.get() == Some(each.workspace)).then_some("true")>
                            <Mark place=each.clone()/>
                            <span class="menu-name"><bdi>{each.workspace_name.clone()}</bdi></span>
                            <Show when=move || session.workspace.get() == Some(each.workspace)><Icon name="check"/></Show>
                        </button>
                    </li>
                </For>
            </ul>
            <Choices/>
            <Notify/>
            <button type="button" class="menu-item" on:click=on::click(move |_| { close(); overlays.command.set(true) })>
                <Icon name="search"/><span class="menu-name">{frame::COMMANDS}</span><kbd>"Ctrl K"</kbd>
            </button>
            <button type="button" class="menu-item" on:click=on::click(move |_| { close(); overlays.shortcuts.set(true) })>
                <Icon name="keyboard"/><span class="menu-name">{frame::SHORTCUTS}</span><kbd>"?"</kbd>
            </button>
            <button type="button" class="menu-item" on:click=on::click(sign_out)>
                <Icon name="log-out"/><span class="menu-name">{frame::SIGN_OUT}</span>
            </button>
        </div>
    }
    .into_any()
}

/// Asked for by a click, never on its own.
#[component]
fn Notify() -> impl IntoView {
    let notices = expect_context::<Notices>();
    let toasts = use_toasts();
    let word = move || match notices.permission.get() {
        Permission::Off => frame::NOTIFY_ON,
        Permission::On => frame::NOTIFY_OFF,
        Permission::Refused => frame::NOTIFY_REFUSED,
        Permission::Unsupported => frame::NOTIFY_UNSUPPORTED,
    };
    let act = move |_| match notices.permission.get_untracked() {
        Permission::Off => notices.turn_on(),
        Permission::On => notices.turn_off(),
        Permission::Refused => toasts.fault(frame::NOTIFY_REFUSED),
        Permission::Unsupported => toasts.fault(frame::NOTIFY_UNSUPPORTED),
    };
    view! {
        <button type="button" class="menu-item" on:click=on::click(act)>
            {move || view! { <Icon name=if notices.permission.get() == Permission::On { "bell" } else { "bell-off" }/> }}
            <span class="menu-name">{word}</span>
        </button>
    }
}
