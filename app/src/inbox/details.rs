//! Beside the thread: the contact, who looks after them, earlier conversations. What is in the pane is fetched by those who
//! look at it.

use super::{actions, api, conversation::Opened, desk::use_desk, person::Person, row::Row};
use crate::{
    boxed::{Show, memo, on},
    live::{Inbox, use_live},
    ui::{
        avatar::Avatar,
        icon::Icon,
        labels::LabelPick,
        later::{Later, Part},
        time,
        toast::use_toasts,
    },
    words::{self, contacts, details, fault, thread},
};
use leptos::{html, prelude::*};
use postern_types::{ContactBrief, ConversationId, ConversationState, MemberId, TeamId};
use wasm_split_helpers::wasm_split;

/// The pane; over the thread where there is no room beside it.
#[component]
pub fn DetailsPane(opened: Opened) -> impl IntoView {
    let desk = use_desk();
    provide_context(opened);
    // Over the thread, Escape closes them first, wherever in them the focus is.
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && desk.close_over() {
            event.prevent_default();
        }
    };
    view! {
        <aside class="details" aria-label=details::DETAILS on:keydown=on::keydown(keys)>
            <header class="details-head">
                <h2>{details::DETAILS}</h2>
                <button type="button" class="icon-button" aria-label=thread::HIDE_DETAILS on:click=on::click(move |_| desk.toggle_details())>
                    <Icon name="x"/>
                </button>
            </header>
            <Later fetch part=inside meanwhile=skeleton/>
        </aside>
    }
    .into_any()
}

fn skeleton() -> AnyView {
    view! { <div class="details-skeleton" aria-hidden="true"><i class="sk sk-face large"></i><i class="sk sk-line"></i><i class="sk sk-line short"></i></div> }
        .into_any()
}

#[wasm_split(details, preload(fetch), fallible)]
fn inside() -> Part {
    Ok(view! { <Inside/> }.into_any())
}

#[component]
fn Inside() -> impl IntoView {
    let (live, opened) = (use_live(), expect_context::<Opened>());
    let row = live.row(opened.id);
    let known = memo(move || row.with(|row| row.as_ref().map(|row| row.contact.clone())));
    let earlier = memo(move || {
        opened.details.with(|details| {
            details
                .as_ref()
                .map(|d| d.earlier.iter().map(|row| row.id).collect::<Vec<_>>())
        })
    });
    view! {
        {move || match known.get() {
            Some(contact) => view! { <Contact contact/> }.into_any(),
            None => skeleton(),
        }}
        <Facts opened/>
        <Person/>
        {move || known.get().map(|contact| view! {
            <section class="details-part">
                <a class="button small" href=format!("/contacts/{}#portal", contact.id)><Icon name="link"/>{words::links::ENTRY}</a>
            </section>
        })}
        <section class="details-part">
            <h3>{details::EARLIER}</h3>
            {move || earlier.get().map(|earlier| if earlier.is_empty() {
                view! { <p class="hint">{details::NO_EARLIER}</p> }.into_any()
            } else {
                view! {
                    <ul class="rows small">
                        {earlier.into_iter().map(|id| view! { <li><Row id current=Signal::derive(|| false)/></li> }).collect_view()}
                    </ul>
                }.into_any()
            })}
        </section>
    }
    .into_any()
}

#[component]
fn Contact(contact: ContactBrief) -> impl IntoView {
    let name = words::called(contact.label());
    view! {
        <div class="contact-card">
            <Avatar name=contact.name id=contact.id.0/>
            <strong class="contact-name"><bdi>{name}</bdi></strong>
            <span class="contact-phone" dir="ltr">{contact.phone.unwrap_or_else(|| details::HIDDEN.into())}</span>
            <a class="button small" href=format!("/contacts/{}", contact.id)><Icon name="contact"/>{details::TO_CONTACT}</a>
        </div>
    }
}

#[component]
fn Facts(opened: Opened) -> impl IntoView {
    let live = use_live();
    let row = live.row(opened.id);
    let number = memo(move || {
        row.with(|row| {
            let channel = row.as_ref()?.channel;
            live.inbox.with(|inbox| {
                inbox
                    .channel(channel)
                    .map(|channel| (channel.name.clone(), channel.phone.clone()))
            })
        })
    });
    let first = move || {
        opened
            .details
            .with(|details| details.as_ref().map(|d| d.contact.first_seen))
    };
    let open = move || {
        row.with(|row| {
            row.as_ref()
                .is_none_or(|row| row.state == ConversationState::Open)
        })
    };
    let window = move || {
        row.with(|row| {
            let left = row
                .as_ref()
                .and_then(|row| row.window_until)
                .map_or(0, |until| until.since(live.now.get()).max(0));
            words::list::window_left(left)
        })
    };
    view! {
        <dl class="facts">
            <div><dt><label for="assignee">{details::ASSIGNEE}</label></dt><dd><Assign id=opened.id/></dd></div>
            <AssignTeam id=opened.id/>
            <div><dt>{contacts::LABELS}</dt><dd><Labels id=opened.id/></dd></div>
            <div><dt>{details::STATE}</dt><dd>{move || if open() { details::OPEN } else { details::CLOSED }}</dd></div>
            <div><dt>{details::WINDOW}</dt><dd>{window}</dd></div>
            <div><dt>{details::OVER}</dt><dd>{move || number.get().map(|(name, phone)| view! { <bdi>{name}</bdi><br/><span dir="ltr" class="quiet-text">{phone}</span> })}</dd></div>
            <div><dt>{details::FIRST_SEEN}</dt><dd>{move || first().map(|at| view! { <time title=time::full(at)>{time::date(at)}</time> })}</dd></div>
        </dl>
    }
    .into_any()
}

