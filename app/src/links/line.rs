//! A link: what it is good for, when it was used, and what can be done about it.

use super::{asking::What, desk::Desk};
use crate::{
    boxed::{Show, memo, on},
    ui::{icon::Icon, time},
    words::links,
};
use leptos::prelude::*;
use postern_types::{LinkState, PortalLink};

#[component]
pub fn Line(desk: Desk, one: PortalLink) -> impl IntoView {
    let now = time::now();
    let made = time::in_sentence(one.made, now);
    let author = one.author.map(|author| {
        memo(move || {
            let name = desk.live.inbox.with(|inbox| inbox.name_of(author));
            links::by(&name)
        })
    });
    let until = match one.state {
        LinkState::Closed => one.closed_until,
        _ => one.expires,
    };
    let until = until.map(|at| time::in_sentence(at, now));
    let (id, stands) = (one.id, one.state.stands());
    let mark = match one.state {
        LinkState::Open => "state",
        LinkState::Closed | LinkState::Locked => "state bad",
        LinkState::Expired | LinkState::Revoked => "state off",
    };
    let (pin_of, revoke_of) = (links::new_pin_of(&made), links::revoke_of(&made));
    view! {
        <li class="session">
            <span class="card-icon"><Icon name="link"/></span>
            <div class="session-words">
                <h3><time title=time::full(one.made)>{links::called(&made)}</time></h3>
                <p class="session-marks"><span class=mark>{links::state(one.state, until.as_deref())}</span></p>
                <p class="quiet-text">
                    {author.map(|author| view! { <bdi>{move || author.get()}</bdi> })}
                    {match one.used {
                        Some(used) => view! { <time title=time::full(used)>{links::used(&time::in_sentence(used, now))}</time> }.into_any(),
                        None => view! { <span>{links::NEVER_USED}</span> }.into_any(),
                    }}
                    {(one.browsers > 0).then(|| view! { <span>{links::browsers(one.browsers)}</span> })}
                </p>
                {one.asked.filter(|_| stands).map(|asked| view! {
                    <p class="strip notice"><Icon name="phone"/>{links::asked(&time::in_sentence(asked, now))}</p>
                })}
            </div>
            <Show when=move || stands>
                <div class="account-keep">
                    <button type="button" class="button small" aria-label=pin_of.clone() on:click=on::click(move |_| desk.ask(What::Pin(id)))>{links::NEW_PIN}</button>
                    <button type="button" class="button small danger-quiet" aria-label=revoke_of.clone() on:click=on::click(move |_| desk.ask(What::Revoke(id)))>{links::REVOKE}</button>
                </div>
            </Show>
        </li>
    }
    .into_any()
}
