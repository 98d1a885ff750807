//! What a number shows of its business: read from Meta when it is opened, written there when it is saved.

use super::api;
use crate::{
    boxed::{Show, effect, on},
    error::ApiError,
    ui::{field::Field, icon::Icon, toast::use_toasts},
    words::{self, channels, fault},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{ChannelId, Profile, VERTICALS};

/// The fields as they are typed; copied about freely.
#[derive(Clone, Copy)]
struct Form {
    about: RwSignal<String>,
    address: RwSignal<String>,
    description: RwSignal<String>,
    email: RwSignal<String>,
    vertical: RwSignal<String>,
    website_1: RwSignal<String>,
    website_2: RwSignal<String>,
}

impl Form {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            about: text(),
            address: text(),
            description: text(),
            email: text(),
            vertical: text(),
            website_1: text(),
            website_2: text(),
        }
    }

    fn fill(self, profile: Profile) {
        let mut sites = profile.websites.into_iter();
        for (field, text) in [
            (self.about, profile.about),
            (self.address, profile.address),
            (self.description, profile.description),
            (self.email, profile.email),
            (self.vertical, profile.vertical),
            (self.website_1, sites.next().unwrap_or_default()),
            (self.website_2, sites.next().unwrap_or_default()),
        ] {
            field.try_set(text);
        }
    }

    fn read(self) -> Profile {
        Profile {
            about: self.about.get_untracked(),
            address: self.address.get_untracked(),
            description: self.description.get_untracked(),
            email: self.email.get_untracked(),
            vertical: self.vertical.get_untracked(),
            websites: vec![
                self.website_1.get_untracked(),
                self.website_2.get_untracked(),
            ],
        }
    }
}

/// The part.
#[component]
pub fn ProfileForm(id: ChannelId) -> impl IntoView {
    let toasts = use_toasts();
    let form = Form::new();
    let (here, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failed = RwSignal::new(None::<ApiError>);
    let read = move || {
        failed.set(None);
        leptos::task::spawn_local(async move {
            match api::read_profile(id).await {
                Ok(profile) => {
                    form.fill(profile);
                    here.try_set(true);
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    effect(read);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            match api::save_profile(id, form.read()).await {
                Ok(profile) => {
                    form.fill(profile);
                    toasts.say(channels::PROFILE_SAVED);
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
            busy.try_set(false);
        });
    };
    let general = move || {
        failed.with(|error| {
            let error = error.as_ref()?;
            let fields = [
                "about",
                "address",
                "description",
                "email",
                "vertical",
                "website_1",
                "website_2",
            ];
            let beside = fields.iter().any(|field| error.field(field).is_some());
            (!beside).then(|| fault::say(error))
        })
    };
    view! {
        <p class="part-lead">{channels::PROFILE_LEAD}</p>
        {move || general().map(|text| view! { <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
            <Show when=move || !here.get()><button type="button" class="button small" on:click=on::click(move |_| read())>{words::TRY_AGAIN}</button></Show>
        </div> })}
        <Show when=move || here.get() fallback=move || view! { <Show when=move || failed.with(Option::is_none)>
            <div class="card" aria-busy="true"><i class="sk sk-line"></i><i class="sk sk-field"></i><i class="sk sk-line short"></i><i class="sk sk-field"></i></div>
        </Show> }>
            <form class="form card" on:submit=on::submit(submit) novalidate>
                <Fields form failed/>
                <footer class="card-foot">
                    <button type="submit" class="button primary" disabled=move || busy.get()>{move || if busy.get() { channels::SAVING } else { channels::SAVE }}</button>
                </footer>
            </form>
        </Show>
    }
    .into_any()
}

#[component]
fn Fields(form: Form, failed: RwSignal<Option<ApiError>>) -> impl IntoView {
    let of = move |field: &'static str| {
        Signal::derive(move || failed.with(|error| error.as_ref()?.field(field).map(str::to_owned)))
    };
    let trade = of("vertical");
    // A word that is new to us stays as it is unless another is chosen.
    let known = move |word: &str| VERTICALS.contains(&word);
    view! {
        <Field name="about" label=channels::ABOUT value=form.about hint=channels::ABOUT_HINT fault=of("about") maxlength=139_u32/>
        <LongField name="description" label=channels::DESCRIPTION value=form.description most=512 fault=of("description")/>
        <LongField name="address" label=channels::ADDRESS value=form.address most=256 fault=of("address")/>
        <div class="form-pair">
            <Field name="email" label=channels::EMAIL kind="email" value=form.email fault=of("email") required=false maxlength=128_u32/>
            <div class="field" class:faulty=move || trade.with(Option::is_some)>
                <label for="vertical">{channels::VERTICAL}</label>
                <select id="vertical" class="select" on:change=on::change(move |event| form.vertical.set(event_target_value(&event))) aria-describedby="vertical-hint">
                    {move || form.vertical.with(|word| !word.is_empty() && !known(word)).then(|| view! { <option value=form.vertical.get() prop:selected=true>{form.vertical.get()}</option> })}
                    <option value="" prop:selected=move || form.vertical.with(String::is_empty)>{channels::vertical("")}</option>
                    {VERTICALS.into_iter().map(|word| view! {
                        <option value=word prop:selected=move || form.vertical.with(|chosen| chosen == word)>{channels::vertical(word)}</option>
                    }).collect_view()}
                </select>
                <p id="vertical-hint" class="hint" aria-live="polite">{move || trade.get()}</p>
            </div>
        </div>
        <div class="form-pair">
            <Field name="website_1" label=channels::WEBSITE value=form.website_1 hint=channels::WEBSITE_HINT fault=of("website_1") required=false inputmode="url" maxlength=256_u32/>
            <Field name="website_2" label=channels::WEBSITE_2 value=form.website_2 fault=of("website_2") required=false inputmode="url" maxlength=256_u32/>
        </div>
    }
    .into_any()
}

/// Several lines, with what is left to write.
#[component]
fn LongField(
    name: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    most: usize,
    #[prop(into)] fault: Signal<Option<String>>,
) -> impl IntoView {
    let hint_id = format!("{name}-hint");
    let hint = move || {
        fault
            .get()
            .unwrap_or_else(|| channels::written(value.with(|text| text.chars().count()), most))
    };
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for=name>{label}</label>
            <textarea id=name name=name rows="3" dir="auto" prop:value=move || value.get()
                on:input=on::input(move |event| value.set(event_target_value(&event))) aria-describedby=hint_id.clone()
                aria-invalid=move || fault.with(Option::is_some).then_some("true")></textarea>
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
    .into_any()
}
