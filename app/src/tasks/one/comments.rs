//! Comments, and the form that writes one.

use super::{super::api, desk::Desk};
use crate::{
    boxed::{Show, memo, on},
    live::{Live, use_live},
    ui::{
        ask::{Ask, Submit},
        icon::Icon,
        linked::Linked,
        time,
    },
    words::{self, fault, tasks},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{CommentPage, MemberId, TaskComment};

/// The section: older comments are put before those that follow the task.
#[component]
pub fn Comments(desk: Desk) -> impl IntoView {
    let newest = memo(move || desk.read(|task| task.comments.clone()));
    let older = RwSignal::new(CommentPage::default());
    // The way on to older ones: of what was fetched last, or of the newest.
    let fetched = RwSignal::new(false);
    let next = move || {
        if fetched.get() {
            older.with(|page| page.older.clone())
        } else {
            newest.with(|page| page.older.clone())
        }
    };
    let all = memo(move || {
        let mut all = older.with(|page| page.comments.clone());
        newest.with(|page| {
            let first = page.comments.first().map(|one| one.id);
            // As others are written, some of the newest become older.
            if let Some(at) = all.iter().position(|one| Some(one.id) == first) {
                all.truncate(at);
            }
            all.extend(page.comments.iter().cloned());
        });
        all
    });
    let more = move |_| {
        let Some(before) = untrack(next) else { return };
        leptos::task::spawn_local(async move {
            match api::comments(desk.id, Some(before)).await {
                Ok(page) => {
                    older.try_update(|known| {
                        let mut comments = page.comments;
                        comments.append(&mut known.comments);
                        *known = CommentPage {
                            comments,
                            older: page.older,
                        };
                    });
                    fetched.try_set(true);
                }
                Err(error) => desk.toasts.fault(fault::doing(tasks::NOT_READ, &error)),
            }
        });
    };
    view! {
        <section class="card" aria-labelledby="task-comments">
            <h2 id="task-comments">{tasks::COMMENTS}</h2>
            <Show when=move || next().is_some()>
                <button type="button" class="button small" on:click=on::click(more)>{tasks::OLDER}</button>
            </Show>
            <ol class="task-comments">
                <For each=move || all.get() key=|one| one.id let:one>
                    <Comment desk one/>
                </For>
            </ol>
            <Write desk/>
        </section>
    }
    .into_any()
}

/// What somebody is called; the contact, where it is nobody here.
pub fn who(live: Live, desk: Desk, author: Option<MemberId>) -> String {
    match author {
        Some(author) => live.inbox.with(|inbox| inbox.name_of(author)),
        None => desk.read(|task| words::called(task.contact.label())),
    }
}

#[component]
fn Comment(desk: Desk, one: TaskComment) -> impl IntoView {
    let live = use_live();
    let (author, at) = (one.author, one.at);
    let class = match (author, one.internal) {
        (None, _) => "task-comment in",
        (Some(_), true) => "task-comment note",
        (Some(_), false) => "task-comment out",
    };
    let to = author.map(|_| {
        if one.internal {
            tasks::INTERNAL
        } else {
            tasks::TO_CONTACT
        }
    });
    view! {
        <li class=class>
            <p class="task-by">
                <strong><bdi>{move || who(live, desk, author)}</bdi></strong>
                {to.map(|to| view! { <span>{to}</span> })}
                <time title=time::full(at)>{move || time::in_sentence(at, live.now.get())}</time>
            </p>
            <p class="task-prose" dir="auto"><Linked text=one.body/></p>
        </li>
    }
    .into_any()
}

/// To colleagues, unless the contact is chosen who sees the task.
#[component]
fn Write(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let text = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let shared = memo(move || desk.read(|task| task.form.shared));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let internal = !(open.get_untracked() && shared.get_untracked());
        let said = text.get_untracked();
        ask.put(api::comment(desk.id, said, internal), move |_| {
            text.try_set(String::new());
            desk.refresh();
        });
    };
    let fault = ask.fault("comment");
    view! {
        <form class="form task-write" on:submit=on::submit(submit) novalidate>
            {ask.general(&["comment"])}
            <div class="field" class:faulty=move || fault.with(Option::is_some)>
                <label for="comment">{tasks::WRITE}</label>
                <textarea id="comment" rows="3" maxlength="4000" dir="auto" aria-describedby="comment-hint"
                    aria-invalid=move || fault.with(Option::is_some).then_some("true")
                    prop:value=move || text.get() on:input=on::input(move |event| text.set(event_target_value(&event)))></textarea>
                <p id="comment-hint" class="hint" aria-live="polite">{move || fault.get().unwrap_or_else(|| {
                    let to = if open.get() && shared.get() { tasks::CONTACT_READS } else { tasks::COLLEAGUES_READ };
                    to.to_owned()
                })}</p>
            </div>
            <div class="task-send">
                <Show when=move || shared.get()>
                    <label class="team-switch">
                        <input type="checkbox" role="switch" prop:checked=move || open.get() on:change=on::change(move |event| open.set(event_target_checked(&event)))/>
                        <span><strong><Icon name="eye"/>{tasks::TO_CONTACT}</strong></span>
                    </label>
                </Show>
                <Submit ask act=tasks::COMMENT/>
            </div>
        </form>
    }
    .into_any()
}
