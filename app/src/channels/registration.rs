//! Registering a number with WhatsApp: code, PIN, and taking it off again. What is typed is sent once and forgotten.

use super::api;
use crate::{
    boxed::on,
    error::ApiError,
    ui::{
        dialog::Dialog,
        field::Field,
        icon::Icon,
        toast::{Toasts, use_toasts},
    },
    words::{self, channels, fault},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{ChannelId, Registration};

/// Languages in which Meta says a code.
const LANGUAGES: [(&str, &str); 14] = [
    ("en_US", "English"),
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("hi", "हिन्दी"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("nl", "Nederlands"),
    ("pt_BR", "Português"),
    ("ru", "Русский"),
    ("tr", "Türkçe"),
    ("zh_CN", "中文"),
];

/// What a step needs; copied about freely.
#[derive(Clone, Copy)]
struct Step {
    id: ChannelId,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<ApiError>>,
    toasts: Toasts,
}

impl Step {
    fn new(id: ChannelId) -> Self {
        Self {
            id,
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            toasts: use_toasts(),
        }
    }

    /// Does it, says so, and forgets what was typed.
    fn act(self, asked: Registration, done: &'static str, then: impl FnOnce() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        leptos::task::spawn_local(async move {
            match api::register(self.id, asked).await {
                Ok(()) => {
                    self.toasts.say(done);
                    then();
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
            self.busy.try_set(false);
        });
    }

    fn fault(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.failed
                .with(|error| error.as_ref()?.field(field).map(str::to_owned))
        })
    }

    /// What is wrong with none of its fields.
    fn general(self, field: &'static str) -> impl Fn() -> Option<AnyView> + Copy {
        move || {
            let text = self.failed.with(|error| {
                let error = error
                    .as_ref()
                    .filter(|error| error.field(field).is_none())?;
                Some(fault::say(error))
            })?;
            Some(view! { <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p></div> }.into_any())
        }
    }
}

/// The part.
#[component]
pub fn RegistrationForms(id: ChannelId, name: String) -> impl IntoView {
    view! {
        <p class="part-lead">{channels::REGISTRATION_LEAD}</p>
        <Code id/>
        <Verify id/>
        <Pin id title=channels::REGISTER hint=channels::REGISTER_HINT name="pin" done=channels::REGISTERED make=|pin| Registration::Register { pin }/>
        <Pin id title=channels::CHANGE_PIN hint=channels::CHANGE_PIN_HINT name="new-pin" done=channels::PIN_CHANGED make=|pin| Registration::ChangePin { pin }/>
        <TakeOff id name/>
    }
    .into_any()
}

#[component]
fn Code(id: ChannelId) -> impl IntoView {
    let step = Step::new(id);
    let refused = step.fault("language");
    let (voice, language) = (RwSignal::new(false), RwSignal::new("en_US".to_owned()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = Registration::RequestCode {
            voice: voice.get_untracked(),
            language: language.get_untracked(),
        };
        step.act(asked, channels::CODE_SENT, || ());
    };
    view! {
        <form class="form card" on:submit=on::submit(submit)>
            <div><h2>{channels::CODE}</h2><p class="hint">{channels::CODE_HINT}</p></div>
            {step.general("language")}
            <div class="form-pair">
                <div class="field">
                    <label for="by">{channels::BY}</label>
                    <select id="by" class="select" on:change=on::change(move |event| voice.set(event_target_value(&event) == "voice"))>
                        <option value="sms">{channels::BY_SMS}</option>
                        <option value="voice">{channels::BY_CALL}</option>
                    </select>
                </div>
                <div class="field" class:faulty=move || refused.with(Option::is_some)>
                    <label for="language">{channels::LANGUAGE}</label>
                    <select id="language" class="select" on:change=on::change(move |event| language.set(event_target_value(&event))) aria-describedby="language-hint">
                        {LANGUAGES.into_iter().map(|(word, name)| view! { <option value=word>{name}</option> }).collect_view()}
                    </select>
                    <p id="language-hint" class="hint" aria-live="polite">{move || refused.get()}</p>
                </div>
            </div>
            <footer class="card-foot"><button type="submit" class="button" disabled=move || step.busy.get()>{channels::CODE_DO}</button></footer>
        </form>
    }
    .into_any()
}

#[component]
fn Verify(id: ChannelId) -> impl IntoView {
    let step = Step::new(id);
    let code = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = Registration::VerifyCode {
            code: code.with_untracked(|code| code.trim().replace(['-', ' '], "")),
        };
        step.act(asked, channels::VERIFIED, move || {
            code.try_set(String::new());
        });
    };
    view! {
        <form class="form card" on:submit=on::submit(submit) novalidate>
            {step.general("code")}
            <Field name="code" label=channels::CODE_FIELD value=code hint=channels::CODE_FIELD_HINT fault=step.fault("code") inputmode="numeric" autocomplete="one-time-code"/>
            <footer class="card-foot"><button type="submit" class="button" disabled=move || step.busy.get()>{channels::VERIFY_DO}</button></footer>
        </form>
    }
    .into_any()
}

#[component]
fn Pin(
    id: ChannelId,
    title: &'static str,
    hint: &'static str,
    name: &'static str,
    done: &'static str,
    make: fn(String) -> Registration,
) -> impl IntoView {
    let step = Step::new(id);
    let pin = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        step.act(make(pin.get_untracked()), done, move || {
            pin.try_set(String::new());
        });
    };
    view! {
        <form class="form card" on:submit=on::submit(submit) novalidate>
            <div><h2>{title}</h2><p class="hint">{hint}</p></div>
            {step.general("pin")}
            <Field name=name label=channels::PIN kind="password" value=pin hint=channels::PIN_HINT fault=step.fault("pin") inputmode="numeric" maxlength=6_u32/>
            <footer class="card-foot"><button type="submit" class="button" disabled=move || step.busy.get()>{title}</button></footer>
        </form>
    }
    .into_any()
}

/// Says what will be lost, and wants the name typed before it is done.
#[component]
fn TakeOff(id: ChannelId, name: String) -> impl IntoView {
    let step = Step::new(id);
    let (open, typed) = (RwSignal::new(false), RwSignal::new(String::new()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = Registration::Deregister {
            name: typed.get_untracked(),
        };
        step.act(asked, channels::TAKEN_OFF, move || {
            typed.try_set(String::new());
            open.try_set(false);
        });
    };
    let lost = channels::take_off_lost(&name);
    view! {
        <section class="card">
            <div><h2>{channels::TAKE_OFF}</h2><p class="hint">{channels::TAKE_OFF_HINT}</p></div>
            <footer class="card-foot"><button type="button" class="button danger-quiet" on:click=on::click(move |_| open.set(true))>{channels::TAKE_OFF}"…"</button></footer>
        </section>
        <Dialog open title=channels::TAKE_OFF_TITLE>
            <form class="form" on:submit=on::submit(submit) novalidate>
                <p class="dialog-text" dir="auto">{lost.clone()}</p>
                {step.general("name")}
                <Field name="typed" label=channels::TYPE_NAME value=typed fault=step.fault("name")/>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=on::click(move |_| open.set(false))>{words::CANCEL}</button>
                    <button type="submit" class="button danger" disabled=move || step.busy.get()>{channels::TAKE_OFF}</button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
