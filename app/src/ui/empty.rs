//! An empty place that says what belongs there and what to do next.

use super::icon::Icon;
use leptos::prelude::*;

/// A picture, a head, a hint, and perhaps a thing to do.
#[component]
pub fn Empty(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] hint: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon"><Icon name=icon/></span>
            <h2>{title}</h2>
            <p>{hint}</p>
            {children.map(|children| children())}
        </div>
    }
}
