//! A part of a page whose code is fetched when it is first wanted.
//!
//! The build cuts it out of the client where a function says `#[wasm_split(name, preload(fetch), fallible)]`; what only that
//! function reaches is fetched with it. To make a lazy part: such a function, which gives its view, and `Later` in its place.

use crate::{
    boxed::{effect, on},
    ui::empty::Empty,
    words,
};
use futures::FutureExt as _;
use leptos::{ev, prelude::*};
use leptos_meta::Title;
use std::{future::Future, pin::Pin, sync::Arc};
use wasm_split_helpers::SplitLoaderError;

/// What the function of a lazy part gives: its view, or word that its code could not be fetched.
pub type Part = Result<AnyView, SplitLoaderError>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    /// On its way. The server shows no more than this either, so that both agree.
    Coming,
    Here,
    Missing,
}

/// Fetches a part's code, shows what stands in its place meanwhile, then the part; or offers to try again.
#[component]
pub fn Later<F, P>(
    /// Fetches the code; quickly done when it is here.
    fetch: fn() -> F,
    /// Gives the view, once the code is here.
    part: fn() -> P,
    /// What is shown until then.
    #[prop(optional, into)]
    meanwhile: ViewFn,
) -> impl IntoView
where
    F: Future<Output = Result<(), SplitLoaderError>> + 'static,
    P: Future<Output = Part> + 'static,
{
    let fetch = Arc::new(move || Box::pin(fetch()) as Fetched);
    let part = Arc::new(move || part().now_or_never());
    later(fetch, part, meanwhile)
}

/// A page whose code is fetched by those who come to it: its title, and an empty page until then.
pub fn page<F, P>(title: &'static str, fetch: fn() -> F, part: fn() -> P) -> AnyView
where
    F: Future<Output = Result<(), SplitLoaderError>> + 'static,
    P: Future<Output = Part> + 'static,
{
    let fetch = Arc::new(move || Box::pin(fetch()) as Fetched);
    let part = Arc::new(move || part().now_or_never());
    titled(title, fetch, part)
}

/// The same for every page, so that it is compiled once.
fn titled(
    title: &'static str,
    fetch: Arc<dyn Fn() -> Fetched + Send + Sync>,
    part: Arc<dyn Fn() -> Option<Part> + Send + Sync>,
) -> AnyView {
    let meanwhile = || view! { <main class="page" id="main" aria-busy="true"></main> };
    view! {
        <Title text=words::title(title)/>
        {later(fetch, part, meanwhile.into())}
    }
    .into_any()
}

type Fetched = Pin<Box<dyn Future<Output = Result<(), SplitLoaderError>>>>;

/// The same for every part, so that it is compiled once.
fn later(
    fetch: Arc<dyn Fn() -> Fetched + Send + Sync>,
    part: Arc<dyn Fn() -> Option<Part> + Send + Sync>,
    meanwhile: ViewFn,
) -> AnyView {
    let code = RwSignal::new(Code::Coming);
    let ask: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
        code.set(Code::Coming);
        let coming = fetch();
        leptos::task::spawn_local(async move {
            let came = coming.await.is_ok();
            code.try_set(if came { Code::Here } else { Code::Missing });
        });
    });
    effect({
        let ask = ask.clone();
        move || ask()
    });
    let shown = move || match code.get() {
        Code::Coming => meanwhile.run(),
        Code::Here => match part() {
            Some(Ok(view)) => view,
            _ => missing(ask.clone()),
        },
        Code::Missing => missing(ask.clone()),
    };
    shown.into_any()
}

/// The connection is gone, and the code is fetched when it is back; or the page is older than what the server still has,
/// which only a new one cures.
fn missing(ask: Arc<dyn Fn() + Send + Sync>) -> AnyView {
    let back = window_event_listener(ev::online, {
        let ask = ask.clone();
        move |_| ask()
    });
    on_cleanup(move || back.remove());
    let reload = |_| {
        let _ = window().location().reload();
    };
    view! {
        <section class="page" role="alert">
            <Empty icon="wifi-off" title=words::PART_MISSING hint=words::PART_MISSING_HINT>
                <button type="button" class="button primary" on:click=on::click(move |_| ask())>{words::TRY_AGAIN}</button>
                <button type="button" class="button" on:click=on::click(reload)>{words::frame::RELOAD}</button>
            </Empty>
        </section>
    }
    .into_any()
}
