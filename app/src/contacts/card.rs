//! Who a contact is: what is known of them, in words or as a form, and their labels.

use super::{
    api,
    form::{Draft, FIELDS, Lines},
    profile::Desk,
};
use crate::{
    boxed::{Show, memo, on},
    live::use_live,
    ui::{
        ask::{Ask, Submit, focus_soon},
        icon::Icon,
        labels::LabelPick,
        time,
    },
    words::{self, contacts, details},
};
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    prelude::*,
};
use postern_types::{ContactForm, ContactPage, IdKind};

/// The card; it is read, or changed in its place.
#[component]
pub fn Card(desk: Desk) -> impl IntoView {
    let editing = RwSignal::new(false);
    let worn = memo(move || {
        desk.page.with(|page| {
            page.as_ref()
                .map(|page| page.labels.clone())
                .unwrap_or_default()
        })
    });
    let put = Callback::new(move |(label, on)| {
        desk.act(api::wear(desk.id.get_untracked(), label, on));
    });
    view! {
        <section class="card" aria-labelledby="profile-who">
            <div class="teams-head">
                <h2 id="profile-who">{contacts::WHO}</h2>
                <Show when=move || !editing.get()>
                    <button type="button" id="profile-edit" class="button small" on:click=on::click(move |_| editing.set(true))><Icon name="pencil"/>{contacts::EDIT}</button>
                </Show>
            </div>
            <Show when=move || editing.get() fallback=move || view! { <Facts desk/> }><Edit desk editing/></Show>
            <h3>{contacts::LABELS}</h3>
            <LabelPick worn put title=contacts::CHOOSE_LABELS none=contacts::NO_LABELS/>
        </section>
    }
    .into_any()
}

#[component]
fn Facts(desk: Desk) -> impl IntoView {
    move || desk.page.get().map(facts)
}

fn facts(page: ContactPage) -> AnyView {
    let live = use_live();
    let person = page.person;
    let shown = page.phone.clone();
    // Beside the number that is shown: others, and Meta's ids.
    let ids = person.known_by.into_iter().filter_map(|id| {
        let value = match id.kind {
            IdKind::Phone => format!("+{}", id.value),
            _ if id.ended => details::ended(&id.value),
            _ => id.value,
        };
        let other = Some(&value) != shown.as_ref();
        other.then(|| view! { <div><dt>{details::id_kind(id.kind)}</dt><dd class="person-id" dir="ltr">{value}</dd></div> })
    });
    let ids = ids.collect_view();
    let named = |label: &'static str, value: Option<String>| {
        value.map(|value| view! { <div><dt>{label}</dt><dd><bdi>{value}</bdi></dd></div> })
    };
    let owner = move || match page.owner {
        Some(owner) => live.inbox.with(|inbox| inbox.name_of(owner)),
        None => words::NOBODY.to_owned(),
    };
    view! {
        <dl class="facts">
            <div><dt>{contacts::PHONE}</dt><dd dir="ltr">{page.phone.unwrap_or_else(|| contacts::NONE.to_owned())}</dd></div>
            <div><dt>{contacts::EMAIL}</dt><dd dir="ltr">{page.email.unwrap_or_else(|| contacts::NONE.to_owned())}</dd></div>
            <div><dt>{contacts::OWNER}</dt><dd><bdi>{owner}</bdi></dd></div>
            {named(details::OWN_NAME, person.given_name.and(person.name))}
            {named(details::USERNAME, person.username)}
            {ids}
            <div><dt>{contacts::SINCE}</dt><dd><time title=time::full(person.first_seen)>{time::date(person.first_seen)}</time></dd></div>
            {person.marketing_stopped.map(|at| view! {
                <div><dt>{details::MARKETING}</dt><dd title=time::full(at)>{details::marketing_stopped(&time::date(at))}</dd></div>
            })}
        </dl>
    }
    .into_any()
}

#[component]
fn Edit(desk: Desk, editing: RwSignal<bool>) -> impl IntoView {
    let ask = Ask::new();
    // What arrives meanwhile does not change what is being written.
    let form = desk.page.with_untracked(|page| {
        page.as_ref()
            .map(|page| ContactForm {
                name: page.person.given_name.clone().unwrap_or_default(),
                phone: page.phone.clone().unwrap_or_default(),
                email: page.email.clone().unwrap_or_default(),
                owner: page.owner,
            })
            .unwrap_or_default()
    });
    let draft = Draft::new(form);
    focus_soon("#name");
    let close = move || {
        editing.try_set(false);
        focus_soon("#profile-edit");
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = api::edit(desk.id.get_untracked(), draft.form());
        ask.put(asked, move |()| {
            close();
            desk.toasts.say(contacts::SAVED);
            desk.refresh();
        });
    };
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !crate::browser::composing(&event) {
            event.prevent_default();
            close();
        }
    };
    view! {
        <form class="form" on:submit=on::submit(submit) on:keydown=on::keydown(escape) novalidate>
            {ask.general(FIELDS)}
            <Lines ask draft name_hint=details::NAME_HINT/>
            <footer class="person-foot">
                <button type="button" class="button" on:click=on::click(move |_| close())>{words::CANCEL}</button>
                <Submit ask act=contacts::SAVE/>
            </footer>
        </form>
    }
    .into_any()
}
