//! The logo: a picture is brought or taken away, and that is done at once.

use super::{api, desk::Desk};
use crate::{
    boxed::{Show, memo, on},
    ui::ask::Ask,
    words::{self as all, workspace as words},
};
use leptos::{html, prelude::*};
use postern_types::WorkspaceView;

/// What is taken; the server looks at the bytes.
const ACCEPTED: &str = "image/png,image/jpeg,image/webp,image/gif";

/// The section.
#[component]
pub fn Logo(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let node = NodeRef::<html::Input>::new();
    let logo = memo(move || desk.saved.with(|saved| saved.as_ref()?.logo.clone()));
    let done = move |view: WorkspaceView, said: &'static str| {
        desk.freshen(&view);
        desk.toasts.say(said);
        desk.tell_shell();
    };
    let bring = move |_| {
        let Some(input) = node.get_untracked() else {
            return;
        };
        let picture = input.files().and_then(|files| files.item(0));
        // The same again is another choice.
        input.set_value("");
        if let Some(picture) = picture {
            ask.put(api::bring_logo(picture), move |view| {
                done(view, words::LOGO_KEPT);
            });
        }
    };
    let remove = move |_| {
        ask.put(api::remove_logo(), move |view| {
            done(view, words::LOGO_REMOVED);
            if let Some(input) = node.try_get_untracked().flatten() {
                let _ = input.focus();
            }
        });
    };
    let fault = ask.fault("logo");
    view! {
        <section class="card" aria-labelledby="workspace-logo">
            <h2 id="workspace-logo">{words::LOGO}</h2>
            {ask.general(&["logo"])}
            <div class="field logo" class:faulty=move || fault.with(Option::is_some)>
                {move || match logo.get() {
                    Some(logo) => view! { <img class="logo-shown" src=logo alt=words::LOGO_OF/> }.into_any(),
                    None => view! { <p class="quiet-text">{words::LOGO_NONE}</p> }.into_any(),
                }}
                <div class="logo-do">
                    <label class="button">
                        <input id="logo" class="only-heard" type="file" accept=ACCEPTED node_ref=node on:change=on::change(bring) aria-describedby="logo-hint"/>
                        {move || if ask.is_busy() { all::WAIT } else { words::LOGO_BRING }}
                    </label>
                    <Show when=move || logo.with(Option::is_some)>
                        <button type="button" class="button danger-quiet" on:click=on::click(remove)>{words::LOGO_REMOVE}</button>
                    </Show>
                </div>
                <p id="logo-hint" class="hint" aria-live="polite">{move || fault.get().unwrap_or_else(|| words::LOGO_HINT.into())}</p>
            </div>
        </section>
    }
    .into_any()
}
