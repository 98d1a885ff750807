//! The last question: the name is typed, and whoever asks shows that it is they.

use super::api;
use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot, focus_soon},
        field::Field,
        second::{Second, shown},
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
    let kinds = StoredValue::new(erasing.factors.clone());
    focus_soon("#workspace_name");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let kinds = kinds.get_value();
        let mut form = EraseWorkspace {
            name: name.get_untracked(),
            password: password.get_untracked(),
            code: code.get_untracked(),
            passkey: None,
        };
        let asked = async move {
            form.passkey = shown(&kinds, &form.password, &form.code).await?;
            api::erase(form).await
        };
        // The page begins anew, in another workspace of theirs: nothing of this one is left in it.
        ask.put(asked, |()| {
            let _ = window().location().set_href("/inbox");
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text" dir="auto">{erase::lost(&erasing.name)}</p>
            {ask.general(&["workspace_name", "password", "code"])}
            <Field name="workspace_name" label=erase::NAME value=name hint=erase::typed_hint(&erasing.name) fault=ask.fault("workspace_name")/>
            <Field name="password" label=erase::PASSWORD kind="password" value=password fault=ask.fault("password") autocomplete="current-password"/>
            <Second ask kinds=erasing.factors value=code/>
            <Foot ask open act=erase::WORKSPACE_DO look="button danger"/>
        </form>
    }
    .into_any()
}
