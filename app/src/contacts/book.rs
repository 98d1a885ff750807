//! The book: who is in it, what is looked for, and the way to add somebody.

use super::{asking::Adding, desk::Desk, filters::Filters, kit::Kit};
use crate::{
    boxed::{Show, memo, on},
    browser,
    live::use_live,
    session::use_session,
    ui::{
        avatar::Avatar,
        contact_parts::{Shown, use_contact_parts},
        empty::Empty,
        icon::Icon,
        labels::chips,
        sentinel::Sentinel,
        time,
    },
    words::{self, contacts, fault, import, qr},
};
use leptos::{context::Provider, prelude::*};
use postern_types::{BookRow, OwnedBy, Right};

/// The whole of it.
#[component]
pub fn Book() -> impl IntoView {
    let desk = Desk::open();
    let (session, parts) = (use_session(), use_contact_parts());
    let imports = memo(move || session.at_least(Right::Import.role()));
    let exports = memo(move || session.at_least(Right::Export.role()));
    view! {
        <header class="page-head">
            <div>
                <h1>{contacts::TITLE}</h1>
                <p class="page-lead">{contacts::LEAD}</p>
            </div>
            <div class="book-do">
                <Show when=move || imports.get()><a class="button" href="/contacts/import"><Icon name="upload"/>{import::BUTTON}</a></Show>
                <a class="button" href="/qr"><Icon name="qr-code"/>{qr::TITLE}</a>
                <Show when=move || exports.get()><Provider value=Shown(desk.asked)>{(parts.export)()}</Provider></Show>
                <button type="button" class="button" on:click=on::click(move |_| desk.choosing.set(true))><Icon name="tag"/>{contacts::KIT}</button>
                <button type="button" class="button primary" on:click=on::click(move |_| desk.adding.set(true))><Icon name="plus"/>{contacts::NEW}</button>
            </div>
        </header>
        <div class="book">
            <Filters desk/>
            <List desk/>
        </div>
        <Adding desk/>
        <Kit open=desk.choosing/>
    }
    .into_any()
}

#[component]
fn List(desk: Desk) -> impl IntoView {
    let failed = move || {
        desk.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(contacts::NOT_READ, error))
        })
    };
    let none = memo(move || {
        desk.rows
            .with(|rows| rows.as_ref().is_some_and(Vec::is_empty))
    });
    let filtered = memo(move || {
        desk.asked.with(|asked| {
            !asked.search.is_empty() || asked.label.is_some() || asked.owner != OwnedBy::Anybody
        })
    });
    let seen = Callback::new(move |place| desk.more(place));
    view! {
        {move || failed().map(|text| view! {
            <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
                <button type="button" class="button small" on:click=on::click(move |_| desk.refresh())>{words::TRY_AGAIN}</button>
            </div>
        })}
        <Show when=move || desk.rows.with(Option::is_some) fallback=|| view! { <div class="card" aria-busy="true"><i class="sk sk-line"></i><i class="sk sk-line short"></i></div> }>
            <ul class="book-rows" aria-label=contacts::TITLE>
                <For each=move || desk.rows.get().unwrap_or_default() key=|row| (row.id, format!("{row:?}")) let:row><li><Line desk row/></li></For>
            </ul>
            <Sentinel place=desk.next seen again=desk.again/>
            <Show when=move || none.get()>
                {move || if filtered.get() {
                    view! { <Empty icon="search" title=contacts::NOBODY_FOUND hint=contacts::NOBODY_FOUND_HINT/> }.into_any()
                } else {
                    view! {
                        <Empty icon="contact" title=contacts::NOBODY hint=contacts::NOBODY_HINT>
                            <button type="button" class="button primary" on:click=on::click(move |_| desk.adding.set(true))>{contacts::NEW}</button>
                        </Empty>
                    }.into_any()
                }}
            </Show>
        </Show>
    }
    .into_any()
}

/// A contact, as a link to their page, which leads back to what was asked for here.
#[component]
fn Line(desk: Desk, row: BookRow) -> impl IntoView {
    let live = use_live();
    let best = [&row.name, &row.phone, &row.email];
    let name = words::called(best.into_iter().flatten().next().map_or("", String::as_str));
    let phone = row.name.as_ref().and(row.phone);
    let owner = row.owner.map(|owner| {
        view! {
            <span class="book-owner quiet-text">
                <span class="only-heard">{contacts::OWNER}": "</span>
                <bdi>{move || live.inbox.with(|inbox| inbox.name_of(owner))}</bdi>
            </span>
        }
    });
    let since = row.since;
    view! {
        <a class="book-row" href=move || format!("/contacts/{}{}", row.id, desk.query()) on:click=on::click(move |_| browser::mark(&row.id.to_string()))>
            <Avatar name=row.name.clone() id=row.id.0/>
            <span class="book-words">
                <strong><bdi>{name}</bdi></strong>
                <span class="quiet-text">
                    {phone.map(|phone| view! { <bdi dir="ltr">{phone}</bdi> })}
                    {row.email.map(|email| view! { <bdi dir="ltr">{email}</bdi> })}
                </span>
            </span>
            <span class="chips">{chips(row.labels)}</span>
            {owner}
            <time class="quiet-text" title=time::full(since)>{time::date(since)}</time>
        </a>
    }
    .into_any()
}
