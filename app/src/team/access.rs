//! The browsers in which a member has this workspace open, and ending that.

use super::{asking::What, who::Who};
use crate::{
    boxed::{Show, memo, on},
    live::use_live,
    ui::time,
    words::team,
};
use leptos::prelude::*;
use postern_types::AccessView;

/// How many there are, and each when it is asked for.
#[component]
pub fn Access(who: Who, name: Memo<String>) -> impl IntoView {
    let browsers = memo(move || who.read(|who| who.access.clone()));
    let some = memo(move || who.read(|who| !who.access.is_empty()));
    view! {
        <Show when=move || some.get() fallback=|| view! { <p class="quiet-text">{team::NO_BROWSER}</p> }>
            <details class="team-access">
                <summary>{move || team::browsers(browsers.with(Vec::len))}</summary>
                <ul>
                    <For each=move || browsers.get() key=|browser| (browser.session, browser.seen, browser.network.clone()) let:browser>
                        <Line browser/>
                    </For>
                </ul>
                <Show when=move || who.within_reach()>
                    <button type="button" class="button small danger-quiet" on:click=on::click(move |_| who.ask(What::EndAccess))
                        aria-label=move || team::end_access(&name.get())>{team::END_ACCESS}"…"</button>
                </Show>
            </details>
        </Show>
    }
    .into_any()
}

#[component]
fn Line(browser: AccessView) -> impl IntoView {
    let live = use_live();
    let seen = browser.seen;
    view! {
        <li>
            <strong><bdi>{browser.label}</bdi></strong>
            <span class="quiet-text" dir="ltr">{browser.network}</span>
            <time class="quiet-text" title=time::full(seen)>{move || time::brief(seen, live.now.get())}</time>
        </li>
    }
    .into_any()
}
