//! What stands in a contact's own fields; each is kept when one leaves it.

use super::{api, profile::Desk};
use crate::{
    boxed::{Show, effect, heed, memo, on},
    words::{contacts, fault},
};
use leptos::{html, prelude::*};
use postern_types::{FieldKind, FieldView};

/// The card; nothing where a workspace has no fields.
#[component]
pub fn Values(desk: Desk) -> impl IntoView {
    let fields = RwSignal::new(Vec::<FieldView>::new());
    effect(move || {
        heed(desk.rev);
        leptos::task::spawn_local(async move {
            if let Ok(all) = api::fields().await
                && fields.try_with_untracked(|known| *known != all) == Some(true)
            {
                fields.try_set(all);
            }
        });
    });
    view! {
        <Show when=move || fields.with(|fields| !fields.is_empty())>
            <section class="card form" aria-labelledby="profile-fields">
                <h2 id="profile-fields">{contacts::FIELDS}</h2>
                <For each=move || fields.get() key=|field| (field.id, field.name.clone(), field.choices.clone()) let:field>
                    <Value desk field/>
                </For>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn Value(desk: Desk, field: FieldView) -> impl IntoView {
    let (id, kind) = (field.id, field.kind);
    let wrong = RwSignal::new(None::<String>);
    let value = memo(move || {
        desk.page
            .with(|page| {
                let values = page.as_ref().map(|page| page.values.as_slice());
                let found = values?.iter().find(|value| value.field == id)?;
                Some(found.value.clone())
            })
            .unwrap_or_default()
    });
    let save = move |text: String| {
        if value.get_untracked() == text {
            wrong.set(None);
            return;
        }
        let contact = desk.id.get_untracked();
        leptos::task::spawn_local(async move {
            match api::set_field(contact, id, text).await {
                Ok(()) => {
                    wrong.try_set(None);
                    desk.refresh();
                }
                // What was typed stays, with what is wrong with it.
                Err(error) => {
                    let words = error.field("value").map(str::to_owned);
                    let words =
                        words.unwrap_or_else(|| fault::doing(contacts::NOT_CHANGED, &error));
                    wrong.try_set(Some(words));
                }
            }
        });
    };
    let at = format!("value-{id}");
    let hint = format!("{at}-hint");
    let input = match kind {
        FieldKind::Choice => select(&at, &hint, value, field.choices, save),
        FieldKind::YesNo => select(&at, &hint, value, vec!["yes".into(), "no".into()], save),
        _ => written(&at, &hint, kind, value, save),
    };
    view! {
        <div class="field" class:faulty=move || wrong.with(Option::is_some)>
            <label for=at><bdi>{field.name}</bdi></label>
            {input}
            <p id=hint class="hint" aria-live="polite">{move || wrong.get()}</p>
        </div>
    }
    .into_any()
}

fn select(
    at: &str,
    hint: &str,
    value: Memo<String>,
    choices: Vec<String>,
    save: impl Fn(String) + 'static,
) -> AnyView {
    let known = choices.clone();
    // What is no choice any more is still what stands there.
    let former = move || {
        let text = value.get();
        let gone = !text.is_empty() && !known.contains(&text);
        gone.then(
            || view! { <option value=text.clone() prop:selected=true>{text.clone()}</option> },
        )
    };
    view! {
        <select id=at.to_owned() class="select" aria-describedby=hint.to_owned() on:change=on::change(move |event| save(event_target_value(&event)))>
            <option value="" prop:selected=move || value.with(String::is_empty)></option>
            {former}
            {choices.into_iter().map(|choice| {
                let own = choice.clone();
                view! { <option value=choice.clone() prop:selected=move || value.with(|value| *value == own)>{contacts::choice(&choice)}</option> }
            }).collect_view()}
        </select>
    }
    .into_any()
}

fn written(
    at: &str,
    hint: &str,
    kind: FieldKind,
    value: Memo<String>,
    save: impl Fn(String) + 'static,
) -> AnyView {
    let node = NodeRef::<html::Input>::new();
    let (look, mode) = match kind {
        FieldKind::Date => ("date", "none"),
        FieldKind::Number => ("text", "decimal"),
        FieldKind::Link => ("url", "url"),
        _ => ("text", "text"),
    };
    // What somebody else wrote is shown, unless one is writing here.
    effect(move || {
        let now = value.get();
        let Some(input) = node.get() else { return };
        let active = document().active_element();
        let own: &web_sys::Element = input.as_ref();
        if active.as_ref() != Some(own) && input.value() != now {
            input.set_value(&now);
        }
    });
    view! {
        <input id=at.to_owned() type=look inputmode=mode maxlength="500" autocomplete="off" dir="auto" node_ref=node
            aria-describedby=hint.to_owned() on:change=on::change(move |event| save(event_target_value(&event)))/>
    }
    .into_any()
}
