//! The code that was mailed: whoever types it reads what goes to the address.

use super::sending::{Refused, Sending, Submit, compact, on_six_digits};
use crate::{
    boxed::{Show, effect, on},
    browser,
    error::ApiError,
    session::{another_code, use_session},
    ui::{empty::Empty, field::Field, public::PublicPage},
    words::account,
};
use leptos::{
    ev::{MouseEvent, SubmitEvent},
    prelude::*,
};
use postern_types::{CodeSent, Confirm};

/// So long after one code another is not sent: mail takes its time.
const REST_MS: u32 = 30_000;

/// In the place of the form that asked for it. The page leads on whoever is signed in by it.
#[component]
pub fn ConfirmStep(
    sent: CodeSent,
    /// Where it was mailed to.
    email: String,
    /// Leads back to the form.
    back: Callback<()>,
) -> impl IntoView {
    let session = use_session();
    let email = StoredValue::new(email);
    let (ticket, code) = (RwSignal::new(sent.ticket), RwSignal::new(String::new()));
    let [over, again, resting] = [(); 3].map(|()| RwSignal::new(false));
    let (sending, asking) = (Sending::new(&["code"]), Sending::new(&[]));
    let rest = move || {
        resting.try_set(true);
        leptos::task::spawn_local(async move {
            browser::sleep(REST_MS).await;
            resting.try_set(false);
        });
    };
    effect(move || {
        rest();
        browser::focus("#code");
    });
    let hand_in = move || {
        let form = Confirm {
            ticket: ticket.get_untracked(),
            code: compact(code),
        };
        sending.start(session.confirm(form), move |answer| match answer {
            Err(ApiError::NotFound) => {
                over.try_set(true);
            }
            Err(error) if error.field("code").is_some() => {
                code.try_set(String::new());
            }
            _ => {}
        });
    };
    on_six_digits(code, hand_in);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        hand_in();
    };
    let resend = move |_: MouseEvent| {
        asking.start(
            another_code(ticket.get_untracked()),
            move |answer| match answer {
                Ok(sent) => {
                    ticket.try_set(sent.ticket);
                    sending.failed.try_set(None);
                    code.try_set(String::new());
                    again.try_set(true);
                    rest();
                    browser::focus("#code");
                }
                Err(ApiError::NotFound) => {
                    over.try_set(true);
                }
                Err(_) => {}
            },
        );
    };
    let told = move || {
        let again = again.get();
        email.with_value(|email| {
            if again {
                account::another_sent(email)
            } else {
                account::code_sent(email)
            }
        })
    };
    view! {
        <PublicPage title=account::CHECK_MAIL lead=account::CHECK_MAIL_LEAD>
            <Show when=move || !over.get() fallback=move || view! {
                <Empty icon="clock" title=account::CODE_OVER hint=account::CODE_OVER_HINT>
                    <button type="button" class="button primary" on:click=on::click(move |_| back.run(()))>{account::BEGIN_AGAIN}</button>
                </Empty>
            }>
                <p class="door-told" role="status" dir="auto">{told}</p>
                <form class="form door-code" on:submit=on::submit(submit)>
                    <Refused sending/>
                    <Refused sending=asking/>
                    <Field name="code" label=account::MAILED_CODE value=code hint=account::MAILED_CODE_HINT fault=sending.of("code")
                        inputmode="numeric" autocomplete="one-time-code"/>
                    <Submit sending act=account::CONFIRM doing=account::CHECKING/>
                </form>
                <div class="door-links">
                    <button type="button" class="button quiet" disabled=move || resting.get() || asking.busy.get() on:click=on::click(resend)>{account::ANOTHER_CODE}</button>
                    <button type="button" class="button quiet" on:click=on::click(move |_| back.run(()))>{account::OTHER_ADDRESS}</button>
                </div>
            </Show>
        </PublicPage>
    }
    .into_any()
}
