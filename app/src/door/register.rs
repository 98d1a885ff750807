//! A workspace of one's own, where anybody may have one.

use super::{
    confirm::ConfirmStep,
    onward::go_in,
    person::{Person, PersonFields},
    sending::{Refused, Sending, Submit, trimmed},
    ways::{Ways, keep_next},
};
use crate::{
    boxed::{effect, on},
    error::ApiError,
    session::{register, setup_state},
    ui::{empty::Empty, field::Field, icon::Icon, public::PublicPage},
    words::{self, account, fault},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{CodeSent, Provider, Register};

/// The page: a form, then the code; or word that it is closed.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let (person, workspace) = (Person::new(), RwSignal::new(String::new()));
    let sent = RwSignal::new(None::<CodeSent>);
    go_in(|| Some("/inbox".into()));
    let back = Callback::new(move |()| sent.set(None));
    view! {
        {move || match sent.get() {
            Some(sent) => view! { <ConfirmStep sent email=trimmed(person.email) back/> }.into_any(),
            None => view! { <PublicPage title=account::REGISTER lead=account::REGISTER_LEAD><Begin person workspace sent/></PublicPage> }.into_any(),
        }}
    }
    .into_any()
}

/// The form, where there is one.
#[component]
fn Begin(
    person: Person,
    workspace: RwSignal<String>,
    sent: RwSignal<Option<CodeSent>>,
) -> impl IntoView {
    let open = RwSignal::new(None::<Result<bool, ApiError>>);
    let providers = RwSignal::new(Vec::new());
    let look = move || {
        open.set(None);
        leptos::task::spawn_local(async move {
            let state = setup_state().await;
            open.try_set(Some(state.map(|state| {
                providers.try_set(state.providers);
                state.open
            })));
        });
    };
    effect(look);
    view! {
        {move || match open.get() {
            None => view! { <i class="sk sk-field"></i> }.into_any(),
            Some(Ok(true)) => view! { <Form person workspace sent providers/> }.into_any(),
            Some(Ok(false)) => view! {
                <Empty icon="lock" title=account::CLOSED hint=account::CLOSED_HINT>
                    <a class="button primary" href="/sign-in">{account::TO_SIGN_IN}</a>
                </Empty>
            }.into_any(),
            Some(Err(error)) => view! {
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{fault::doing(account::NOT_KNOWN, &error)}</p></div>
                <button type="button" class="button primary" on:click=on::click(move |_| look())>{words::TRY_AGAIN}</button>
            }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Form(
    person: Person,
    workspace: RwSignal<String>,
    sent: RwSignal<Option<CodeSent>>,
    providers: RwSignal<Vec<Provider>>,
) -> impl IntoView {
    let before = Callback::new(|()| keep_next("/inbox"));
    let sending = Sending::new(&["workspace_name", "name", "email", "password"]);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = Register {
            invitation: None,
            workspace_name: Some(trimmed(workspace)),
            name: trimmed(person.name),
            email: trimmed(person.email),
            password: person.password.get_untracked(),
        };
        sending.start(register(form), move |answer| {
            if let Ok(code) = answer {
                sent.try_set(Some(code));
            }
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit) method="post">
            <Refused sending/>
            <Field name="workspace" label=account::WORKSPACE value=workspace hint=account::WORKSPACE_HINT fault=sending.of("workspace_name")
                autocomplete="organization" maxlength=80_u32/>
            <PersonFields person sending/>
            <Submit sending act=account::REGISTER doing=account::REGISTERING/>
        </form>
        <Ways offered=providers before/>
        <p class="door-links"><a href="/sign-in">{account::HAVE_ACCOUNT}</a></p>
    }
    .into_any()
}
