//! The way in: the PIN of a link.

use super::frame::{self, Mode, Sheet, Told, document};
use crate::words::portal;
use leptos::prelude::*;
use postern_domain::portal::page::Host;

/// The form that asks for the PIN. Without a host nothing is said of who invites: the link may be anybody's.
pub struct Pin<'a> {
    /// Who invites, where the link stands.
    pub host: Option<&'a Host>,
    /// What came of the last try.
    pub told: Option<Told>,
}

/// Its document.
pub fn pin(sheet: &Sheet, page: &Pin) -> String {
    let name = page.host.map(|host| host.name.clone()).unwrap_or_default();
    let title = portal::title(portal::PIN, &name);
    let tone = page.host.map_or(0, frame::tone);
    document(sheet, &title, tone, Mode::Still, || {
        let faulty = matches!(page.told, Some(Told::Badly(_)));
        let face = match page.host {
            Some(host) => frame::face(host),
            None => {
                view! { <img class="avatar" src="/favicon.svg" alt="" width="40" height="40"/> }
                    .into_any()
            }
        };
        let (heading, lead) = if name.is_empty() {
            (portal::WELCOME.to_owned(), portal::LEAD_NEUTRAL)
        } else {
            (name, portal::LEAD)
        };
        view! {
            <main class="portal-alone" id="main">
                <section class="portal-card">
                    <header class="portal-card-head">
                        {face}
                        <h1 dir="auto">{heading}</h1>
                        <p id="lead">{lead}</p>
                    </header>
                    {frame::told(page.told.as_ref())}
                    <form class="form" method="post" action="/portal/pin">
                        {frame::twin(sheet)}
                        <div class="field portal-pin">
                            <label for="pin">{portal::PIN}</label>
                            <input
                                id="pin"
                                name="pin"
                                type="text"
                                inputmode="numeric"
                                autocomplete="one-time-code"
                                pattern="[0-9 ]{6,11}"
                                maxlength="11"
                                required
                                autofocus
                                aria-describedby=if faulty { "fault" } else { "lead" }
                                aria-invalid=faulty.then_some("true")
                            />
                        </div>
                        <button class="button primary large" type="submit">{portal::OPEN}</button>
                    </form>
                    <details class="portal-lost">
                        <summary>{portal::LOST}</summary>
                        <form class="form" method="post" action="/portal/lost-pin">
                            {frame::twin(sheet)}
                            <p>{portal::LOST_HINT}</p>
                            <button class="button" type="submit">{portal::ASK_FOR_PIN}</button>
                        </form>
                    </details>
                </section>
                <p class="portal-foot">{portal::FOOT}</p>
            </main>
        }
        .into_any()
    })
}
