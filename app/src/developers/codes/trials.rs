//! The log of tests: what would have been sent, and to whom.

use super::api;
use crate::{
    boxed::{Show, effect, on},
    developers::{
        pages::{Pages, skeleton},
        pretty::pretty,
    },
    live::use_live,
    ui::{empty::Empty, icon::Icon, time},
    words::codes,
};
use leptos::prelude::*;
use postern_types::{TestKind, TestMessageView};

const HEAD: &str = "tests-head";

/// The log.
#[component]
pub fn Tests() -> impl IntoView {
    let live = use_live();
    let all = Pages::new(|after| {
        Box::pin(async move {
            let page = api::tests(after).await?;
            Ok((page.messages, page.next))
        })
    });
    effect(move || {
        live.epoch.track();
        all.again();
    });
    view! {
        <section class="card developers" aria-labelledby=HEAD>
            <header class="account-head">
                <h2 id=HEAD>{codes::TESTS}</h2>
                <div class="account-keep">
                    <button type="button" class="button small" on:click=on::click(move |_| all.again())><Icon name="rotate-cw"/>{codes::RENEW}</button>
                </div>
            </header>
            <p class="hint">{codes::TESTS_LEAD}</p>
            {all.fault(codes::TESTS_NOT_READ, "")}
            <Show when=move || all.rows.with(Option::is_none) && all.failed.with(Option::is_none)>{skeleton()}</Show>
            <Show when=move || all.none() fallback=move || view! {
                <ul class="tries" aria-labelledby=HEAD aria-busy=move || all.busy.get().to_string()>
                    <For each=move || all.rows.get().unwrap_or_default() key=|one| one.id let:one>{line(one)}</For>
                </ul>
            }>
                <Empty icon="message-circle" title=codes::TESTS_NONE hint=codes::TESTS_NONE_HINT/>
            </Show>
            {all.older(codes::MORE)}
        </section>
    }
    .into_any()
}

fn line(one: TestMessageView) -> AnyView {
    let icon = match one.kind {
        TestKind::Otp => "lock",
        TestKind::Message => "message-circle",
    };
    let now = time::now();
    view! {
        <li>
            <p class="try">
                <Icon name=icon/>
                <strong>{codes::kind(one.kind)}</strong>
                <span><span class="only-heard">{codes::WOULD}" "</span><bdi dir="ltr">{one.phone}</bdi></span>
                <span class="quiet-text"><time title=time::full(one.at)>{time::in_sentence(one.at, now)}</time></span>
            </p>
            <pre class="wire" tabindex="0" aria-label=codes::BODY dir="auto" translate="no">{pretty(&one.body)}</pre>
        </li>
    }
    .into_any()
}
