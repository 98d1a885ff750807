//! A page that says one thing: no link, an end, a fault.

use super::frame::{Mode, Sheet, document};
use crate::{ui::icon::Icon, words::portal};
use leptos::prelude::*;

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nobody came by a link.
    NoLink,
    /// The visit is over.
    Ended,
    /// It is not there, or not theirs.
    NotFound,
    /// It did not work, and why.
    Fault(String),
}

impl Said {
    fn words(&self) -> (&'static str, &'static str, String) {
        match self {
            Self::NoLink => ("link", portal::NO_LINK_TITLE, portal::NO_LINK.into()),
            Self::Ended => ("lock", portal::ENDED_TITLE, portal::ENDED.into()),
            Self::NotFound => ("compass", portal::NOT_FOUND_TITLE, portal::NOT_FOUND.into()),
            Self::Fault(words) => ("triangle-alert", portal::BROKEN_TITLE, words.clone()),
        }
    }
}

/// Its document.
pub fn said(sheet: &Sheet, said: &Said) -> String {
    let (icon, title, words) = said.words();
    document(sheet, title, 0, Mode::Still, || {
        let back = matches!(said, Said::NotFound | Said::Fault(_)).then(
            || view! { <a class="button primary large" href="/portal">{portal::TO_START}</a> },
        );
        view! {
            <main class="portal-alone" id="main">
                <section class="portal-card portal-said">
                    <span class="portal-sign"><Icon name=icon/></span>
                    <h1>{title}</h1>
                    <p>{words}</p>
                    {back}
                </section>
            </main>
        }
        .into_any()
    })
}
