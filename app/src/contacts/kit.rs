//! What there is to choose from: labels, which everybody makes, and fields, which managers do.

use super::api;
use crate::{
    boxed::{Show, effect, heed, memo, on},
    browser,
    error::ApiError,
    live::use_live,
    session::use_session,
    ui::{
        ask::{Ask, Submit},
        dialog::Dialog,
        field::Field,
        icon::Icon,
        toast::use_toasts,
    },
    words::{self, contacts, fault, workspace},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{FieldId, FieldKind, FieldView, LabelId, LabelView, Right, TONES};
use std::future::Future;

/// The dialog.
#[component]
pub fn Kit(open: RwSignal<bool>) -> impl IntoView {
    let title = Signal::derive(|| contacts::KIT.to_owned());
    view! {
        <Dialog open title class="wide"><Inside/></Dialog>
    }
    .into_any()
}

#[component]
fn Inside() -> impl IntoView {
    let session = use_session();
    let manages = memo(move || session.at_least(Right::Fields.role()));
    view! {
        <Labels manages/>
        <Show when=move || manages.get() fallback=|| view! { <p class="hint">{contacts::MANAGERS_ONLY}</p> }><Fields/></Show>
    }
    .into_any()
}

/// What is changed: a new one, or that one.
type Which<T> = RwSignal<Option<T>>;

#[component]
fn Labels(manages: Memo<bool>) -> impl IntoView {
    let live = use_live();
    let all = memo(move || live.inbox.with(|inbox| inbox.labels.clone()));
    let chosen: Which<LabelId> = RwSignal::new(None);
    let (name, tone) = (RwSignal::new(String::new()), RwSignal::new(0_u8));
    let ask = Ask::new();
    let clear = move || {
        chosen.set(None);
        name.set(String::new());
        tone.set(0);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (text, colour) = (name.get_untracked(), tone.get_untracked());
        let id = chosen.get_untracked();
        let asked = async move {
            match id {
                Some(id) => api::change_label(id, text, colour).await,
                None => api::make_label(text, colour).await.map(drop),
            }
        };
        ask.put(asked, move |()| clear());
    };
    let act = move || {
        if chosen.get().is_some() {
            contacts::SAVE
        } else {
            contacts::MAKE_LABEL
        }
    };
    view! {
        <section class="kit" aria-labelledby="kit-labels">
            <h3 id="kit-labels">{contacts::LABELS}</h3>
            <ul class="kit-list">
                <For each=move || all.get() key=|label| (label.id, label.name.clone(), label.tone) let:label>
                    <li>
                        <bdi class=format!("chip tone-{}", label.tone)>{label.name.clone()}</bdi>
                        <Show when=move || manages.get()>{
                            let label = label.clone();
                            tools(&label.name.clone(), {
                                let label = label.clone();
                                move || edit_label(&label, chosen, name, tone)
                            }, move || api::delete_label(label.id), contacts::LABEL_LOST)
                        }</Show>
                    </li>
                </For>
            </ul>
            <form class="form" on:submit=on::submit(submit) novalidate>
                {ask.general(&["label_name", "label_tone"])}
                <Field name="label_name" label=contacts::LABEL_NAME value=name fault=ask.fault("label_name") maxlength=40_u32/>
                <fieldset class="field tones">
                    <legend>{contacts::COLOUR}</legend>
                    <div class="tones-row">
                        {(0..TONES).map(|each| view! {
                            <label class="tone" title=workspace::colour(each)>
                                <input type="radio" name="label_tone" prop:checked=move || tone.get() == each on:change=on::change(move |_| tone.set(each))/>
                                <span class=format!("avatar tone-{each}")><Icon name="tag"/></span>
                                <span class="only-heard">{workspace::colour(each)}</span>
                            </label>
                        }).collect_view()}
                    </div>
                </fieldset>
                <footer class="person-foot">
                    <Show when=move || chosen.get().is_some()>
                        <button type="button" class="button" on:click=on::click(move |_| clear())>{words::CANCEL}</button>
                    </Show>
                    {move || view! { <Submit ask act=act()/> }}
                </footer>
            </form>
        </section>
    }
    .into_any()
}

fn edit_label(
    label: &LabelView,
    chosen: Which<LabelId>,
    name: RwSignal<String>,
    tone: RwSignal<u8>,
) {
    chosen.set(Some(label.id));
    name.set(label.name.clone());
    tone.set(label.tone);
    crate::browser::focus("#label_name");
}

#[component]
fn Fields() -> impl IntoView {
    let live = use_live();
    let all = RwSignal::new(Vec::<FieldView>::new());
    let rev = live.side();
    let read = move || {
        leptos::task::spawn_local(async move {
            if let Ok(fields) = api::fields().await {
                all.try_set(fields);
            }
        });
    };
    effect(move || {
        heed(rev);
        live.epoch.track();
        read();
    });
    let chosen: Which<FieldId> = RwSignal::new(None);
    let (name, choices) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let kind = RwSignal::new(FieldKind::Text);
    let ask = Ask::new();
    let clear = move || {
        chosen.set(None);
        name.set(String::new());
        choices.set(String::new());
        kind.set(FieldKind::Text);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = name.get_untracked();
        let lines: Vec<String> = choices.with_untracked(|choices| {
            let lines = choices.lines().map(str::trim);
            lines
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect()
        });
        let (id, kind) = (chosen.get_untracked(), kind.get_untracked());
        let asked = async move {
            match id {
                Some(id) => api::change_field(id, text, lines).await,
                None => api::make_field(text, kind, lines).await.map(drop),
            }
        };
        ask.put(asked, move |()| {
            clear();
            read();
        });
    };
    let edit = move |field: &FieldView| {
        chosen.set(Some(field.id));
        name.set(field.name.clone());
        choices.set(field.choices.join("\n"));
        kind.set(field.kind);
        crate::browser::focus("#field_name");
    };
    let act = move || {
        if chosen.get().is_some() {
            contacts::SAVE
        } else {
            contacts::MAKE_FIELD
        }
    };
    let wrong = ask.fault("field_choices");
    let toasts = use_toasts();
    let shift = move |id: FieldId, name: String, up: bool| {
        leptos::task::spawn_local(async move {
            match api::move_field(id, up).await {
                Ok(()) => {
                    if let Ok(fields) = api::fields().await {
                        all.try_set(fields);
                    }
                    toasts.say(contacts::moved(&name, up));
                    // The row was drawn anew, and may be the first or the last now.
                    request_animation_frame(move || {
                        let button = |up| {
                            format!(
                                "#field-{id}-{}:not([disabled])",
                                if up { "up" } else { "down" }
                            )
                        };
                        if !browser::focus(&button(up)) {
                            browser::focus(&button(!up));
                        }
                    });
                }
                Err(error) => toasts.fault(fault::doing(contacts::NOT_CHANGED, &error)),
            }
        });
    };
    let first = move |id| all.with(|all| all.first().is_some_and(|field| field.id == id));
    let last = move |id| all.with(|all| all.last().is_some_and(|field| field.id == id));
    view! {
        <section class="kit" aria-labelledby="kit-fields">
            <h3 id="kit-fields">{contacts::FIELDS}</h3>
            <p class="hint">{contacts::FIELDS_HINT}</p>
            <ul class="kit-list">
                <For each=move || all.get() key=|field| (field.id, field.name.clone(), field.choices.clone()) let:field>
                    <li>
                        <span class="kit-words"><bdi>{field.name.clone()}</bdi><span class="quiet-text">{contacts::kind(field.kind)}</span></span>
                        {
                            let (id, up, down) = (field.id, field.name.clone(), field.name.clone());
                            view! {
                                <span class="team-do">
                                    <button type="button" class="icon-button" id=format!("field-{id}-up") aria-label=contacts::move_up(&up)
                                        disabled=move || first(id) on:click=on::click(move |_| shift(id, up.clone(), true))><Icon name="arrow-up"/></button>
                                    <button type="button" class="icon-button" id=format!("field-{id}-down") aria-label=contacts::move_down(&down)
                                        disabled=move || last(id) on:click=on::click(move |_| shift(id, down.clone(), false))><Icon name="arrow-down"/></button>
                                </span>
                            }
                        }
                        {
                            let id = field.id;
                            tools(&field.name.clone(), move || edit(&field), move || api::delete_field(id), contacts::FIELD_LOST)
                        }
                    </li>
                </For>
            </ul>
            <form class="form" on:submit=on::submit(submit) novalidate>
                {ask.general(&["field_name", "field_choices"])}
                <div class="form-pair">
                    <Field name="field_name" label=contacts::FIELD_NAME value=name fault=ask.fault("field_name") maxlength=40_u32/>
                    <div class="field">
                        <label for="field_kind">{contacts::FIELD_KIND}</label>
                        // What stands in a field is of its kind: it stays.
                        <select id="field_kind" class="select" disabled=move || chosen.get().is_some()
                            on:change=on::change(move |event| kind.set(contacts::kind_of(&event_target_value(&event))))>
                            {contacts::KINDS.into_iter().map(|(each, words)| view! {
                                <option value=words prop:selected=move || kind.get() == each>{words}</option>
                            }).collect_view()}
                        </select>
                    </div>
                </div>
                <Show when=move || kind.get() == FieldKind::Choice>
                    <div class="field" class:faulty=move || wrong.with(Option::is_some)>
                        <label for="field_choices">{contacts::CHOICES}</label>
                        <textarea id="field_choices" rows="4" maxlength="3100" dir="auto" aria-describedby="field_choices-hint"
                            prop:value=move || choices.get() on:input=on::input(move |event| choices.set(event_target_value(&event)))></textarea>
                        <p id="field_choices-hint" class="hint" aria-live="polite">{move || wrong.get().unwrap_or_else(|| contacts::CHOICES_HINT.to_owned())}</p>
                    </div>
                </Show>
                <footer class="person-foot">
                    <Show when=move || chosen.get().is_some()>
                        <button type="button" class="button" on:click=on::click(move |_| clear())>{words::CANCEL}</button>
                    </Show>
                    {move || view! { <Submit ask act=act()/> }}
                </footer>
            </form>
        </section>
    }
    .into_any()
}

/// Changing one, and deleting it once it was said a second time what is lost.
fn tools<F: Future<Output = Result<(), ApiError>> + 'static>(
    name: &str,
    edit: impl Fn() + 'static,
    delete: impl Fn() -> F + Send + Sync + 'static,
    lost: &'static str,
) -> AnyView {
    let toasts = use_toasts();
    let sure = RwSignal::new(false);
    let said = name.to_owned();
    let remove = move |_| {
        if !sure.get_untracked() {
            sure.set(true);
            return;
        }
        let (asked, said) = (delete(), said.clone());
        leptos::task::spawn_local(async move {
            match asked.await {
                Ok(()) => toasts.say(contacts::deleted(&said)),
                Err(error) => toasts.fault(fault::doing(contacts::NOT_CHANGED, &error)),
            }
        });
    };
    let (change, drop_it, really) = (
        contacts::change(name),
        contacts::delete(name),
        contacts::really(name),
    );
    view! {
        <span class="team-do">
            {move || sure.get().then(|| view! { <span class="hint" role="status">{lost}</span> })}
            <button type="button" class="icon-button" aria-label=change on:click=on::click(move |_| edit())><Icon name="pencil"/></button>
            <button type="button" class="icon-button" class:danger=move || sure.get()
                aria-label=move || if sure.get() { really.clone() } else { drop_it.clone() } on:click=on::click(remove)><Icon name="trash-2"/></button>
        </span>
    }
    .into_any()
}
