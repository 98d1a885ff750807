//! What is no message of anybody: it stands in the middle.

use super::lines::Lines;
use crate::ui::{icon::Icon, time};
use leptos::prelude::*;
use postern_types::{Line, Moment};

#[component]
pub fn Notice(
    #[prop(into)] icon: String,
    #[prop(into)] text: String,
    lines: Vec<Line>,
    at: Moment,
) -> impl IntoView {
    view! {
        <div class="happening">
            <p class="happening-words">
                <Icon name=icon/>
                <span dir="auto">{text}</span>
                <time title=time::full(at)>{time::clock(at)}</time>
            </p>
            <Lines lines/>
        </div>
    }
    .into_any()
}
