//! How the file is read, and what becomes of its columns.

use super::{api, desk::Desk};
use crate::{
    boxed::{Show, effect, on},
    error::ApiError,
    ui::icon::Icon,
    words::{fault, import},
};
use leptos::prelude::*;
use postern_types::{
    FieldView, IMPORT_ENCODINGS, ImportColumn, ImportKnown, ImportLook, ImportPlan, ImportState,
};

/// The card.
#[component]
pub fn Plan(desk: Desk) -> impl IntoView {
    let look = RwSignal::new(None::<ImportLook>);
    let failed = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let read = move |choice: Option<(String, char)>| {
        let Some(id) = desk.id.get_untracked() else {
            return;
        };
        leptos::task::spawn_local(async move {
            match api::look(id, choice).await {
                Ok(now) => {
                    failed.try_set(None);
                    // What was chosen beside the reading of it stays.
                    look.try_update(|look| {
                        let before = look.take().map(|look| look.plan);
                        let mut now = now;
                        if let Some(before) = before {
                            (now.plan.known, now.plan.country, now.plan.labels) =
                                (before.known, before.country, before.labels);
                        }
                        *look = Some(now);
                    });
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    effect(move || {
        desk.id.track();
        look.set(None);
        read(None);
    });
    let again = move |encoding: Option<String>, separator: Option<char>| {
        let choice = look.with_untracked(|look| {
            let plan = &look.as_ref()?.plan;
            Some((
                encoding.unwrap_or_else(|| plan.encoding.clone()),
                separator.unwrap_or(plan.separator),
            ))
        });
        if choice.is_some() {
            read(choice);
        }
    };
    let check = move |_| {
        let plan = look.with_untracked(|look| look.as_ref().map(|look| look.plan.clone()));
        let (Some(id), Some(plan)) = (desk.id.get_untracked(), plan) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let done = api::check(id, plan).await;
            failed.try_set(done.err());
            busy.try_set(false);
            desk.refresh();
        });
    };
    let said = move || {
        let text = failed.with(|error| {
            let error = error.as_ref()?;
            let beside = ["columns", "country", "encoding", "separator"];
            let words = beside.iter().find_map(|field| error.field(field));
            Some(words.map_or_else(|| fault::doing(import::NOT_DONE, error), str::to_owned))
        })?;
        Some(view! { <p class="strip fault" role="alert" dir="auto">{text}</p> })
    };
    let act = move || match desk.state() {
        Some(ImportState::Checked) => import::CHECK_AGAIN,
        _ => import::CHECK,
    };
    view! {
        <section class="card form" aria-labelledby="import-plan">
            <h2 id="import-plan">{import::PLAN}</h2>
            <p class="hint">{import::PLAN_HINT}</p>
            <Show when=move || look.with(Option::is_some) fallback=|| view! { <i class="sk sk-line"></i><i class="sk sk-line short"></i> }>
                <Reading look again=Callback::new(move |(encoding, separator)| again(encoding, separator))/>
                <Columns desk look/>
                <Rest look/>
            </Show>
            {said}
            <div class="import-do">
                <button type="button" class="button primary" on:click=on::click(check) aria-disabled=move || busy.get().then_some("true")><Icon name="list-checks"/>{act}</button>
                <p class="hint">{import::CHECK_HINT}</p>
            </div>
        </section>
    }
    .into_any()
}

type Look = RwSignal<Option<ImportLook>>;

/// Something of the plan.
fn of<T>(look: Look, read: impl Fn(&ImportPlan) -> T) -> Option<T> {
    look.with(|look| look.as_ref().map(|look| read(&look.plan)))
}

fn change(look: Look, write: impl FnOnce(&mut ImportPlan)) {
    look.update(|look| {
        if let Some(look) = look {
            write(&mut look.plan);
        }
    });
}

/// The encoding and the separator, which may be guessed wrong.
#[component]
fn Reading(look: Look, again: Callback<(Option<String>, Option<char>)>) -> impl IntoView {
    let encoding = move |event| again.run((Some(event_target_value(&event)), None));
    let separator = move |event| {
        let sign = event_target_value(&event);
        let sign = import::SEPARATORS.iter().find(|(_, words)| *words == sign);
        again.run((None, sign.map(|(sign, _)| *sign)));
    };
    view! {
        <div class="form-pair">
            <div class="field">
                <label for="import-encoding">{import::ENCODING}</label>
                <select id="import-encoding" class="select" on:change=on::change(encoding)>
                    {IMPORT_ENCODINGS.into_iter().map(|(name, words)| view! {
                        <option value=name prop:selected=move || of(look, |plan| plan.encoding == name) == Some(true)>{words}</option>
                    }).collect_view()}
                </select>
            </div>
            <div class="field">
                <label for="import-separator">{import::SEPARATOR}</label>
                <select id="import-separator" class="select" on:change=on::change(separator)>
                    {import::SEPARATORS.into_iter().map(|(sign, words)| view! {
                        <option value=words prop:selected=move || of(look, |plan| plan.separator == sign) == Some(true)>{words}</option>
                    }).collect_view()}
                </select>
            </div>
        </div>
    }
    .into_any()
}

/// The headings and first rows, with what becomes of each column above them.
#[component]
fn Columns(desk: Desk, look: Look) -> impl IntoView {
    let fields = move || {
        desk.page
            .with(|page| page.as_ref().map(|page| page.fields.clone()))
            .unwrap_or_default()
    };
    let table = move || {
        let (headings, rows) = look.with(|look| {
            look.as_ref()
                .map(|look| (look.headings.clone(), look.rows.clone()))
        })?;
        let fields = fields();
        let heads = headings.into_iter().enumerate();
        let heads =
            heads.map(|(at, heading)| view! { <Column look at heading fields=fields.clone()/> });
        let rows = rows.into_iter().map(|row| {
            let cells = row
                .into_iter()
                .map(|cell| view! { <td dir="auto">{cell}</td> });
            view! { <tr>{cells.collect_view()}</tr> }
        });
        Some(view! {
            <div class="import-table" tabindex="0" role="region" aria-label=import::COLUMNS>
                <table>
                    <thead><tr>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        })
    };
    // What is chosen above does not draw the table anew.
    let drawn = Memo::new(move |_| {
        look.with(|look| {
            look.as_ref()
                .map(|look| (look.headings.clone(), look.rows.clone()))
        })
    });
    (move || {
        drawn.track();
        drawn.with(|_| ());
        fields();
        untrack(table)
    })
    .into_any()
}

#[component]
fn Column(look: Look, at: usize, heading: String, fields: Vec<FieldView>) -> impl IntoView {
    let choose = {
        let fields = fields.clone();
        move |event| {
            let word = event_target_value(&event);
            let chosen = import::CHOICES.iter().find(|(_, words)| *words == word);
            let field = fields.iter().find(|field| field.id.to_string() == word);
            let column = match (chosen, field) {
                (Some((column, _)), _) => *column,
                (None, Some(field)) => ImportColumn::Field(field.id),
                (None, None) => ImportColumn::Skip,
            };
            change(look, |plan| {
                if let Some(place) = plan.columns.get_mut(at) {
                    *place = column;
                }
            });
        }
    };
    let is = move |column: ImportColumn| {
        of(look, |plan| plan.columns.get(at).copied()) == Some(Some(column))
    };
    let label = import::becomes(&heading);
    view! {
        <th scope="col">
            <bdi>{heading}</bdi>
            <select class="select" aria-label=label on:change=on::change(choose)>
                {import::CHOICES.into_iter().map(|(column, words)| view! {
                    <option value=words prop:selected=move || is(column)>{words}</option>
                }).collect_view()}
                {fields.into_iter().map(|field| {
                    let id = field.id;
                    view! { <option value=id.to_string() prop:selected=move || is(ImportColumn::Field(id))>{import::field(&field.name)}</option> }
                }).collect_view()}
            </select>
        </th>
    }
    .into_any()
}

/// What becomes of contacts that are known, of numbers without a country, and of labels that are not there.
#[component]
fn Rest(look: Look) -> impl IntoView {
    let known = move |event| {
        let word = event_target_value(&event);
        let chosen = import::KNOWN.iter().find(|(_, words)| *words == word);
        change(look, |plan| {
            plan.known = chosen.map_or(ImportKnown::Fill, |(known, _)| *known);
        });
    };
    let country = move |event| {
        let digits = event_target_value(&event);
        let digits = digits
            .chars()
            .filter(char::is_ascii_digit)
            .take(4)
            .collect();
        change(look, |plan| plan.country = digits);
    };
    let labels = move |event| change(look, |plan| plan.labels = event_target_checked(&event));
    view! {
        <div class="form-pair">
            <div class="field">
                <label for="import-known">{import::KNOWN_LABEL}</label>
                <select id="import-known" class="select" on:change=on::change(known)>
                    {import::KNOWN.into_iter().map(|(known, words)| view! {
                        <option value=words prop:selected=move || of(look, |plan| plan.known == known) == Some(true)>{words}</option>
                    }).collect_view()}
                </select>
            </div>
            <div class="field">
                <label for="country">{import::COUNTRY}</label>
                <input id="country" type="text" inputmode="numeric" maxlength="5" dir="ltr" autocomplete="off" aria-describedby="country-hint"
                    prop:value=move || of(look, |plan| plan.country.clone()).unwrap_or_default() on:change=on::change(country)/>
                <p id="country-hint" class="hint">{import::COUNTRY_HINT}</p>
            </div>
        </div>
        <label class="team-switch">
            <input type="checkbox" role="switch" prop:checked=move || of(look, |plan| plan.labels) == Some(true) on:change=on::change(labels)/>
            <span><strong>{import::MAKE_LABELS}</strong></span>
        </label>
    }
    .into_any()
}
