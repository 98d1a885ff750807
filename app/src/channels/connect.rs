//! The form that connects a number.

use super::{Desk, api};
use crate::{
    boxed::{Show, on},
    error::ApiError,
    live::use_live,
    ui::{dialog::Dialog, field::Field, icon::Icon},
    words::{self, channels, fault},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::ConnectChannel;

/// The fields as they are typed; copied about freely.
#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    phone_number_id: RwSignal<String>,
    account_id: RwSignal<String>,
    token: RwSignal<String>,
    own_app: RwSignal<bool>,
    app_secret: RwSignal<String>,
}

impl Form {
    fn new() -> Self {
        Self {
            name: RwSignal::default(),
            phone_number_id: RwSignal::default(),
            account_id: RwSignal::default(),
            token: RwSignal::default(),
            own_app: RwSignal::new(true),
            app_secret: RwSignal::default(),
        }
    }

    fn read(self) -> ConnectChannel {
        let text = |signal: RwSignal<String>| signal.with_untracked(|text| text.trim().to_owned());
        ConnectChannel {
            name: text(self.name),
            phone_number_id: text(self.phone_number_id),
            account_id: text(self.account_id),
            token: text(self.token),
            app_secret: self.own_app.get_untracked().then(|| text(self.app_secret)),
        }
    }

    /// Secrets do not stay on the page.
    fn clear(self) {
        for field in [
            self.name,
            self.phone_number_id,
            self.account_id,
            self.token,
            self.app_secret,
        ] {
            field.set(String::new());
        }
    }
}

/// Opens over the page.
#[component]
pub fn ConnectDialog(desk: Desk) -> impl IntoView {
    let live = use_live();
    let form = Form::new();
    let failed = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            match api::connect(form.read()).await {
                Ok(connected) => {
                    form.clear();
                    live.inbox
                        .try_update(|inbox| inbox.put_channels(vec![connected.channel.clone()]));
                    desk.connecting.try_set(false);
                    desk.connected.try_set(Some(connected));
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
            busy.try_set(false);
        });
    };
    view! {
        <Dialog open=desk.connecting title=channels::CONNECT class="wide">
            <form class="form" on:submit=on::submit(submit)>
                <Fields form failed/>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=on::click(move |_| desk.connecting.set(false))>{words::CANCEL}</button>
                    <button type="submit" class="button primary" disabled=move || busy.get()>
                        {move || if busy.get() { channels::CONNECTING } else { channels::CONNECT }}
                    </button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Fields(form: Form, failed: RwSignal<Option<ApiError>>) -> impl IntoView {
    let of = move |field: &'static str| {
        Signal::derive(move || failed.with(|error| error.as_ref()?.field(field).map(str::to_owned)))
    };
    let known = [
        "name",
        "phone_number_id",
        "account_id",
        "token",
        "app_secret",
    ];
    let general = move || {
        failed.with(|error| {
            let error = error
                .as_ref()
                .filter(|error| known.iter().all(|field| error.field(field).is_none()))?;
            Some(fault::say(error))
        })
    };
    view! {
        {move || general().map(|text| view! { <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p></div> })}
        <Field name="name" label=channels::NAME value=form.name hint=channels::NAME_HINT fault=of("name") maxlength=80_u32/>
        <div class="form-pair">
            <Field name="phone_number_id" label=channels::PHONE_NUMBER_ID value=form.phone_number_id hint=channels::PHONE_NUMBER_ID_HINT
                fault=of("phone_number_id") inputmode="numeric" pattern="\\s*[0-9]+\\s*"/>
            <Field name="account_id" label=channels::ACCOUNT_ID value=form.account_id hint=channels::ACCOUNT_ID_HINT
                fault=of("account_id") inputmode="numeric" pattern="\\s*[0-9]+\\s*"/>
        </div>
        <Field name="token" label=channels::TOKEN kind="password" value=form.token hint=channels::TOKEN_HINT fault=of("token")/>
        <fieldset class="field options">
            <legend>{channels::APP}</legend>
            <label class="option">
                <input type="radio" name="app" prop:checked=move || form.own_app.get() on:change=on::change(move |_| form.own_app.set(true))/>
                <span><strong>{channels::APP_OWN}</strong><small>{channels::APP_OWN_HINT}</small></span>
            </label>
            <label class="option">
                <input type="radio" name="app" prop:checked=move || !form.own_app.get() on:change=on::change(move |_| form.own_app.set(false))/>
                <span><strong>{channels::APP_OURS}</strong><small>{channels::APP_OURS_HINT}</small></span>
            </label>
        </fieldset>
        <Show when=move || form.own_app.get()>
            <Field name="app_secret" label=channels::APP_SECRET kind="password" value=form.app_secret hint=channels::APP_SECRET_HINT fault=of("app_secret")/>
        </Show>
    }
    .into_any()
}
