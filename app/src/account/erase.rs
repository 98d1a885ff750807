//! Deleting the account: what is left and what holds is shown, and asked for with the address and a proof.

use super::api;
use crate::{
    boxed::{effect, on},
    error::ApiError,
    session::use_session,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        field::Field,
        icon::Icon,
        later::{Later, Part},
        second::{Second, shown},
    },
    words::{self, erase, fault},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{EraseAccount, Leaving};
use wasm_split_helpers::wasm_split;

/// Whether the dialog is open, for what stands in it.
#[derive(Clone, Copy)]
struct Open(RwSignal<bool>);

/// The section.
#[component]
pub fn Erase() -> impl IntoView {
    let open = RwSignal::new(false);
    provide_context(Open(open));
    view! {
        <section class="card" aria-labelledby="erase-head">
            <h2 id="erase-head">{erase::ACCOUNT}</h2>
            <div class="account-line">
                <p class="account-words hint">{erase::ACCOUNT_LEAD}</p>
                <button type="button" class="button danger-quiet" on:click=on::click(move |_| open.set(true))>{erase::ACCOUNT_DO}</button>
            </div>
        </section>
        <Dialog open title=erase::ACCOUNT><Later fetch part=erase_account/></Dialog>
    }
    .into_any()
}

#[wasm_split(workspace, preload(fetch), fallible)]
fn erase_account() -> Part {
    let Open(open) = expect_context();
    Ok(view! { <Look open/> }.into_any())
}

/// What would be left, read anew each time.
#[component]
fn Look(open: RwSignal<bool>) -> impl IntoView {
    let known = RwSignal::new(None::<Leaving>);
    let failed = RwSignal::new(None::<ApiError>);
    effect(move || {
        leptos::task::spawn_local(async move {
            match api::read_leaving().await {
                Ok(leaving) => {
                    known.try_set(Some(leaving));
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    });
    let failure = move || {
        failed.get().map(|error| {
            view! {
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p>{fault::doing(erase::NOT_READ, &error)}</p></div>
            }
        })
    };
    view! {
        {failure}
        {move || known.get().map(|leaving| if leaving.places.iter().any(|place| place.alone) {
            view! { <Held open leaving/> }.into_any()
        } else {
            view! { <Form open leaving/> }.into_any()
        })}
    }
    .into_any()
}

/// Workspaces that would be without an owner.
#[component]
fn Held(open: RwSignal<bool>, leaving: Leaving) -> impl IntoView {
    let held = leaving.places.into_iter().filter(|place| place.alone);
    let held = held.map(|place| place.name).collect();
    view! {
        <p class="dialog-text">{erase::ALONE}</p>
        <Names label=erase::HELD names=held/>
        <footer class="dialog-foot">
            <button type="button" class="button" on:click=on::click(move |_| open.set(false))>{words::CLOSE}</button>
        </footer>
    }
    .into_any()
}

#[component]
fn Names(label: &'static str, names: Vec<String>) -> impl IntoView {
    view! {
        <ul class="erase-list" aria-label=label>
            {names.into_iter().map(|name| view! { <li><bdi>{name}</bdi></li> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Form(open: RwSignal<bool>, leaving: Leaving) -> impl IntoView {
    let session = use_session();
    let ask = Ask::new();
    let [email, password, code] = [(); 3].map(|()| RwSignal::new(String::new()));
    let names: Vec<_> = leaving.places.into_iter().map(|place| place.name).collect();
    let lost = if names.is_empty() {
        erase::NO_PLACES
    } else {
        erase::ACCOUNT_LOST
    };
    let own = session
        .me
        .with_untracked(|me| me.as_ref().map(|me| me.email.clone()));
    let kinds = StoredValue::new(leaving.factors.clone());
    focus_soon("#email");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let kinds = kinds.get_value();
        let mut form = EraseAccount {
            email: email.get_untracked(),
            password: password.get_untracked(),
            code: code.get_untracked(),
            passkey: None,
        };
        let asked = async move {
            form.passkey = shown(&kinds, &form.password, &form.code).await?;
            api::erase(form).await
        };
        // Nobody is there any more who could be signed out: the cookie goes, and every tab.
        ask.put(asked, move |()| {
            leptos::task::spawn_local(session.sign_out());
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{lost}</p>
            {(!names.is_empty()).then(|| view! { <Names label=erase::PLACES names/> })}
            {ask.general(&["email", "password", "code"])}
            <Field name="email" label=erase::EMAIL value=email hint=erase::typed_hint(&own.unwrap_or_default()) fault=ask.fault("email") inputmode="email"/>
            <Field name="password" label=erase::PASSWORD kind="password" value=password fault=ask.fault("password") autocomplete="current-password"/>
            <Second ask kinds=leaving.factors value=code/>
            <Foot ask open act=erase::ACCOUNT_DO look="button danger"/>
        </form>
    }
    .into_any()
}
