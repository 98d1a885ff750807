//! The last question: the name is typed, and whoever asks shows that it is they.

use super::api;
use crate::{
    ui::{
        ask::{Ask, Foot, focus_soon},
        field::Field,
    },
    words::erase,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{EraseWorkspace, Erasing};

/// Ids are the names that the server calls the fields by.
#[component]
pub fn Form(open: RwSignal<bool>, erasing: Erasing) -> impl IntoView {
    let ask = Ask::new();
    let [name, password, code] = [(); 3].map(|()| RwSignal::new(String::new()));
    focus_soon("#workspace_name");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = EraseWorkspace {
            name: name.get_untracked(),
            password: password.get_untracked(),
            code: code.get_untracked(),
        };
        // The page begins anew, in another workspace of theirs: nothing of this one is left in it.
        ask.put(api::erase(form), |()| {
            let _ = window().location().set_href("/inbox");
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <p class="dialog-text" dir="auto">{erase::lost(&erasing.name)}</p>
            {ask.general(&["workspace_name", "password", "code"])}
            <Field name="workspace_name" label=erase::NAME value=name hint=erase::typed_hint(&erasing.name) fault=ask.fault("workspace_name")/>
            <Field name="password" label=erase::PASSWORD kind="password" value=password fault=ask.fault("password") autocomplete="current-password"/>
            {erasing.factor.then(|| view! {
                <Field name="code" label=erase::CODE value=code fault=ask.fault("code") autocomplete="one-time-code"/>
            })}
            <Foot ask open act=erase::WORKSPACE_DO look="button danger"/>
        </form>
    }
    .into_any()
}
