//! Names and what stands behind them, as a list.

use leptos::prelude::*;
use postern_types::Line;

#[component]
pub fn Lines(lines: Vec<Line>) -> impl IntoView {
    let lines: Vec<_> = lines
        .into_iter()
        .map(|Line { label, value }| {
            view! { <div><dt dir="auto">{label.replace('_', " ")}</dt><dd dir="auto">{value}</dd></div> }
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <dl class="rich-lines">{lines}</dl> })
}
