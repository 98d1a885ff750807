//! What we sent with something to press: drawn as WhatsApp draws it, for us to look at.

use super::{
    formatted::{Formatted, Outward},
    measure::web,
};
use crate::{ui::icon::Icon, words::rich};
use leptos::prelude::*;
use postern_types::{Choice, Section, TemplateSent};

/// A line above, the words, a line below.
#[component]
fn Letter(header: Option<String>, body: String, footer: Option<String>) -> impl IntoView {
    view! {
        <div class="rich-block">
            {header.map(|text| view! { <strong class="clip" dir="auto">{text}</strong> })}
            {(!body.is_empty()).then(|| view! { <Formatted text=body/> })}
            {footer.map(|text| view! { <p class="quiet clip" dir="auto">{text}</p> })}
        </div>
    }
}

/// Something that the contact can press.
#[component]
fn Pressed(#[prop(into)] icon: String, text: String) -> impl IntoView {
    view! { <li class="sent-button"><Icon name=icon/><bdi>{text}</bdi></li> }
}

#[component]
pub fn Buttons(
    header: Option<String>,
    body: String,
    footer: Option<String>,
    buttons: Vec<Choice>,
) -> impl IntoView {
    let buttons = buttons
        .into_iter()
        .map(|button| view! { <Pressed icon="reply" text=button.title/> });
    view! {
        <Letter header body footer/>
        <ul class="sent-buttons">{buttons.collect_view()}</ul>
    }
    .into_any()
}

#[component]
pub fn ListOf(
    header: Option<String>,
    body: String,
    footer: Option<String>,
    button: String,
    sections: Vec<Section>,
) -> impl IntoView {
    let sections = sections.into_iter().map(|section| {
        let rows = section.rows.into_iter().map(|row| {
            view! {
                <li>
                    <span dir="auto">{row.title}</span>
                    {row.description.map(|text| view! { <span class="quiet" dir="auto">{text}</span> })}
                </li>
            }
        });
        view! {
            {(!section.title.is_empty()).then(|| view! { <strong dir="auto">{section.title}</strong> })}
            <ul>{rows.collect_view()}</ul>
        }
    });
    view! {
        <Letter header body footer/>
        <details class="sent-list">
            <summary class="sent-button"><Icon name="list"/><bdi>{button}</bdi></summary>
            {sections.collect_view()}
        </details>
    }
    .into_any()
}

#[component]
pub fn LinkTo(
    header: Option<String>,
    body: String,
    footer: Option<String>,
    label: String,
    url: String,
) -> impl IntoView {
    let button = match web(&url) {
        Some(address) => view! {
            <li><Outward address class="sent-button"><Icon name="external-link"/><bdi>{label}</bdi></Outward></li>
        }
        .into_any(),
        None => view! { <Pressed icon="external-link" text=label/> }.into_any(),
    };
    view! {
        <Letter header body footer/>
        <ul class="sent-buttons">{button}</ul>
    }
    .into_any()
}

#[component]
pub fn LocationAsked(body: String) -> impl IntoView {
    view! {
        <Letter header=None body footer=None/>
        <ul class="sent-buttons"><Pressed icon="map-pin" text=rich::SEND_LOCATION.to_owned()/></ul>
    }
    .into_any()
}

#[component]
pub fn Template(template: TemplateSent, body: String) -> impl IntoView {
    let TemplateSent {
        name,
        language,
        header,
        footer,
        buttons,
    } = template;
    let buttons: Vec<_> = buttons
        .into_iter()
        .map(|text| view! { <Pressed icon="reply" text/> })
        .collect();
    view! {
        <p class="rich-mark"><Icon name="layout-template"/><bdi>{rich::template(&name, &language)}</bdi></p>
        <Letter header body footer/>
        {(!buttons.is_empty()).then(|| view! { <ul class="sent-buttons">{buttons}</ul> })}
    }
    .into_any()
}
