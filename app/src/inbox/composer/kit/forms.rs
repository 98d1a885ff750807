//! The forms of what is more than a text or a file.

mod choice;
mod contact;
mod place;
mod shown;

use super::bring::Hand;
use crate::{
    boxed::{Show, effect, on},
    ui::{
        dialog::Dialog,
        later::{Later, Part},
    },
    words::{self, kit},
};
use choice::{Buttons, Link, List};
use contact::Contact;
use leptos::prelude::*;
use place::{Ask, Location};
use postern_types::Outgoing;
use wasm_split_helpers::wasm_split;

/// Which one is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Location,
    Contact,
    Buttons,
    List,
    Link,
    Ask,
}

/// Which form is open, as the forms find it.
#[derive(Clone, Copy)]
struct Open(RwSignal<Option<Form>>);

/// The forms: their code is fetched when the first is opened.
#[component]
pub fn Forms(form: RwSignal<Option<Form>>) -> impl IntoView {
    provide_context(Open(form));
    let wanted = RwSignal::new(false);
    effect(move || {
        if form.with(Option::is_some) && !wanted.get_untracked() {
            wanted.set(true);
        }
    });
    view! { <Show when=move || wanted.get()><Later fetch part=forms/></Show> }.into_any()
}

#[wasm_split(forms, preload(fetch), fallible)]
fn forms() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

/// One dialog for all of them.
#[component]
fn Whole() -> impl IntoView {
    let Open(form) = expect_context();
    let hand = Hand::here();
    let open = RwSignal::new(false);
    effect(move || {
        let now = form.with(Option::is_some);
        if open.get_untracked() != now {
            open.set(now);
        }
    });
    effect(move || {
        if !open.get() && form.with_untracked(Option::is_some) {
            form.set(None);
        }
    });
    let title = Signal::derive(move || match form.get() {
        Some(Form::Location) => kit::LOCATION.to_owned(),
        Some(Form::Contact) => kit::CONTACT.to_owned(),
        Some(Form::Buttons) => kit::BUTTONS.to_owned(),
        Some(Form::List) => kit::LIST.to_owned(),
        Some(Form::Link) => kit::LINK.to_owned(),
        Some(Form::Ask) => kit::ASK_LOCATION.to_owned(),
        None => String::new(),
    });
    // What was in the composer is the text of a form that has one: then it goes with it.
    let send = Callback::new(move |(words, outgoing): (String, Outgoing)| {
        if hand.write(words.clone(), Some(&outgoing), hand.answers(), None) {
            if !words.is_empty() {
                hand.bench.draft.write(String::new());
            }
            form.set(None);
            super::super::focus(hand.bench.input);
        }
    });
    view! {
        <Dialog open title class="wide">
            <Show when=move || form.get() == Some(Form::Location)><Location send/></Show>
            <Show when=move || form.get() == Some(Form::Contact)><Contact send/></Show>
            <Show when=move || form.get() == Some(Form::Buttons)><Buttons send/></Show>
            <Show when=move || form.get() == Some(Form::List)><List send/></Show>
            <Show when=move || form.get() == Some(Form::Link)><Link send/></Show>
            <Show when=move || form.get() == Some(Form::Ask)><Ask send/></Show>
        </Dialog>
    }
    .into_any()
}

/// What a form gives: the words and the rest.
type Send = Callback<(String, Outgoing)>;

/// A text as it is typed, with what is left of its room.
#[component]
fn Words(
    name: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    most: usize,
    #[prop(default = false)] long: bool,
    #[prop(default = true)] required: bool,
) -> impl IntoView {
    let length = move || value.with(|text| text.trim().chars().count());
    let typed = move |event| value.set(event_target_value(&event));
    let over = move || length() > most;
    let count = format!("{name}-count");
    let described = count.clone();
    view! {
        <div class="field" class:faulty=over>
            <label for=name>{label}</label>
            {if long {
                view! {
                    <textarea id=name rows="3" dir="auto" required=required aria-describedby=described prop:value=move || value.get() on:input=on::input(typed)
                        aria-invalid=move || over().then_some("true")></textarea>
                }.into_any()
            } else {
                view! {
                    <input id=name type="text" dir="auto" autocomplete="off" required=required aria-describedby=described
                        prop:value=move || value.get() on:input=on::input(typed) aria-invalid=move || over().then_some("true")/>
                }.into_any()
            }}
            <p id=count class="hint kit-count">{move || kit::of(length(), most)}</p>
        </div>
    }
    .into_any()
}

/// What was typed, without the space around it.
fn trimmed(value: RwSignal<String>) -> String {
    value.with_untracked(|text| text.trim().to_owned())
}

fn optional(value: RwSignal<String>) -> Option<String> {
    Some(trimmed(value)).filter(|text| !text.is_empty())
}

/// Whether it may stand there.
fn fits(value: RwSignal<String>, most: usize) -> bool {
    value.with(|text| (1..=most).contains(&text.trim().chars().count()))
}

fn fits_or_empty(value: RwSignal<String>, most: usize) -> bool {
    value.with(|text| text.trim().chars().count() <= most)
}

/// Cancel and Send; what is wrong, when something is.
#[component]
fn Foot(#[prop(into)] ready: Signal<bool>) -> impl IntoView {
    let cancel = move |event: leptos::ev::MouseEvent| {
        // The dialog closes by itself, and the form with it.
        let dialog = event_target::<web_sys::Element>(&event).closest("dialog");
        if let Ok(Some(dialog)) = dialog
            && let Ok(dialog) = wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlDialogElement>(dialog)
        {
            dialog.close();
        }
    };
    view! {
        <footer class="dialog-foot">
            <button type="button" class="button" on:click=on::click(cancel)>{words::CANCEL}</button>
            <button type="submit" class="button primary" disabled=move || !ready.get()>{words::composer::SEND}</button>
        </footer>
    }
    .into_any()
}
