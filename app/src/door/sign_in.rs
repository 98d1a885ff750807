//! Signing in: address and password, and the second step where there is one; or a passkey alone.

use super::{
    factor::SecondStep,
    onward::{go_in, instead},
    sending::{Refused, Sending, Submit, trimmed},
    ways::{Ways, keep_next},
};
use crate::{
    boxed::{Show, effect, on},
    session::{ask_passkey, setup_state, use_session},
    ui::{field::Field, icon::Icon, passkey, public::PublicPage},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::{use_navigate, use_query_map};
use postern_types::{FactorStep, PasskeyAnswer, Provider};

/// What is typed, and where it leads; copied about freely.
#[derive(Clone, Copy)]
struct Entrance {
    email: RwSignal<String>,
    password: RwSignal<String>,
    /// The second step, once it is asked for.
    step: RwSignal<Option<FactorStep>>,
    /// Whether anybody may register.
    open: RwSignal<bool>,
    /// Who else signs people in.
    providers: RwSignal<Vec<Provider>>,
}

/// The page. Whoever is signed in already goes on; a fresh installation is set up first.
#[component]
pub fn SignInPage() -> impl IntoView {
    let entrance = Entrance {
        email: RwSignal::new(String::new()),
        password: RwSignal::new(String::new()),
        step: RwSignal::new(None),
        open: RwSignal::new(false),
        providers: RwSignal::new(Vec::new()),
    };
    let query = use_query_map();
    go_in(move || Some(safe(query.with_untracked(|query| query.get("next")))));
    let go = use_navigate();
    effect(move || {
        let go = go.clone();
        leptos::task::spawn_local(async move {
            // Signing in needs no answer to this.
            if let Ok(state) = setup_state().await {
                entrance.open.try_set(state.open);
                entrance.providers.try_set(state.providers);
                if state.needed {
                    go("/setup", instead());
                }
            }
        });
    });
    view! {
        {move || match entrance.step.get() {
            None => view! { <FirstStep entrance/> }.into_any(),
            Some(asked) => view! { <SecondStep asked step=entrance.step/> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn FirstStep(entrance: Entrance) -> impl IntoView {
    let session = use_session();
    let Entrance {
        email,
        password,
        step,
        open,
        providers,
    } = entrance;
    let query = use_query_map();
    let before = Callback::new(move |()| {
        keep_next(&safe(query.with_untracked(|query| query.get("next"))));
    });
    let sending = Sending::new(&["email", "password"]);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = session.sign_in(trimmed(email), password.get_untracked());
        sending.start(asked, move |answer| {
            // What may go through at the next try is not typed again.
            if !answer.as_ref().is_err_and(|error| error.is_passing()) {
                password.try_set(String::new());
            }
            if let Ok(Some(asked)) = answer {
                step.try_set(Some(asked));
            }
        });
    };
    let by_passkey = move |_| {
        let asked = async move {
            let question = ask_passkey().await?;
            let credential = passkey::show(&question.options).await?;
            let ticket = question.ticket;
            session
                .sign_in_by(PasskeyAnswer { ticket, credential })
                .await
        };
        sending.start(asked, |_| ());
    };
    view! {
        <PublicPage title=account::SIGN_IN lead=account::SIGN_IN_LEAD>
            <form class="form" on:submit=on::submit(submit) method="post">
                {move || session.leaving.get().then(|| view! { <div class="strip notice" role="status"><Icon name="triangle-alert"/><p>{account::LEAVING}</p></div> })}
                <Refused sending/>
                <Field name="email" label=account::EMAIL kind="email" value=email fault=sending.of("email") autocomplete="username"/>
                <Field name="password" label=account::PASSWORD kind="password" value=password fault=sending.of("password") autocomplete="current-password"/>
                <Submit sending act=account::SIGN_IN doing=account::SIGNING_IN/>
            </form>
            <button type="button" class="button large" on:click=on::click(by_passkey) aria-disabled=move || sending.busy.get().then_some("true")>
                <Icon name="key-round"/>{account::BY_PASSKEY}
            </button>
            <Ways offered=providers before/>
            <nav class="door-links" aria-label=account::OTHER_WAYS>
                <a href="/forgot">{account::FORGOT}</a>
                <Show when=move || open.get()>
                    <span>{account::NO_ACCOUNT}" "<a href="/register">{account::REGISTER}</a></span>
                </Show>
            </nav>
        </PublicPage>
    }
    .into_any()
}

/// A path of ours, or the inbox: an address elsewhere is not followed.
pub(super) fn safe(next: Option<String>) -> String {
    next.filter(|next| is_ours(next))
        .unwrap_or_else(|| "/inbox".into())
}

/// Browsers drop tabs and line ends from an address, read `\` as `/` and resolve dots (WHATWG URL, 4.4): whatever could
/// begin with two slashes after that is refused, wherever the slashes stand.
fn is_ours(next: &str) -> bool {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    path.starts_with('/')
        && !path.contains("//")
        && !next.contains('\\')
        && !next.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_installation_are_followed() {
        for (next, expected) in [
            (None, "/inbox"),
            (Some("/inbox/1"), "/inbox/1"),
            (
                Some("/inbox/1?from=https://elsewhere.example#//"),
                "/inbox/1?from=https://elsewhere.example#//",
            ),
            (Some(""), "/inbox"),
            (Some("/\t/elsewhere.example"), "/inbox"),
            (Some("/\n/elsewhere.example"), "/inbox"),
            (Some("/\r/elsewhere.example"), "/inbox"),
            (Some("/\r\n\t/elsewhere.example"), "/inbox"),
            (Some("\t//elsewhere.example"), "/inbox"),
            (Some("/.//elsewhere.example"), "/inbox"),
            (Some("/inbox/..//elsewhere.example"), "/inbox"),
            (Some("/%2e//elsewhere.example"), "/inbox"),
            (Some("/.\t./\t/elsewhere.example"), "/inbox"),
            (Some("/inbox\u{7f}"), "/inbox"),
            (Some("/inbox\u{85}"), "/inbox"),
            (Some("//elsewhere.example"), "/inbox"),
            (Some("/\\elsewhere.example"), "/inbox"),
            (Some("https://elsewhere.example"), "/inbox"),
            (Some("javascript:alert(1)"), "/inbox"),
        ] {
            assert_eq!(safe(next.map(Into::into)), expected);
        }
    }
}
