//! The place of the first steps: more than one page shows them, and none of them knows the other.

use leptos::prelude::*;

/// How they are shown, and whether they are; copied about freely.
#[derive(Clone, Copy)]
pub struct FirstSteps {
    /// The card. An admin's; it shows nothing once all is done.
    pub card: fn() -> AnyView,
    /// Whether the workspace has put it away; none before it was read.
    pub hidden: RwSignal<Option<bool>>,
}

/// As the root provides them.
pub fn use_first_steps() -> FirstSteps {
    expect_context()
}
