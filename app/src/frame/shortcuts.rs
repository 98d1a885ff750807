//! The list of shortcuts.

use crate::{ui::dialog::Dialog, words::frame};
use leptos::prelude::*;

/// Opened by `?`.
#[component]
pub fn Shortcuts(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=frame::SHORTCUTS class="shortcuts">
            <dl class="shortcut-list">
                {frame::shortcut_list().iter().map(|(keys, what)| view! {
                    <div><dt>{keys.split("  ").map(|key| view! { <kbd>{key.to_owned()}</kbd> }).collect_view()}</dt><dd>{*what}</dd></div>
                }).collect_view()}
            </dl>
        </Dialog>
    }
}
