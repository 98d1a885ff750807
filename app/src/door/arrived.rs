//! Back from Google or Microsoft: what came of it, and what can be done about it.

mod newcomer;

use super::{
    factor::SecondStep,
    onward::{go_in, instead},
    sign_in::safe,
    ways::take_next,
};
use crate::{
    boxed::{effect, on},
    error::ApiError,
    session::{Auth, use_session},
    ui::{empty::Empty, icon::Icon, public::PublicPage, toast::use_toasts},
    words::{self, account, fault, settings},
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use newcomer::NewcomerForm;
use postern_types::{Arrival, FactorStep, Newcomer, Refusal, Refused};

/// What there is to show.
#[derive(Clone)]
enum Came {
    /// Signed in: the page leads on.
    In,
    Newcomer(Newcomer),
    Refused(Refused),
    /// It could not be asked.
    Unasked(ApiError),
}

/// The page. It asks once: what is told is used up.
#[component]
pub fn ArrivedPage() -> impl IntoView {
    let (session, toasts, go) = (use_session(), use_toasts(), use_navigate());
    let came = RwSignal::new(None::<Came>);
    let step = RwSignal::new(None::<FactorStep>);
    // Whether that was asked for; whether an account was made.
    let [asked, made] = [(); 2].map(|()| RwSignal::new(false));
    let next = StoredValue::new(safe(take_next()));
    go_in(move || {
        // With the account the invitation is used up that one may have come from.
        if made.get() {
            return Some("/inbox".into());
        }
        let inside = came.with(|came| matches!(came, Some(Came::In)));
        (inside || asked.get()).then(|| next.get_value())
    });
    let ask = move || {
        let go = go.clone();
        came.set(None);
        leptos::task::spawn_local(async move {
            let told = match session.arrive().await {
                Ok(Arrival::In(_)) => Came::In,
                Ok(Arrival::Factor(asks)) => {
                    asked.try_set(true);
                    step.try_set(Some(asks));
                    return;
                }
                Ok(Arrival::Connected(provider)) => {
                    toasts.say(settings::connected(provider));
                    go("/settings/account", instead());
                    return;
                }
                Ok(Arrival::Newcomer(newcomer)) => Came::Newcomer(newcomer),
                Ok(Arrival::Refused(refused)) => Came::Refused(refused),
                Err(error) => Came::Unasked(error),
            };
            came.try_set(Some(told));
        });
    };
    let ask = StoredValue::new_local(ask);
    effect(move || ask.with_value(|ask| ask()));
    let again = Callback::new(move |()| ask.with_value(|ask| ask()));
    // Whoever goes back from the second step begins anew.
    let over = move || asked.get() && step.with(Option::is_none);
    view! {
        {move || match step.get() {
            Some(asked) => view! { <SecondStep asked step/> }.into_any(),
            None if over() => view! { <Told refused=Refused { provider: None, why: Refusal::Expired }/> }.into_any(),
            None => match came.get() {
                None | Some(Came::In) => view! {
                    <PublicPage title=account::SIGN_IN lead=account::SIGNING_IN><i class="sk sk-field"></i></PublicPage>
                }.into_any(),
                Some(Came::Newcomer(newcomer)) => view! { <NewcomerForm newcomer done=made/> }.into_any(),
                Some(Came::Refused(refused)) => view! { <Told refused/> }.into_any(),
                Some(Came::Unasked(error)) => view! { <Unasked error again/> }.into_any(),
            },
        }}
    }
    .into_any()
}

/// Why it came to nothing, and what to do instead.
#[component]
fn Told(refused: Refused) -> impl IntoView {
    let session = use_session();
    let (title, hint) = account::refused(refused);
    view! {
        <PublicPage title=account::SIGN_IN lead=account::CAME_BACK>
            <Empty icon="triangle-alert" title hint>
                {move || if session.auth.get() == Auth::In {
                    view! { <a class="button primary" href="/settings/account">{account::TO_YOUR_ACCOUNT}</a> }.into_any()
                } else {
                    view! { <a class="button primary" href="/sign-in">{account::TO_SIGN_IN}</a> }.into_any()
                }}
            </Empty>
        </PublicPage>
    }
    .into_any()
}

#[component]
fn Unasked(error: ApiError, again: Callback<()>) -> impl IntoView {
    view! {
        <PublicPage title=account::SIGN_IN lead=account::CAME_BACK>
            <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{fault::say(&error)}</p></div>
            <button type="button" class="button primary large" on:click=on::click(move |_| again.run(()))>{words::TRY_AGAIN}</button>
        </PublicPage>
    }
    .into_any()
}
