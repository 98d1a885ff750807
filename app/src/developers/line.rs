//! A key: what it is good for, what it may do, when it was used.

use super::desk::Desk;
use crate::{
    boxed::{Show, on},
    ui::{icon::Icon, time},
    words::developers,
};
use leptos::prelude::*;
use postern_types::{KeyState, KeyView};

#[component]
pub fn Line(desk: Desk, one: KeyView) -> impl IntoView {
    let now = time::now();
    let made = time::in_sentence(one.made, now);
    let until = one.expires.map(|at| time::in_sentence(at, now));
    let stands = matches!(one.state, KeyState::Open | KeyState::Stopped);
    let mark = match one.state {
        KeyState::Open => "state",
        KeyState::Stopped => "state bad",
        KeyState::Expired | KeyState::Revoked => "state off",
    };
    let used = match (one.used, &one.used_from) {
        (Some(at), Some(from)) => developers::used(&time::in_sentence(at, now), from),
        _ => developers::NEVER_USED.to_owned(),
    };
    let scopes = one.scopes.iter().map(|scope| scope.as_str());
    let scopes =
        scopes.map(|word| view! { <li><code translate="no">{word}</code></li> }.into_any());
    let revoke_of = developers::revoke_of(&one.name);
    let key = StoredValue::new(one.clone());
    view! {
        <li class="session">
            <span class="card-icon"><Icon name="key-round"/></span>
            <div class="session-words">
                <h3 dir="auto">{one.name.clone()}</h3>
                <p class="session-marks">
                    <span class=mark>{developers::state(one.state, until.as_deref())}</span>
                    {one.test.then(|| view! { <span class="state off">{developers::TEST}</span> })}
                </p>
                <p class="quiet-text"><code translate="no" dir="ltr">{developers::hint(&one.hint)}</code></p>
                <ul class="key-scopes" aria-label=developers::SCOPES>{scopes.collect_view()}</ul>
                {(!one.networks.is_empty()).then(|| view! { <p class="quiet-text">{developers::only_from(&one.networks)}</p> })}
                <p class="quiet-text">
                    <bdi>{developers::made(&made, &one.author_name)}</bdi>
                    <span>{used}</span>
                </p>
            </div>
            <Show when=move || stands>
                <div class="account-keep">
                    <button type="button" class="button small danger-quiet" aria-label=revoke_of.clone()
                        on:click=on::click(move |_| desk.ask(key.get_value()))>{developers::REVOKE}</button>
                </div>
            </Show>
        </li>
    }
    .into_any()
}
