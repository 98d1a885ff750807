//! The second step of a sign-in: a passkey, a code of the authenticator application, one that was written down, or one that
//! is mailed.

mod given;
mod ways;

use super::sending::{Refused, on_six_digits};
use crate::{
    boxed::{Show, effect, on},
    ui::{empty::Empty, public::PublicPage},
    words::account,
};
use given::{Try, focus};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{FactorKind, FactorStep};
use ways::{ByCode, ByMail, ByPasskey};

/// In the place of the first one; without a step to take it gives way to that.
#[component]
pub fn SecondStep(asked: FactorStep, step: RwSignal<Option<FactorStep>>) -> impl IntoView {
    let FactorStep { ticket, kinds } = asked;
    let first = kinds.first().copied().unwrap_or(FactorKind::Totp);
    let this = Try::new(ticket, first);
    on_six_digits(this.code, move || {
        if this.kind.get_untracked() != FactorKind::Recovery {
            this.go();
        }
    });
    effect(focus);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        this.go();
    };
    let others = StoredValue::new(kinds);
    let over = this.over;
    view! {
        <PublicPage title=account::FACTOR lead=account::FACTOR_LEAD>
            <Show when=move || !over.get() fallback=move || view! {
                <Empty icon="clock" title=account::FACTOR_OVER hint=account::FACTOR_OVER_HINT>
                    <button type="button" class="button primary" on:click=on::click(move |_| step.set(None))>{account::BEGIN_AGAIN}</button>
                </Empty>
            }>
                <form class="form door-code" on:submit=on::submit(submit) method="post">
                    <Refused sending=this.sending/>
                    // Before the code, whose last digit sends it off.
                    <label class="door-check">
                        <input type="checkbox" prop:checked=move || this.trust.get() on:change=on::change(move |event| this.trust.set(event_target_checked(&event)))/>
                        <span>{account::TRUST}</span>
                    </label>
                    {move || match this.kind.get() {
                        FactorKind::Passkey => view! { <ByPasskey this/> }.into_any(),
                        FactorKind::Totp => view! { <ByCode this label=account::TOTP hint=account::TOTP_HINT digits=true/> }.into_any(),
                        FactorKind::Recovery => view! { <ByCode this label=account::RECOVERY hint=account::RECOVERY_HINT digits=false/> }.into_any(),
                        FactorKind::Email => view! { <ByMail this/> }.into_any(),
                    }}
                </form>
                <div class="door-links">
                    {move || {
                        let now = this.kind.get();
                        others.get_value().into_iter().filter(|other| *other != now).map(|other| view! {
                            <button type="button" class="button quiet" on:click=on::click(move |_| this.choose(other))>{using(other)}</button>
                        }).collect_view()
                    }}
                    <button type="button" class="button quiet" on:click=on::click(move |_| step.set(None))>{account::TO_SIGN_IN}</button>
                </div>
            </Show>
        </PublicPage>
    }
    .into_any()
}

fn using(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Passkey => account::USE_PASSKEY,
        FactorKind::Totp => account::USE_TOTP,
        FactorKind::Recovery => account::USE_RECOVERY,
        FactorKind::Email => account::USE_MAIL,
    }
}
