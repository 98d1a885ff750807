//! Where one is signed in, and ending it.

use super::{api, ask::focus_head};
use crate::{
    boxed::{Show, effect, memo, on, sort},
    error::ApiError,
    ui::{
        ask::Ask,
        dialog::Dialog,
        icon::Icon,
        time,
        toast::{Toasts, use_toasts},
    },
    words::{self, fault, settings},
};
use leptos::prelude::*;
use postern_types::{SessionId, SessionView};

/// The head of the section, where one goes on after a session is gone.
const HEAD: &str = "sessions-head";

/// What the parts share; copied about freely.
#[derive(Clone, Copy)]
struct Desk {
    /// This browser first, then by their last use.
    all: RwSignal<Option<Vec<SessionView>>>,
    failed: RwSignal<Option<ApiError>>,
    /// Whether ending all others was asked for.
    asked: RwSignal<bool>,
    toasts: Toasts,
}

impl Desk {
    fn read(self) {
        leptos::task::spawn_local(async move {
            match api::sessions().await {
                Ok(mut all) => {
                    sort(&mut all, |a, b| {
                        (b.current, b.seen).cmp(&(a.current, a.seen))
                    });
                    self.all.try_set(Some(all));
                    self.failed.try_set(None);
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    fn end(self, id: SessionId) {
        leptos::task::spawn_local(async move {
            match api::end_session(id).await {
                // Ended by somebody else at this moment: so it is ended.
                Ok(()) | Err(ApiError::NotFound) => {
                    self.all.try_update(|all| {
                        if let Some(all) = all {
                            all.retain(|session| session.id != id);
                        }
                    });
                    self.toasts.say(settings::SESSION_ENDED);
                    focus_head(HEAD);
                }
                Err(error) => self.toasts.fault(fault::doing(settings::NOT_ENDED, &error)),
            }
        });
    }
}

/// The section; it reads itself anew when `changed` grows.
#[component]
pub fn Sessions(changed: RwSignal<u32>) -> impl IntoView {
    let desk = Desk {
        all: RwSignal::new(None),
        failed: RwSignal::new(None),
        asked: RwSignal::new(false),
        toasts: use_toasts(),
    };
    effect(move || {
        changed.track();
        desk.read();
    });
    let others = memo(move || {
        desk.all.with(|all| {
            let all = all.as_deref().unwrap_or_default();
            all.iter().filter(|session| !session.current).count()
        })
    });
    let here = move || desk.all.with(Option::is_some);
    view! {
        <section class="card" aria-labelledby=HEAD>
            <header class="account-head">
                <h2 id=HEAD>{settings::SESSIONS}</h2>
                <Show when=move || { others.get() > 0 }>
                    <button type="button" class="button small danger-quiet" on:click=on::click(move |_| desk.asked.set(true))>{settings::END_OTHERS}</button>
                </Show>
            </header>
            <p class="hint">{settings::SESSIONS_LEAD}</p>
            <Show when=move || desk.failed.with(Option::is_some)>
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/>
                    <p>{move || desk.failed.with(|error| error.as_ref().map(|e| fault::doing(settings::NOT_READ, e)))}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.read())>{words::TRY_AGAIN}</button>
                </div>
            </Show>
            <Show when=here>
                <ul class="sessions" aria-labelledby=HEAD>
                    <For each=move || desk.all.get().unwrap_or_default() key=|session| (session.id, session.seen, session.trusted) let:session>
                        <Line desk session/>
                    </For>
                </ul>
            </Show>
            <Show when=move || { here() && others.get() == 0 }><p class="hint">{settings::ALONE}</p></Show>
        </section>
        <EndOthers desk others/>
    }
    .into_any()
}

#[component]
fn Line(desk: Desk, session: SessionView) -> impl IntoView {
    let (id, since, seen) = (session.id, session.since, session.seen);
    let (current, now) = (session.current, time::now());
    let label = session.label;
    let end = settings::end_of(&label);
    view! {
        <li class="session">
            <span class="card-icon"><Icon name="monitor"/></span>
            <div class="session-words">
                <h3><bdi>{label}</bdi></h3>
                <p class="session-marks">
                    {current.then(|| view! { <span class="state"><Icon name="check"/>{settings::THIS_BROWSER}</span> })}
                    {session.trusted.then(|| view! { <span class="state off" title=settings::TRUSTED_HINT><Icon name="lock"/>{settings::TRUSTED}</span> })}
                </p>
                <p class="quiet-text">
                    <span dir="ltr">{session.network}</span>
                    <time title=time::full(since)>{settings::signed_in(&time::in_sentence(since, now))}</time>
                    <time title=time::full(seen)>{settings::seen(&time::in_sentence(seen, now))}</time>
                </p>
            </div>
            {(!current).then(|| view! {
                <button type="button" class="button small" aria-label=end on:click=on::click(move |_| desk.end(id))>{settings::END}</button>
            })}
        </li>
    }
    .into_any()
}

/// Says how many there are and what may be lost before it is done.
#[component]
fn EndOthers(desk: Desk, others: Memo<usize>) -> impl IntoView {
    let title = Signal::derive(move || settings::end_others_title(others.get()));
    view! { <Dialog open=desk.asked title><EndAll desk count=others.get_untracked()/></Dialog> }
        .into_any()
}

#[component]
fn EndAll(desk: Desk, count: usize) -> impl IntoView {
    let ask = Ask::new();
    let end = move |_| {
        ask.put(api::end_others(), move |ended| {
            desk.asked.try_set(false);
            desk.toasts.say(settings::ended(ended));
            desk.read();
            focus_head(HEAD);
        });
    };
    view! {
        <p class="dialog-text">{settings::end_others_lost(count)}</p>
        {ask.general(&[])}
        <footer class="dialog-foot">
            <button type="button" class="button" on:click=on::click(move |_| desk.asked.set(false))>{words::CANCEL}</button>
            <button type="button" class="button danger" on:click=on::click(end)>{settings::end_others_do(count)}</button>
        </footer>
    }
    .into_any()
}
