//! The places of what belongs to a contact, or to the book, and is another folder's. None of them knows the other.

use leptos::prelude::*;
use postern_types::{BookRequest, ContactId};

/// What other folders show there; copied about freely.
#[derive(Clone, Copy)]
pub struct ContactParts {
    /// The contact's tasks.
    pub tasks: fn() -> AnyView,
    /// The contact's portal links.
    pub links: fn() -> AnyView,
    /// The code of a portal link that was just made.
    pub code: fn() -> AnyView,
    /// The way to take the contacts of the book away.
    pub export: fn() -> AnyView,
}

/// The contact whose page it is, given as a context around each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Of(pub ContactId);

/// The address of the link, given as a context around its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(pub String);

/// Which contacts the book shows, given as a context around the way to take them away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown(pub RwSignal<BookRequest>);

/// As the root provides them.
pub fn use_contact_parts() -> ContactParts {
    expect_context()
}
