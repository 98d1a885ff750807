//! The document around the portal's pages.

use crate::{
    ui::{
        avatar::{Avatar, AvatarProps, own_tone},
        icon::{Icon, Package},
    },
    words::portal,
};
use leptos::prelude::*;
use postern_domain::portal::page::{Frame, Host};

/// What a document stands on.
pub struct Sheet<'a> {
    /// Where the package's files are: `/pkg/…`.
    pub package: &'a str,
    /// What the page's script is let in by.
    pub nonce: &'a str,
    /// The half of the double-submit token that stands in forms; empty where there is none.
    pub twin: &'a str,
}

/// What a page says of what was just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It went well.
    Well(&'static str),
    /// It did not, and why.
    Badly(String),
}

/// How a page behaves once its script runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It stands still.
    Still,
    /// It follows what changes, until the visit ends.
    Live,
}

/// The whole document. Nothing of it hangs off scripts.
pub(super) fn document(
    sheet: &Sheet,
    title: &str,
    tone: u8,
    mode: Mode,
    body: impl FnOnce() -> AnyView,
) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(Package(sheet.package.to_owned()));
        let style = format!("{}/portal.css", sheet.package);
        let script = format!("{}/portal.js", sheet.package);
        let nonce = sheet.nonce.to_owned();
        let classes = format!("portal tone-{tone}");
        let live = (mode == Mode::Live).then_some("/portal/live");
        view! {
            <!DOCTYPE html>
            <html lang="en" dir="ltr">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="robots" content="noindex, nofollow"/>
                    <meta name="format-detection" content="telephone=no"/>
                    <title>{title.to_owned()}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                    <link rel="stylesheet" href=style/>
                    <script type="module" nonce=nonce src=script></script>
                </head>
                <body class=classes data-live=live>
                    {body()}
                </body>
            </html>
        }
        .to_html()
    })
}

/// A host's colour.
pub(super) fn tone(host: &Host) -> u8 {
    host.tone.unwrap_or_else(|| own_tone(host.workspace.0))
}

/// A host by logo or initials.
pub(super) fn face(host: &Host) -> AnyView {
    match &host.logo {
        Some(logo) => {
            view! { <img class="avatar" src=logo.clone() alt="" width="40" height="40"/> }
                .into_any()
        }
        None => Avatar(AvatarProps {
            name: Some(host.name.clone()),
            id: host.workspace.0,
            tone: Some(tone(host)),
        })
        .into_any(),
    }
}

/// A page behind the PIN: who invites, the way to the chat and out, and what is shown.
pub(super) fn inside(sheet: &Sheet, frame: &Frame, main: AnyView) -> AnyView {
    let host = &frame.host;
    let chat = frame.chat.clone().map(|chat| {
        view! {
            <a class="button" href=chat target="_blank" rel="noopener noreferrer">
                <Icon name="message-circle"/>
                {portal::ASK_US}
            </a>
        }
    });
    view! {
        <a class="skip" href="#main">{portal::TO_CONTENT}</a>
        <header class="portal-head">
            <a class="portal-host" href="/portal">
                {face(host)}
                <span dir="auto">{host.name.clone()}</span>
            </a>
            {chat}
            <form method="post" action="/portal/sign-out">
                {twin(sheet)}
                <button class="button quiet" type="submit">
                    <Icon name="log-out"/>
                    <span class="portal-out">{portal::SIGN_OUT}</span>
                </button>
            </form>
        </header>
        <main class="portal-main" id="main" tabindex="-1">{main}</main>
        <footer class="portal-foot">{portal::FOOT}</footer>
    }
    .into_any()
}

/// The form's half of the double-submit token.
pub(super) fn twin(sheet: &Sheet) -> AnyView {
    view! { <input type="hidden" name="twin" value=sheet.twin.to_owned()/> }.into_any()
}

/// What was just done, where it is heard as well as seen.
pub(super) fn told(told: Option<&Told>) -> AnyView {
    match told {
        None => ().into_any(),
        Some(Told::Well(words)) => view! {
            <p class="portal-told good" role="status">
                <Icon name="check"/>
                <span>{*words}</span>
            </p>
        }
        .into_any(),
        Some(Told::Badly(words)) => view! {
            <p class="portal-told bad" role="alert" id="fault">
                <Icon name="triangle-alert"/>
                <span>{words.clone()}</span>
            </p>
        }
        .into_any(),
    }
}
