//! The second step of a sign-in: a code of the authenticator application, or one that was written down.

use super::sending::{Refused, Sending, Submit, compact, on_six_digits};
use crate::{
    boxed::{Show, effect},
    browser,
    error::ApiError,
    session::use_session,
    ui::{empty::Empty, field::Field, public::PublicPage},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{Factor, FactorKind, FactorStep};

/// In the place of the first one; without a step to take it gives way to that.
#[component]
pub fn SecondStep(asked: FactorStep, step: RwSignal<Option<FactorStep>>) -> impl IntoView {
    let session = use_session();
    let FactorStep { ticket, kinds } = asked;
    let ticket = StoredValue::new(ticket);
    let both = kinds.contains(&FactorKind::Totp) && kinds.contains(&FactorKind::Recovery);
    let kind = RwSignal::new(kinds.first().copied().unwrap_or(FactorKind::Totp));
    let code = RwSignal::new(String::new());
    let (trust, over) = (RwSignal::new(false), RwSignal::new(false));
    let sending = Sending::new(&["code"]);
    let send = move || {
        let form = Factor {
            ticket: ticket.get_value(),
            kind: kind.get_untracked(),
            code: compact(code),
            trust: trust.get_untracked(),
        };
        sending.start(session.prove(form), move |answer| match answer {
            Err(ApiError::NotFound) => {
                over.try_set(true);
            }
            Err(error) if error.field("code").is_some() => {
                code.try_set(String::new());
            }
            _ => {}
        });
    };
    on_six_digits(code, move || {
        if kind.get_untracked() == FactorKind::Totp {
            send();
        }
    });
    effect(|| {
        browser::focus("#code");
    });
    let choose = move |other| {
        sending.failed.set(None);
        code.set(String::new());
        kind.set(other);
        request_animation_frame(|| {
            browser::focus("#code");
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    let other = move || match kind.get() {
        FactorKind::Totp => (FactorKind::Recovery, account::USE_RECOVERY),
        FactorKind::Recovery => (FactorKind::Totp, account::USE_TOTP),
    };
    view! {
        <PublicPage title=account::FACTOR lead=account::FACTOR_LEAD>
            <Show when=move || !over.get() fallback=move || view! {
                <Empty icon="clock" title=account::FACTOR_OVER hint=account::FACTOR_OVER_HINT>
                    <button type="button" class="button primary" on:click=move |_| step.set(None)>{account::BEGIN_AGAIN}</button>
                </Empty>
            }>
                <form class="form door-code" on:submit=submit method="post">
                    <Refused sending/>
                    // Before the code, whose last digit sends it off.
                    <label class="door-check">
                        <input type="checkbox" prop:checked=move || trust.get() on:change=move |event| trust.set(event_target_checked(&event))/>
                        <span>{account::TRUST}</span>
                    </label>
                    {move || match kind.get() {
                        FactorKind::Totp => view! {
                            <Field name="code" label=account::TOTP value=code hint=account::TOTP_HINT fault=sending.of("code")
                                inputmode="numeric" autocomplete="one-time-code"/>
                        }.into_any(),
                        FactorKind::Recovery => view! {
                            <Field name="code" label=account::RECOVERY value=code hint=account::RECOVERY_HINT fault=sending.of("code")/>
                        }.into_any(),
                    }}
                    <Submit sending act=account::GO_ON doing=account::CHECKING/>
                </form>
                <div class="door-links">
                    {both.then(|| view! { <button type="button" class="button quiet" on:click=move |_| choose(other().0)>{move || other().1}</button> })}
                    <button type="button" class="button quiet" on:click=move |_| step.set(None)>{account::TO_SIGN_IN}</button>
                </div>
            </Show>
        </PublicPage>
    }
    .into_any()
}
