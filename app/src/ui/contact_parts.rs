//! The place of what belongs to a contact and is another folder's: tasks, portal links. None of them knows the other.

use leptos::prelude::*;
use postern_types::ContactId;

/// What stands on a contact's page beside the contact; copied about freely.
#[derive(Clone, Copy)]
pub struct ContactParts {
    /// The contact's tasks.
    pub tasks: fn() -> AnyView,
    /// The contact's portal links.
    pub links: fn() -> AnyView,
}

/// The contact whose page it is, given as a context around each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Of(pub ContactId);

/// As the root provides them.
pub fn use_contact_parts() -> ContactParts {
    expect_context()
}
