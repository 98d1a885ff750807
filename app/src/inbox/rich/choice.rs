//! What was chosen or filled in.

use super::lines::Lines;
use crate::{ui::icon::Icon, words::rich};
use leptos::prelude::*;
use postern_types::Line;

/// A button that was pressed, or a row of a list.
#[component]
pub fn Chosen(title: String, description: Option<String>) -> impl IntoView {
    view! {
        <div class="rich-block">
            <p class="rich-mark"><Icon name="mouse-pointer-click"/>{rich::CHOSE}</p>
            <p class="bubble-text" dir="auto">{title}</p>
            {description.map(|text| view! { <p class="quiet clip" dir="auto">{text}</p> })}
        </div>
    }
    .into_any()
}

/// A form, by Meta's word for it.
#[component]
pub fn Form(name: String, title: Option<String>, lines: Vec<Line>) -> impl IntoView {
    view! {
        <div class="rich-block">
            <p class="rich-mark"><Icon name="list"/>{rich::form(&name)}</p>
            {title.map(|title| view! { <p class="bubble-text" dir="auto">{title}</p> })}
            <Lines lines/>
        </div>
    }
    .into_any()
}
