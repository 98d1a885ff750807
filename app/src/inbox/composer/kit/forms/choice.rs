//! Buttons, lists and links: words with something to press.

use super::{Foot, Send, Words, fits, fits_or_empty, optional, shown::Shown, trimmed};
use crate::{boxed::on, inbox::composer::Bench, ui::icon::Icon, words::kit};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{Choice, Outgoing, Section};

/// The words with the lines around them; copied about freely.
#[derive(Clone, Copy)]
struct Around {
    header: RwSignal<String>,
    body: RwSignal<String>,
    footer: RwSignal<String>,
    most: usize,
}

impl Around {
    fn new(most: usize) -> Self {
        let bench = expect_context::<Bench>();
        Self {
            header: RwSignal::new(String::new()),
            body: RwSignal::new(bench.draft.text.get_untracked()),
            footer: RwSignal::new(String::new()),
            most,
        }
    }

    fn fits(self) -> bool {
        fits(self.body, self.most)
            && fits_or_empty(self.header, 60)
            && fits_or_empty(self.footer, 60)
    }
}

#[component]
fn AroundFields(around: Around) -> impl IntoView {
    view! {
        <Words name="choice-header" label=kit::HEADER value=around.header most=60 required=false/>
        <Words name="choice-body" label=kit::BODY value=around.body most=around.most long=true/>
        <Words name="choice-footer" label=kit::FOOTER value=around.footer most=60 required=false/>
    }
}

/// Up to three answers.
#[component]
pub fn Buttons(send: Send) -> impl IntoView {
    let around = Around::new(1024);
    let titles = [(); 3].map(|()| RwSignal::new(String::new()));
    let told = move || {
        let titles = titles
            .iter()
            .map(|title| title.with(|text| text.trim().to_owned()));
        titles.filter(|title| !title.is_empty()).collect::<Vec<_>>()
    };
    let ready = move || {
        let told = told();
        let twice = (1..told.len()).any(|at| told[..at].contains(&told[at]));
        around.fits()
            && !told.is_empty()
            && !twice
            && titles.iter().all(|title| fits_or_empty(*title, 20))
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let outgoing = Outgoing::Buttons {
            header: optional(around.header),
            footer: optional(around.footer),
            buttons: told(),
        };
        send.run((trimmed(around.body), outgoing));
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <AroundFields around/>
            {titles.into_iter().enumerate().map(|(nth, title)| view! {
                <Words name=["button-1", "button-2", "button-3"][nth] label=kit::BUTTON_LABELS[nth] value=title most=20 required=nth == 0/>
            }).collect_view()}
            <Shown header=around.header body=around.body footer=around.footer choices=Signal::derive(told)/>
            <Foot ready=Signal::derive(ready)/>
        </form>
    }
    .into_any()
}

/// A button with a link.
#[component]
pub fn Link(send: Send) -> impl IntoView {
    let around = Around::new(1024);
    let [label, url] = [(); 2].map(|()| RwSignal::new(String::new()));
    let is_link = move || {
        url.with(|url| {
            let url = url.trim();
            let rest = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty())
        })
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let outgoing = Outgoing::Link {
            header: optional(around.header),
            footer: optional(around.footer),
            label: trimmed(label),
            url: trimmed(url),
        };
        send.run((trimmed(around.body), outgoing));
    };
    let choices = move || label.with(|label| vec![label.trim().to_owned()]);
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <AroundFields around/>
            <Words name="link-label" label=kit::LINK_LABEL value=label most=20/>
            <Words name="link-url" label=kit::LINK_URL value=url most=2000/>
            <Shown header=around.header body=around.body footer=around.footer choices=Signal::derive(choices)/>
            <Foot ready=Signal::derive(move || around.fits() && fits(label, 20) && fits(url, 2000) && is_link())/>
        </form>
    }
    .into_any()
}

/// A row as it is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Row {
    title: RwSignal<String>,
    description: RwSignal<String>,
}

impl Row {
    fn new() -> Self {
        Self {
            title: RwSignal::new(String::new()),
            description: RwSignal::new(String::new()),
        }
    }
}

/// Up to ten rows behind a button.
#[component]
pub fn List(send: Send) -> impl IntoView {
    const MOST: usize = 10;
    let around = Around::new(4096);
    let button = RwSignal::new(String::new());
    let rows = RwSignal::new(vec![(0_usize, Row::new())]);
    let add = move |_| {
        rows.update(|rows| {
            let next = rows.last().map_or(0, |(key, _)| key + 1);
            rows.push((next, Row::new()));
        });
    };
    let ready = move || {
        around.fits()
            && fits(button, 20)
            && rows.with(|rows| {
                !rows.is_empty()
                    && rows
                        .iter()
                        .all(|(_, row)| fits(row.title, 24) && fits_or_empty(row.description, 72))
            })
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let rows = rows.with_untracked(|rows| {
            let told = rows.iter().map(|(_, row)| Choice {
                id: String::new(),
                title: trimmed(row.title),
                description: optional(row.description),
            });
            told.collect()
        });
        let outgoing = Outgoing::List {
            header: optional(around.header),
            footer: optional(around.footer),
            button: trimmed(button),
            sections: vec![Section {
                title: String::new(),
                rows,
            }],
        };
        send.run((trimmed(around.body), outgoing));
    };
    let choices = move || button.with(|button| vec![button.trim().to_owned()]);
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <AroundFields around/>
            <Words name="list-button" label=kit::LIST_BUTTON value=button most=20/>
            <ol class="kit-rows">
                <For each=move || rows.get() key=|(key, _)| *key let((key, row))>
                    <li>
                        <Words name="row-title" label=kit::ROW value=row.title most=24/>
                        <Words name="row-line" label=kit::ROW_LINE value=row.description most=72 required=false/>
                        <button type="button" class="icon-button" aria-label=kit::REMOVE_ROW
                            disabled=move || rows.with(|rows| rows.len() == 1)
                            on:click=on::click(move |_| rows.update(|rows| rows.retain(|(other, _)| *other != key)))><Icon name="x"/></button>
                    </li>
                </For>
            </ol>
            <button type="button" class="button" disabled=move || rows.with(|rows| rows.len() >= MOST) on:click=on::click(add)>
                <Icon name="plus"/>{kit::ADD_ROW}
            </button>
            <Shown header=around.header body=around.body footer=around.footer choices=Signal::derive(choices)/>
            <Foot ready=Signal::derive(ready)/>
        </form>
    }
    .into_any()
}
