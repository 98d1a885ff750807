//! A page for those who are not signed in: one card, one thing to do.

use crate::words::{self, account};
use leptos::prelude::*;
use leptos_meta::Title;

/// The card with its title.
#[component]
pub fn PublicPage(title: &'static str, lead: &'static str, children: Children) -> impl IntoView {
    view! {
        <Title text=words::title(title)/>
        <main class="public" id="main">
            <section class="public-card">
                <header class="public-head">
                    <img class="mark" src="/favicon.svg" alt="" width="40" height="40"/>
                    <h1>{title}</h1>
                    <p>{lead}</p>
                </header>
                {children()}
            </section>
            <p class="public-foot">{account::NOTHING_STORED}</p>
        </main>
    }
    .into_any()
}
