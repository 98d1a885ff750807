//! Who the contact is: every name and id, who else may be the same person.

mod name;

use super::conversation::Opened;
use crate::{
    boxed::{Show, effect, heed, memo, on},
    error::ApiError,
    live::{Live, use_live},
    ui::{
        same::{AlikeList, Desk, MergeSearch, MergedList, api},
        time,
        toast::use_toasts,
    },
    words::{self, details, fault},
};
use leptos::prelude::*;
use name::Name;
use postern_types::{ConversationId, IdKind, KnownBy, PersonView};

/// In the details, of the conversation that is open there.
#[component]
pub fn Person() -> impl IntoView {
    let (live, opened) = (use_live(), expect_context::<Opened>());
    let desk = Desk {
        toasts: use_toasts(),
        person: RwSignal::new(None),
        again: RwSignal::new(0),
    };
    let failed = RwSignal::new(None::<ApiError>);
    let row = live.row(opened.id);
    // Another contact, or the same one called otherwise.
    let shown = memo(move || row.with(|row| row.as_ref().map(|row| row.contact.clone())));
    effect(move || {
        live.epoch.track();
        heed(shown);
        desk.again.track();
        read(live, opened.id, desk, failed);
    });
    view! {
        <section class="details-part person" aria-label=details::PERSON>
            <Show when=move || failed.with(Option::is_some)>
                <p class="hint" role="alert">{move || failed.with(|error| error.as_ref().map(|error| fault::doing(details::PERSON_FAILED, error)))}</p>
                <button type="button" class="button small" on:click=on::click(move |_| desk.again.update(|n| *n += 1))>{words::TRY_AGAIN}</button>
            </Show>
            {move || desk.person.get().map(|person| view! {
                <Name desk person=person.clone()/>
                <Known person=person.clone()/>
                <AlikeList desk alike=person.alike/>
                <MergedList desk merged=person.merged/>
            })}
            <MergeSearch desk/>
        </section>
    }
    .into_any()
}

fn read(live: Live, id: ConversationId, desk: Desk, failed: RwSignal<Option<ApiError>>) {
    let asked = (live.epoch.get_untracked(), desk.again.get_untracked());
    leptos::task::spawn_local(async move {
        let answer = api::person(id).await;
        let now = (
            live.epoch.try_get_untracked(),
            desk.again.try_get_untracked(),
        );
        if now != (Some(asked.0), Some(asked.1)) {
            return;
        }
        match answer {
            Ok(person) => {
                failed.try_set(None);
                desk.person.try_set(Some(person));
            }
            Err(error) => {
                failed.try_set(Some(error));
            }
        }
    });
}

/// What they are known by.
#[component]
fn Known(person: PersonView) -> impl IntoView {
    let ids = person.known_by.into_iter().map(|id| {
        view! { <div><dt>{details::id_kind(id.kind)}</dt><dd class="person-id" dir="ltr">{written(&id)}</dd></div> }
    });
    view! {
        <dl class="facts">
            {person.given_name.and(person.name).map(|name| view! { <div><dt>{details::OWN_NAME}</dt><dd><bdi>{name}</bdi></dd></div> })}
            {person.username.map(|name| view! { <div><dt>{details::USERNAME}</dt><dd dir="ltr">{name}</dd></div> })}
            {ids.collect_view()}
            {person.marketing_stopped.map(|at| view! {
                <div><dt>{details::MARKETING}</dt><dd title=time::full(at)>{details::marketing_stopped(&time::date(at))}</dd></div>
            })}
            {person.free_until.map(|at| view! {
                <div title=details::FREE_UNTIL_HINT><dt>{details::FREE_UNTIL}</dt><dd><time title=time::full(at)>{time::in_sentence(at, time::now())}</time></dd></div>
            })}
        </dl>
    }
    .into_any()
}

fn written(id: &KnownBy) -> String {
    match (id.kind, id.ended) {
        (IdKind::Phone, _) => format!("+{}", id.value),
        (_, true) => details::ended(&id.value),
        _ => id.value.clone(),
    }
}