/// The browser's own select: it is known, quick on a phone, and works by keyboard.
#[component]
fn Assign(id: ConversationId) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let row = live.row(id);
    let assignee = memo(move || row.with(|row| row.as_ref().and_then(|row| row.assignee)));
    let colleagues = memo(move || live.inbox.with(Inbox::colleagues));
    // Chosen by mouse or finger, the select lets the focus go: letters are shortcuts again. By keyboard one may go on.
    let pointed = StoredValue::new(false);
    let node = NodeRef::<html::Select>::new();
    let chosen = move |event| {
        let to = event_target_value(&event).parse::<MemberId>().ok();
        actions::assign(live, toasts, id, to, None);
        if let Some(select) = node.get_untracked().filter(|_| pointed.get_value()) {
            let _ = select.blur();
        }
    };
    let former = move || {
        let member = assignee.get()?;
        let gone = colleagues.with(|all| all.iter().all(|colleague| colleague.id != member));
        let name = live
            .inbox
            .with(|inbox| inbox.member(member).map(|m| m.name.clone()));
        gone.then(|| view! { <option value=member.to_string() prop:selected=true>{name.unwrap_or_else(|| words::FORMER.into())}</option> })
    };
    view! {
        <select id="assignee" class="select" node_ref=node on:change=on::change(chosen)
            on:pointerdown=move |_| pointed.set_value(true) on:keydown=on::keydown(move |_| pointed.set_value(false))>
            <option value="" prop:selected=move || assignee.get().is_none()>{words::NOBODY}</option>
            {former}
            <For each=move || colleagues.get() key=|member| (member.id, member.name.clone()) let:member>
                <option value=member.id.to_string() prop:selected=move || assignee.get() == Some(member.id)>
                    {if member.id == live.me() { details::me(&member.name) } else { member.name.clone() }}
                </option>
            </For>
        </select>
    }
}

/// What it wears.
#[component]
fn Labels(id: ConversationId) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let row = live.row(id);
    let worn = memo(move || {
        row.with(|row| {
            row.as_ref()
                .map(|row| row.labels.clone())
                .unwrap_or_default()
        })
    });
    let put = Callback::new(move |(label, on)| {
        live.lanes.push(id, async move {
            match api::wear(id, label, on).await {
                Ok(row) => live.settle(id, None, Some(row)),
                Err(error) => toasts.fault(fault::doing(contacts::NOT_CHANGED, &error)),
            }
        });
    });
    view! { <LabelPick worn put title=contacts::CHOOSE_LABELS none=contacts::NO_LABELS/> }
        .into_any()
}

/// To which team it is given, where there are teams.
#[component]
fn AssignTeam(id: ConversationId) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let row = live.row(id);
    let team = memo(move || row.with(|row| row.as_ref().and_then(|row| row.team)));
    let teams = memo(move || live.inbox.with(|inbox| inbox.teams.clone()));
    let node = NodeRef::<html::Select>::new();
    let chosen = move |event| {
        let to = event_target_value(&event).parse::<TeamId>().ok();
        live.lanes.push(id, async move {
            match api::assign_team(id, to).await {
                Ok(row) => live.settle(id, None, Some(row)),
                Err(error) => {
                    toasts.fault(fault::doing(fault::NOT_ASSIGNED, &error));
                    // As it still is, and not as it was chosen.
                    let shown = team.try_get_untracked().flatten();
                    if let Some(select) = node.try_get_untracked().flatten() {
                        select.set_value(&shown.map(|id| id.to_string()).unwrap_or_default());
                    }
                }
            }
        });
    };
    view! {
        <Show when=move || teams.with(|teams| !teams.is_empty())>
            <div><dt><label for="assigned-team">{details::TEAM}</label></dt><dd>
                <select id="assigned-team" class="select" node_ref=node on:change=on::change(chosen)>
                    <option value="" prop:selected=move || team.get().is_none()>{details::NO_TEAM}</option>
                    <For each=move || teams.get() key=|team| (team.id, team.name.clone()) let:each>
                        <option value=each.id.to_string() prop:selected=move || team.get() == Some(each.id)>{each.name.clone()}</option>
                    </For>
                </select>
            </dd></div>
        </Show>
    }
    .into_any()
}
