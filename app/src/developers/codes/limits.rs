//! How many codes callers may ask for, and to which countries.

use super::api;
use crate::{
    boxed::{effect, on},
    developers::pages::{skeleton, strip},
    error::ApiError,
    ui::{
        ask::{Ask, Submit},
        field::Field,
        toast::use_toasts,
    },
    words::{codes, fault},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::OtpSettings;

const HEAD: &str = "limits-head";

/// The card.
#[component]
pub fn Limits() -> impl IntoView {
    let limits = RwSignal::new(None::<OtpSettings>);
    let failed = RwSignal::new(None::<ApiError>);
    let read = move || {
        leptos::task::spawn_local(async move {
            match api::limits().await {
                Ok(found) => {
                    failed.try_set(None);
                    limits.try_set(Some(found));
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    effect(read);
    view! {
        <section class="card developers" aria-labelledby=HEAD>
            <h2 id=HEAD>{codes::BUDGETS}</h2>
            <p class="hint">{codes::BUDGETS_LEAD}</p>
            {move || match (limits.get(), failed.get()) {
                (Some(given), _) => view! { <Form given/> }.into_any(),
                (None, Some(error)) => strip(fault::doing(codes::BUDGETS_NOT_READ, &error), read),
                (None, None) => skeleton(),
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Form(given: OtpSettings) -> impl IntoView {
    let (ask, toasts) = (Ask::new(), use_toasts());
    let text = |number: u32| RwSignal::new(number.to_string());
    let (prefix_hour, prefix_day) = (text(given.prefix_hour), text(given.prefix_day));
    let (workspace_hour, workspace_day) = (text(given.workspace_hour), text(given.workspace_day));
    let countries = RwSignal::new(given.countries.join(", "));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = OtpSettings {
            prefix_hour: number(prefix_hour),
            prefix_day: number(prefix_day),
            workspace_hour: number(workspace_hour),
            workspace_day: number(workspace_day),
            countries: countries.with_untracked(|text| {
                let words = text.split([',', ';', '\n', ' ']).map(str::trim);
                let words = words.filter(|word| !word.is_empty());
                words.map(str::to_uppercase).collect()
            }),
        };
        ask.put(api::save(asked), move |saved| {
            countries.try_set(saved.countries.join(", "));
            toasts.say(codes::SAVED);
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            {ask.general(&["prefix_hour", "prefix_day", "workspace_hour", "workspace_day", "countries"])}
            <div class="form-pair">
                <Field name="prefix_hour" label=codes::PREFIX_HOUR value=prefix_hour inputmode="numeric" hint=codes::PREFIX_HINT maxlength=12_u32 fault=ask.fault("prefix_hour")/>
                <Field name="prefix_day" label=codes::PREFIX_DAY value=prefix_day inputmode="numeric" maxlength=12_u32 fault=ask.fault("prefix_day")/>
            </div>
            <div class="form-pair">
                <Field name="workspace_hour" label=codes::WORKSPACE_HOUR value=workspace_hour inputmode="numeric" maxlength=12_u32 fault=ask.fault("workspace_hour")/>
                <Field name="workspace_day" label=codes::WORKSPACE_DAY value=workspace_day inputmode="numeric" maxlength=12_u32 fault=ask.fault("workspace_day")/>
            </div>
            <Field name="countries" label=codes::COUNTRIES value=countries hint=codes::COUNTRIES_HINT required=false maxlength=1200_u32 fault=ask.fault("countries")/>
            <footer class="card-foot"><Submit ask act=codes::SAVE/></footer>
        </form>
    }
    .into_any()
}

/// What is no number is 0, which the server refuses in words. Blanks, dots and commas may part its thousands.
fn number(text: RwSignal<String>) -> u32 {
    text.with_untracked(|text| read(text))
}

fn read(text: &str) -> u32 {
    let digits = text
        .chars()
        .filter(|sign| !matches!(sign, ' ' | ',' | '.' | '\'' | '\u{a0}' | '\u{202f}'));
    digits.collect::<String>().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it_and_what_is_none_is_refused_later() {
        for (text, expected) in [
            ("500", 500),
            (" 5,000 ", 5_000),
            ("5.000", 5_000),
            ("1'000'000", 1_000_000),
            ("", 0),
            ("-5", 0),
            ("many", 0),
            ("99999999999", 0),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
