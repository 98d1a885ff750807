//! The templates that there are: by name, words, category and language.

use super::choice::Choice;
use crate::{
    boxed::{Show, memo, on},
    browser,
    ui::{empty::Empty, icon::Icon, time},
    words::template,
};
use leptos::{ev::KeyboardEvent, prelude::*};
use postern_types::TemplateView;

/// The field, what narrows the list, and the list. The arrows walk it from the field; Enter goes on to the form.
#[component]
pub fn Find(choice: Choice) -> impl IntoView {
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            choice.step(1);
        }
        "ArrowUp" => {
            event.prevent_default();
            choice.step(-1);
        }
        "Enter" if !browser::composing(&event) => {
            event.prevent_default();
            fill_in(choice);
        }
        _ => {}
    };
    let active = move || {
        let id = choice
            .chosen
            .with(|chosen| chosen.as_ref().map(|one| one.id));
        id.map(|id| format!("template-{id}"))
    };
    let nothing = move || choice.loaded.get() && choice.page.with(|page| page.templates.is_empty());
    let unsought = move || {
        choice.search.with(String::is_empty)
            && choice.category.with(Option::is_none)
            && choice.language.with(Option::is_none)
    };
    view! {
        <div class="search" role="search">
            <Icon name="search"/>
            <input
                id="template-search" type="text" role="combobox" autocomplete="off" spellcheck="false" dir="auto"
                aria-label=template::SEARCH placeholder=template::SEARCH aria-controls="template-list" aria-expanded="true"
                aria-activedescendant=active
                prop:value=move || choice.search.get() on:input=on::input(move |event| choice.search.set(event_target_value(&event)))
                on:keydown=on::keydown(keys)
            />
        </div>
        <Narrow choice/>
        <ul id="template-list" class="template-list" role="listbox" aria-label=template::LIST aria-busy=move || (!choice.loaded.get()).to_string()>
            {move || {
                let all = choice.page.with(|page| page.templates.clone());
                all.into_iter().map(|one| view! { <Entry choice one/> }).collect_view()
            }}
        </ul>
        <Show when=nothing>
            {move || if unsought() && choice.page.with(|page| page.asking) {
                view! { <p class="picker-note">{template::ASKING}</p> }.into_any()
            } else if unsought() {
                view! { <Empty icon="layout-template" title=template::NONE hint=template::NONE_HINT>""</Empty> }.into_any()
            } else {
                view! { <p class="picker-note">{template::NOT_FOUND}</p> }.into_any()
            }}
        </Show>
        <Show when=move || choice.page.with(|page| page.more)><p class="picker-note">{template::MORE}</p></Show>
        <Foot choice/>
    }
    .into_any()
}

/// On to what has to be filled in: the first of it, or the button that sends.
fn fill_in(choice: Choice) {
    if choice.chosen.with_untracked(Option::is_none) {
        return;
    }
    choice.filling.set(true);
    request_animation_frame(|| {
        if !browser::focus("#template-form input") {
            browser::focus("#template-form button[type=submit]");
        }
    });
}

#[component]
fn Narrow(choice: Choice) -> impl IntoView {
    let chip = move |word: Option<String>| {
        let (mine, label) = (word.clone(), template::category(word.as_deref()));
        view! {
            <button type="button" class="template-tab" aria-pressed=move || choice.category.with(|now| *now == mine).to_string()
                on:click=on::click(move |_| choice.category.set(word.clone()))>{label}</button>
        }
    };
    let categories = memo(move || choice.page.with(|page| page.categories.clone()));
    let languages = memo(move || choice.page.with(|page| page.languages.clone()));
    let spoken = move |event| {
        let word = event_target_value(&event);
        choice.language.set((!word.is_empty()).then_some(word));
    };
    view! {
        <div class="picker-narrow">
            <div class="template-tabs" role="group" aria-label=template::CATEGORIES>
                {move || {
                    let words = categories.get();
                    // One alone narrows nothing.
                    (words.len() > 1).then(|| {
                        let each = std::iter::once(None).chain(words.into_iter().map(Some));
                        each.map(chip).collect_view()
                    })
                }}
            </div>
            <Show when=move || languages.with(|all| all.len() > 1)>
                <select class="select" aria-label=template::LANGUAGE on:change=on::change(spoken)>
                    <option value="">{template::EVERY_LANGUAGE}</option>
                    {move || languages.get().into_iter().map(|word| {
                        let (value, mine) = (word.clone(), word.clone());
                        view! {
                            <option value=value selected=move || choice.language.with(|now| now.as_deref() == Some(mine.as_str()))>{word}</option>
                        }
                    }).collect_view()}
                </select>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn Entry(choice: Choice, one: TemplateView) -> impl IntoView {
    let id = one.id;
    let chosen = memo(move || {
        choice
            .chosen
            .with(|now| now.as_ref().is_some_and(|now| now.id == id))
    });
    let (class, word) = template::standing(&one);
    let barred = one.barred().is_some();
    let (name, language, line) = (
        one.name.clone(),
        one.language.clone(),
        one.parts.body.clone(),
    );
    let choose = move |_| {
        choice.chosen.set(Some(one.clone()));
        fill_in(choice);
    };
    view! {
        <li id=format!("template-{id}") class="template-entry" class:barred=barred role="option"
            aria-selected=move || chosen.get().to_string() on:click=on::click(choose)>
            <span class=format!("standing {class}") title=word><span class="only-heard">{word}</span></span>
            <span class="template-words">
                <span class="template-name"><bdi>{name}</bdi><span class="quiet-text">{language}</span></span>
                <span class="template-line" dir="auto">{line}</span>
            </span>
        </li>
    }
}

/// When Meta told of them, and a way to ask again.
#[component]
fn Foot(choice: Choice) -> impl IntoView {
    let said = move || {
        choice.page.with(|page| {
            if page.asking {
                return template::ASKING.to_owned();
            }
            match (&page.fault, page.synced_at) {
                (Some(fault), _) => fault.clone(),
                (None, Some(at)) => template::as_of(&time::in_sentence(at, choice.live.now.get())),
                (None, None) => String::new(),
            }
        })
    };
    view! {
        <footer class="picker-foot" class:fault=move || choice.page.with(|page| page.fault.is_some() && !page.asking)>
            <p aria-live="polite">{said}</p>
            <button type="button" class="icon-button" title=template::REFRESH aria-label=template::REFRESH
                disabled=move || choice.page.with(|page| page.asking) on:click=on::click(move |_| choice.refresh())>
                <Icon name="rotate-cw"/>
            </button>
        </footer>
    }
}
