//! Signing in.

use crate::{
    boxed::effect,
    error::ApiError,
    session::{Auth, setup_needed, use_session},
    ui::{
        field::Field,
        icon::Icon,
        public::{PublicPage, awake},
    },
    words::{account, fault},
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// The page. Whoever is signed in already goes on; a fresh installation is set up first.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = use_session();
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let failed = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let awake = awake();
    let query = use_query_map();
    let go = use_navigate();
    let onward = go.clone();
    effect(move || {
        if session.auth.get() == Auth::In {
            let next = query.with_untracked(|query| query.get("next"));
            onward(
                &safe(next),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    effect(move || {
        let go = go.clone();
        leptos::task::spawn_local(async move {
            if matches!(setup_needed().await, Ok(true)) {
                go(
                    "/setup",
                    NavigateOptions {
                        replace: true,
                        ..NavigateOptions::default()
                    },
                );
            }
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            let answer = session
                .sign_in(
                    email.get_untracked().trim().to_owned(),
                    password.get_untracked(),
                )
                .await;
            if let Err(error) = answer {
                failed.try_set(Some(error));
                password.try_set(String::new());
                crate::browser::focus("#password");
            }
            busy.try_set(false);
        });
    };
    let of = move |field: &'static str| {
        Signal::derive(move || failed.with(|error| error.as_ref()?.field(field).map(str::to_owned)))
    };
    let general = move || {
        failed.with(|error| {
            let error = error.as_ref()?;
            let known = error.field("email").or(error.field("password")).is_some();
            (!known).then(|| fault::say(error))
        })
    };
    view! {
        <PublicPage title=account::SIGN_IN lead=account::SIGN_IN_LEAD>
            <form class="form" on:submit=submit method="post">
                {move || session.leaving.get().then(|| view! { <div class="strip notice" role="status"><Icon name="triangle-alert"/><p>{account::LEAVING}</p></div> })}
                {move || general().map(|text| view! { <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p></div> })}
                <Field name="email" label=account::EMAIL kind="email" value=email fault=of("email") autocomplete="username"/>
                <Field name="password" label=account::PASSWORD kind="password" value=password fault=of("password") autocomplete="current-password"/>
                <button type="submit" class="button primary large" disabled=move || busy.get() || !awake.get()>
                    {move || if busy.get() { account::SIGNING_IN } else { account::SIGN_IN }}
                </button>
            </form>
        </PublicPage>
    }
    .into_any()
}

/// A path of ours, or the inbox: an address elsewhere is not followed.
fn safe(next: Option<String>) -> String {
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
