//! Who wants an account: name, address and password.

use super::{password::PasswordField, sending::Sending};
use crate::{ui::field::Field, words::account};
use leptos::prelude::*;

/// As it is typed; copied about freely.
#[derive(Clone, Copy)]
pub struct Person {
    pub name: RwSignal<String>,
    pub email: RwSignal<String>,
    pub password: RwSignal<String>,
}

impl Person {
    pub fn new() -> Self {
        let [name, email, password] = [(); 3].map(|()| RwSignal::new(String::new()));
        Self {
            name,
            email,
            password,
        }
    }
}

/// The three fields.
#[component]
pub fn PersonFields(
    person: Person,
    sending: Sending,
    /// Only the address that stands there will do.
    #[prop(optional)]
    fixed: bool,
    /// What is to be known of the address.
    #[prop(into, optional)]
    hint: String,
) -> impl IntoView {
    let email = if fixed {
        view! { <FixedEmail value=person.email hint/> }.into_any()
    } else {
        view! { <Field name="email" label=account::EMAIL kind="email" value=person.email hint fault=sending.of("email") autocomplete="username"/> }
            .into_any()
    };
    view! {
        <Field name="name" label=account::YOUR_NAME value=person.name fault=sending.of("name") autocomplete="name" maxlength=80_u32/>
        {email}
        <PasswordField label=account::PASSWORD value=person.password hint=account::PASSWORD_HINT fault=sending.of("password")/>
    }
    .into_any()
}

#[component]
fn FixedEmail(value: RwSignal<String>, hint: String) -> impl IntoView {
    view! {
        <div class="field">
            <label for="email">{account::EMAIL}</label>
            <input id="email" name="email" type="email" readonly=true autocomplete="username" dir="auto"
                prop:value=move || value.get() aria-describedby="email-hint"/>
            <p id="email-hint" class="hint">{hint}</p>
        </div>
    }
    .into_any()
}
