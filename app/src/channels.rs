//! The workspace's WhatsApp numbers: connecting, what state they are in, disconnecting; and each one's own page.

mod alerts;
mod api;
mod card;
mod connect;
mod connected;
mod courtesy;
mod events;
mod health;
mod number;
mod place;
mod profile;
mod registration;
mod timeline;

use crate::{
    boxed::{Show, effect, memo, on},
    error::ApiError,
    live::{Inbox, use_live},
    session::use_session,
    ui::{
        empty::Empty,
        icon::Icon,
        later::{Later, Part},
    },
    words::{self, channels, fault},
};
use card::Card;
use connect::ConnectDialog;
use connected::ConnectedDialog;
use courtesy::CourtesyCard;
use leptos::prelude::*;
use leptos_meta::Title;
use number::NumberPage;
use place::use_place;
use postern_types::{ChannelConnected, ChannelView, Role, Standing};
use wasm_split_helpers::wasm_split;

pub use place::Place;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Desk {
    connecting: RwSignal<bool>,
    connected: RwSignal<Option<ChannelConnected>>,
}

/// The page; its code is fetched by those who come here.
#[component]
pub fn ChannelsPage() -> impl IntoView {
    let meanwhile = || {
        view! {
            <main class="page" id="main" aria-busy="true">
                <header class="page-head">
                    <div><h1>{channels::TITLE}</h1><p class="page-lead">{channels::LEAD}</p></div>
                </header>
            </main>
        }
    };
    view! {
        <Title text=words::title(channels::TITLE)/>
        <Later fetch=fetch part=numbers meanwhile/>
    }
    .into_any()
}

#[wasm_split(numbers, preload(fetch), fallible)]
fn numbers() -> Part {
    Ok(view! { <Numbers/> }.into_any())
}

/// Its list is the live store's, so that a number that is lost says so at once.
#[component]
fn Numbers() -> impl IntoView {
    let (live, session) = (use_live(), use_session());
    let desk = Desk {
        connecting: RwSignal::new(false),
        connected: RwSignal::new(None),
    };
    let failed = RwSignal::new(None::<ApiError>);
    let loaded = RwSignal::new(false);
    let read = move || {
        leptos::task::spawn_local(async move {
            match api::list().await {
                Ok(channels) => {
                    live.inbox.try_update(|inbox| inbox.put_channels(channels));
                    loaded.try_set(true);
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    effect(read);
    live.on_connected(move || {
        if failed.with_untracked(Option::is_some) {
            failed.set(None);
            read();
        }
    });
    let numbers = memo(move || live.inbox.with(Inbox::numbers));
    let admin = memo(move || session.at_least(Role::Admin));
    let (number, place) = use_place();
    view! {
        <Show when=move || number.get().is_none()>
            <List numbers admin loaded failed desk/>
        </Show>
        <For each=move || number.get() key=|id| *id let:id>
            <NumberPage id place admin loaded desk/>
        </For>
        <ConnectDialog desk/>
        <ConnectedDialog desk/>
    }
    .into_any()
}

/// All of them, with how each stands at Meta.
#[component]
fn List(
    numbers: Memo<Vec<ChannelView>>,
    admin: Memo<bool>,
    loaded: RwSignal<bool>,
    failed: RwSignal<Option<ApiError>>,
    desk: Desk,
) -> impl IntoView {
    let connect = move |_| desk.connecting.set(true);
    let standings = RwSignal::new(Vec::<Standing>::new());
    effect(move || {
        // Whatever changes at Meta changes the number.
        if numbers.with(Vec::is_empty) {
            return;
        }
        leptos::task::spawn_local(async move {
            // Without them the list says less, and is whole otherwise.
            if let Ok(all) = api::standings().await {
                standings.try_set(all);
            }
        });
    });
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{channels::TITLE}</h1>
                    <p class="page-lead">{channels::LEAD}</p>
                </div>
                <Show when=move || admin.get() && numbers.with(|all| !all.is_empty())>
                    <button type="button" class="button primary" on:click=on::click(connect)><Icon name="plus"/>{channels::CONNECT}</button>
                </Show>
            </header>
            <Show when=move || !admin.get()><p class="hint">{channels::ADMIN_ONLY}</p></Show>
            <Show when=move || failed.with(Option::is_some)>
                <p class="strip fault" role="alert"><Icon name="triangle-alert"/>{move || failed.with(|error| error.as_ref().map(|e| fault::doing(fault::LIST_FAILED, e)))}</p>
            </Show>
            <ul class="cards">
                <For each=move || numbers.get() key=|channel| (channel.id, channel.rev) let:channel>
                    <li><Card channel standings admin desk/></li>
                </For>
            </ul>
            <Show when=move || loaded.get() && numbers.with(Vec::is_empty)>
                <Empty icon="smartphone" title=channels::CONNECT_FIRST hint=channels::CONNECT_FIRST_HINT>
                    <Show when=move || admin.get()>
                        <button type="button" class="button primary" on:click=on::click(connect)>{channels::CONNECT}</button>
                    </Show>
                </Empty>
            </Show>
            <Show when=move || loaded.get()><CourtesyCard admin/></Show>
        </main>
    }
    .into_any()
}
