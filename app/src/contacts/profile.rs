//! A contact's own page: who they are, what is noted, what happened, what is done for and shared with them.

use super::{api, card::Card, fields::Values, told::Told};
use crate::{
    boxed::{Show, effect, heed, memo, on},
    error::ApiError,
    live::use_live,
    ui::{
        contact_parts::{Of, use_contact_parts},
        empty::Empty,
        icon::Icon,
        same::Merging,
        toast::{Toasts, use_toasts},
    },
    words::{self, contacts, fault},
};
use leptos::{context::Provider, prelude::*};
use leptos_router::hooks::use_location;
use postern_types::{ContactId, ContactPage};
use std::future::Future;

/// What the parts of the page share; copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Whose page it is; another one than was asked for when they were merged.
    pub id: RwSignal<ContactId>,
    /// As they were read last.
    pub page: RwSignal<Option<ContactPage>>,
    /// Grows each time something of theirs may have changed.
    pub rev: Memo<(u32, u32)>,
    /// Where is said what was done.
    pub toasts: Toasts,
    failed: RwSignal<Option<ApiError>>,
    turn: StoredValue<u32>,
    again: RwSignal<u32>,
}

impl Desk {
    fn open(id: ContactId) -> Self {
        let live = use_live();
        let (side, again) = (live.side(), RwSignal::new(0_u32));
        let desk = Self {
            id: RwSignal::new(id),
            page: RwSignal::new(None),
            rev: memo(move || (side.get().wrapping_add(again.get()), live.epoch.get())),
            toasts: use_toasts(),
            failed: RwSignal::new(None),
            turn: StoredValue::new(0),
            again,
        };
        effect(move || {
            heed(desk.rev);
            desk.read();
        });
        desk
    }

    /// Reads them anew, and whatever stands beside them.
    pub fn refresh(self) {
        self.again
            .try_update(|again| *again = again.wrapping_add(1));
    }

    /// Does something at once; says why not when it was refused, and shows how things are then.
    pub fn act(self, doing: impl Future<Output = Result<(), ApiError>> + 'static) {
        leptos::task::spawn_local(async move {
            if let Err(error) = doing.await {
                self.toasts
                    .fault(fault::doing(contacts::NOT_CHANGED, &error));
            }
            self.refresh();
        });
    }

    fn read(self) {
        let turn = self.turn.with_value(|turn| turn.wrapping_add(1));
        self.turn.set_value(turn);
        let id = self.id.get_untracked();
        leptos::task::spawn_local(async move {
            let answer = api::read(id).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.failed.try_set(None);
                    if page.person.id != id {
                        self.id.try_set(page.person.id);
                    }
                    self.page.try_set(Some(page));
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }
}

/// The page of a contact; none for an address that is nobody's.
#[component]
pub fn Profile(id: Option<ContactId>) -> impl IntoView {
    match id {
        Some(id) => view! { <Known id/> }.into_any(),
        None => missing(),
    }
}

/// The book, with what was asked for there, at this contact.
fn to_book() -> String {
    let place = use_location();
    let (asked, path) = (place.search.get_untracked(), place.pathname.get_untracked());
    let mark = if asked.is_empty() { "" } else { "?" };
    let id = path.rsplit('/').next().unwrap_or_default();
    format!("/contacts{mark}{asked}#{id}")
}

fn missing() -> AnyView {
    view! {
        <Empty icon="compass" title=contacts::NOT_THERE hint=contacts::NOT_THERE_HINT>
            <a class="button primary" href=to_book()>{contacts::ALL}</a>
        </Empty>
    }
    .into_any()
}

#[component]
fn Known(id: ContactId) -> impl IntoView {
    let desk = Desk::open(id);
    let gone = memo(move || {
        desk.failed
            .with(|error| matches!(error, Some(ApiError::NotFound)))
    });
    let name = memo(move || {
        desk.page.with(|page| {
            let Some(page) = page else {
                return contacts::TITLE.to_owned();
            };
            let person = &page.person;
            let best = [
                &person.given_name,
                &person.name,
                &person.username,
                &page.phone,
                &page.email,
            ];
            words::called(best.into_iter().flatten().next().map_or("", String::as_str))
        })
    });
    let failed = move || {
        desk.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(contacts::NOT_READ, error))
        })
    };
    let talk = move || {
        let id = desk
            .page
            .with(|page| page.as_ref().and_then(|page| page.conversation));
        id.map(|id| view! { <a class="button" href=format!("/inbox/{id}")><Icon name="message-circle"/>{contacts::TO_CONVERSATION}</a> })
    };
    view! {
        <Show when=move || !gone.get() fallback=missing>
            <header class="page-head">
                <div>
                    <a class="page-up" href=to_book()><Icon name="arrow-left"/>{contacts::ALL}</a>
                    <h1><bdi>{move || name.get()}</bdi></h1>
                </div>
                <div class="book-do">
                    {talk}
                    <a class="button" href=move || format!("/qr?contact={}", desk.id.get())><Icon name="qr-code"/>{contacts::QR}</a>
                </div>
            </header>
            {move || failed().map(|text| view! {
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.refresh())>{words::TRY_AGAIN}</button>
                </div>
            })}
            <Show when=move || desk.page.with(Option::is_some) fallback=|| view! { <div class="card" aria-busy="true"><i class="sk sk-line"></i><i class="sk sk-line short"></i></div> }>
                <div class="profile">
                    <div class="profile-side">
                        <Card desk/>
                        <Values desk/>
                        <MergeCard desk/>
                    </div>
                    <div class="profile-main">
                        {move || view! { <Beside id=desk.id.get()/> }}
                        <Told desk/>
                    </div>
                </div>
            </Show>
        </Show>
    }
    .into_any()
}

/// What other folders show of a contact.
#[component]
fn Beside(id: ContactId) -> impl IntoView {
    let parts = use_contact_parts();
    view! { <Provider value=Of(id)>{(parts.tasks)()}{(parts.links)()}</Provider> }.into_any()
}

#[component]
fn MergeCard(desk: Desk) -> impl IntoView {
    let person = memo(move || {
        desk.page
            .with(|page| page.as_ref().map(|page| page.person.clone()))
    });
    let refresh = Callback::new(move |()| desk.refresh());
    view! {
        <section class="card person" aria-labelledby="profile-same">
            <h2 id="profile-same">{contacts::SAME}</h2>
            <Merging person refresh/>
        </section>
    }
    .into_any()
}
