//! What members noted of a contact.

use super::{api, pages::Pages, profile::Desk};
use crate::{
    boxed::{Show, on},
    live::use_live,
    session::use_session,
    ui::{
        ask::{Ask, Submit},
        icon::Icon,
        linked::Linked,
        time,
    },
    words::{self, contacts},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{NoteView, Role};

/// The card.
#[component]
pub fn Notes(desk: Desk) -> impl IntoView {
    let pages = Pages::open(desk, contacts::NOTES_NOT_READ, |id, after| {
        Box::pin(async move {
            let page = api::notes(id, after).await?;
            Ok((page.notes, page.next))
        })
    });
    view! {
        <section class="card" aria-labelledby="profile-notes">
            <h2 id="profile-notes">{contacts::NOTES}</h2>
            <New desk/>
            {pages.fault()}
            <Show when=move || pages.is_empty()><p class="hint">{contacts::NO_NOTES}</p></Show>
            <ul class="notes">
                <For each=move || pages.all() key=|note| (note.id, note.edited) let:note><li><Note desk note/></li></For>
            </ul>
            {pages.older()}
        </section>
    }
    .into_any()
}

#[component]
fn New(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let text = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = api::note(desk.id.get_untracked(), text.get_untracked());
        ask.put(asked, move |_| {
            text.try_set(String::new());
            desk.refresh();
        });
    };
    let wrong = ask.fault("note");
    view! {
        <form class="form" on:submit=on::submit(submit) novalidate>
            {ask.general(&["note"])}
            <div class="field" class:faulty=move || wrong.with(Option::is_some)>
                <label for="note">{contacts::NEW_NOTE}</label>
                <textarea id="note" rows="2" maxlength="4000" dir="auto" aria-describedby="note-hint"
                    prop:value=move || text.get() on:input=on::input(move |event| text.set(event_target_value(&event)))></textarea>
                <p id="note-hint" class="hint" aria-live="polite">{move || wrong.get()}</p>
            </div>
            <Show when=move || text.with(|text| !text.trim().is_empty())>
                <footer class="person-foot"><Submit ask act=contacts::ADD_NOTE/></footer>
            </Show>
        </form>
    }
    .into_any()
}

#[component]
fn Note(desk: Desk, note: NoteView) -> impl IntoView {
    let (live, session) = (use_live(), use_session());
    let (id, at, author) = (note.id, note.at, note.author);
    let mine = author == Some(live.me());
    let may = mine || session.at_least(Role::Manager);
    let editing = RwSignal::new(false);
    let text = RwSignal::new(note.body.clone());
    let body = StoredValue::new(note.body);
    let by = move || {
        let name = author.map(|author| live.inbox.with(|inbox| inbox.name_of(author)));
        name.unwrap_or_else(|| contacts::BY_SERVICE.to_owned())
    };
    let ask = Ask::new();
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        ask.put(api::change_note(id, text.get_untracked()), move |()| {
            editing.try_set(false);
            desk.refresh();
        });
    };
    let sure = RwSignal::new(false);
    let delete = move |_| {
        if sure.get_untracked() {
            desk.act(api::delete_note(id));
        } else {
            sure.set(true);
        }
    };
    view! {
        <article class="contact-note">
            <header>
                <strong><bdi>{by}</bdi></strong>
                <time class="quiet-text" title=time::full(at)>{move || time::brief(at, live.now.get())}</time>
                {note.edited.map(|at| view! { <span class="quiet-text" title=time::full(at)>{contacts::EDITED}</span> })}
                <span class="team-do">
                    {mine.then(|| view! {
                        <button type="button" class="icon-button small" aria-label=contacts::EDIT_NOTE on:click=on::click(move |_| editing.set(true))><Icon name="pencil"/></button>
                    })}
                    {may.then(|| view! {
                        <button type="button" class="icon-button small" class:danger=move || sure.get()
                            aria-label=move || if sure.get() { contacts::REALLY_DELETE_NOTE } else { contacts::DELETE_NOTE } on:click=on::click(delete)><Icon name="trash-2"/></button>
                    })}
                </span>
            </header>
            <Show when=move || editing.get() fallback=move || view! { <p class="note-body" dir="auto"><Linked text=body.get_value()/></p> }>
                <form class="form" on:submit=on::submit(save) novalidate>
                    {ask.general(&[])}
                    <div class="field">
                        <textarea aria-label=contacts::EDIT_NOTE rows="3" maxlength="4000" dir="auto"
                            prop:value=move || text.get() on:input=on::input(move |event| text.set(event_target_value(&event)))></textarea>
                    </div>
                    <footer class="person-foot">
                        <button type="button" class="button small" on:click=on::click(move |_| editing.set(false))>{words::CANCEL}</button>
                        <Submit ask act=contacts::SAVE look="button small primary"/>
                    </footer>
                </form>
            </Show>
        </article>
    }
    .into_any()
}
