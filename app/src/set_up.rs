//! The first page of a fresh installation: its owner and its first workspace.

use crate::{
    boxed::{Show, effect},
    error::ApiError,
    session::{Auth, use_session},
    ui::{
        empty::Empty,
        field::Field,
        icon::Icon,
        later::{Later, Part},
        public::{PublicPage, awake},
    },
    words::{account, fault},
};
use leptos::{ev, ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::SetUp;
use wasm_split_helpers::wasm_split;

/// The page; its form is fetched by the one person who sees it.
#[component]
pub fn SetUpPage() -> impl IntoView {
    view! {
        <PublicPage title=account::SET_UP lead=account::SET_UP_LEAD>
            <Later fetch=fetch part=set_up/>
        </PublicPage>
    }
    .into_any()
}

#[wasm_split(set_up, preload(fetch), fallible)]
fn set_up() -> Part {
    Ok(view! { <Form/> }.into_any())
}

/// The code comes in the address's fragment, which no browser sends along.
#[component]
fn Form() -> impl IntoView {
    let session = use_session();
    let [token, workspace, name, email, password] = [(); 5].map(|()| RwSignal::new(String::new()));
    let from_link = RwSignal::new(false);
    let failed = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let awake = awake();
    let go = use_navigate();
    effect(move || {
        let take = move || {
            if let Some(code) = location_hash().filter(|code| !code.is_empty()) {
                token.set(code);
                from_link.set(true);
            }
        };
        take();
        // The link may be opened in a tab that is here already: then only the fragment changes.
        let handle = window_event_listener(ev::hashchange, move |_| take());
        on_cleanup(move || handle.remove());
    });
    effect(move || {
        if session.auth.get() == Auth::In {
            go(
                "/inbox",
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        let trimmed =
            |signal: RwSignal<String>| signal.with_untracked(|text| text.trim().to_owned());
        let form = SetUp {
            token: trimmed(token),
            workspace_name: trimmed(workspace),
            name: trimmed(name),
            email: trimmed(email),
            password: password.get_untracked(),
        };
        leptos::task::spawn_local(async move {
            if let Err(error) = session.set_up(form).await {
                if error.field("token").is_some() {
                    from_link.try_set(false);
                }
                failed.try_set(Some(error));
            }
            busy.try_set(false);
        });
    };
    let of = move |field: &'static str| {
        Signal::derive(move || failed.with(|error| error.as_ref()?.field(field).map(str::to_owned)))
    };
    let done =
        Memo::new(move |_| failed.with(|error| matches!(error, Some(ApiError::Conflict { .. }))));
    let general = move || {
        failed.with(|error| {
            let error = error.as_ref()?;
            let known = ["token", "workspace_name", "name", "email", "password"]
                .iter()
                .any(|f| error.field(f).is_some());
            (!known).then(|| fault::say(error))
        })
    };
    view! {
            <Show when=move || !done.get() fallback=|| view! {
                <Empty icon="check" title=account::SET_UP_DONE hint=account::SET_UP_DONE_HINT>
                    <a class="button primary" href="/sign-in">{account::SIGN_IN}</a>
                </Empty>
            }>
                <form class="form" on:submit=submit method="post">
                    {move || general().map(|text| view! { <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p></div> })}
                    <Show when=move || !from_link.get()>
                        <Field name="token" label=account::CODE value=token hint=account::CODE_HINT fault=of("token")/>
                    </Show>
                    <Field name="workspace" label=account::WORKSPACE value=workspace hint=account::WORKSPACE_HINT fault=of("workspace_name") autocomplete="organization" maxlength=80_u32/>
                    <Field name="name" label=account::YOUR_NAME value=name fault=of("name") autocomplete="name" maxlength=80_u32/>
                    <Field name="email" label=account::EMAIL kind="email" value=email fault=of("email") autocomplete="username"/>
                    <Field name="password" label=account::PASSWORD kind="password" value=password hint=account::PASSWORD_HINT fault=of("password")
                        autocomplete="new-password" minlength=8_u32 maxlength=128_u32/>
                    <button type="submit" class="button primary large" disabled=move || busy.get() || !awake.get()>
                        {move || if busy.get() { account::SETTING_UP } else { account::SET_UP_DO }}
                    </button>
                </form>
            </Show>
    }
    .into_any()
}
