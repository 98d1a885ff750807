//! After a connection: what to give to Meta, shown once.

use super::Desk;
use crate::{
    boxed::{effect, on},
    browser,
    ui::{copy::Copyable, dialog::Dialog, icon::Icon},
    words::channels,
};
use leptos::prelude::*;

/// Opens by itself with the answer of a connection; closing it forgets the token.
#[component]
pub fn ConnectedDialog(desk: Desk) -> impl IntoView {
    let open = RwSignal::new(false);
    effect(move || {
        if desk.connected.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            desk.connected.set(None);
        }
        now
    });
    view! {
        <Dialog open title=channels::DONE class="wide">
            {move || desk.connected.get().map(|connected| {
                let callback = format!("{}{}", browser::origin(), connected.channel.callback_path);
                let warning = connected.warning.map(|warning| view! {
                    <p class="strip notice"><Icon name="triangle-alert"/>{warning}</p>
                });
                match connected.verify_token {
                    Some(token) => view! {
                        <p class="dialog-text">{channels::DONE_OWN}</p>
                        <Copyable label=channels::CALLBACK value=callback/>
                        <Copyable label=channels::VERIFY value=token/>
                        <p class="strip notice"><Icon name="info"/>{channels::ONCE}</p>
                        {warning}
                        <footer class="dialog-foot">
                            <button type="button" class="button primary" on:click=on::click(move |_| open.set(false))>{channels::FINISH}</button>
                        </footer>
                    }.into_any(),
                    None => view! {
                        <p class="dialog-text">{channels::DONE_OURS}</p>
                        {warning}
                        <footer class="dialog-foot">
                            <button type="button" class="button primary" on:click=on::click(move |_| open.set(false))>{channels::OK}</button>
                        </footer>
                    }.into_any(),
                }
            })}
        </Dialog>
    }
}
