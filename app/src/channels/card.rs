//! One number, with its state in words.

use super::{Desk, api};
use crate::{
    boxed::Show,
    browser,
    live::use_live,
    ui::{copy::Copyable, dialog::Dialog, icon::Icon, time, toast::use_toasts},
    words::{self, channels, fault},
};
use leptos::prelude::*;
use postern_types::{ChannelState, ChannelView};

/// A number's card.
#[component]
pub fn Card(channel: ChannelView, admin: Memo<bool>, desk: Desk) -> impl IntoView {
    let asked = RwSignal::new(false);
    let lost = channel.state == ChannelState::Disconnected;
    let at = channel.connected_at;
    let callback = format!("{}{}", browser::origin(), channel.callback_path);
    view! {
        <article class="card" class:lost=lost>
            <header class="card-head">
                <span class="card-icon"><Icon name="smartphone"/></span>
                <div class="card-words">
                    <h2><bdi>{channel.name.clone()}</bdi></h2>
                    <p class="quiet-text" dir="ltr">{channel.phone.clone()}</p>
                </div>
                <span class="state" class:bad=lost><Icon name=if lost { "unplug" } else { "check" }/>{channels::state(channel.state)}</span>
            </header>
            {lost.then(|| view! {
                <div class="strip fault"><Icon name="triangle-alert"/><p dir="auto">{channel.state_reason.clone()}" "{channels::WHY}</p></div>
            })}
            <dl class="facts wide">
                <div><dt>{channels::PHONE_NUMBER_ID}</dt><dd dir="ltr">{channel.phone_number_id.clone()}</dd></div>
                <div><dt>{channels::ACCOUNT_ID}</dt><dd dir="ltr">{channel.account_id.clone()}</dd></div>
                <div><dt>{channels::SIGNED_BY}</dt><dd>{if channel.own_app { channels::OWN_APP } else { channels::INSTALLATION_APP }}</dd></div>
                <div><dt>{channels::SINCE}</dt><dd><time title=time::full(at)>{time::date(at)}</time></dd></div>
            </dl>
            {channel.own_app.then(|| view! { <Copyable label=channels::CALLBACK value=callback/> })}
            <Show when=move || admin.get()>
                <footer class="card-foot">
                    {if lost {
                        view! { <button type="button" class="button" on:click=move |_| desk.connecting.set(true)>{channels::CONNECT_AGAIN}</button> }.into_any()
                    } else {
                        view! { <button type="button" class="button danger-quiet" on:click=move |_| asked.set(true)>{channels::DISCONNECT}</button> }.into_any()
                    }}
                </footer>
            </Show>
        </article>
        <Disconnect channel asked/>
    }
    .into_any()
}

/// Says what will be lost before it is done.
#[component]
fn Disconnect(channel: ChannelView, asked: RwSignal<bool>) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let id = channel.id;
    let lost = channels::disconnect_lost(&channel.name, &channel.phone);
    let disconnect = move |_| {
        asked.set(false);
        leptos::task::spawn_local(async move {
            match api::disconnect(id).await {
                Ok(()) => {
                    toasts.say(channels::DISCONNECTED_NOW);
                    if let Ok(all) = api::list().await {
                        live.inbox.try_update(|inbox| inbox.put_channels(all));
                    }
                }
                Err(error) => toasts.fault(fault::doing(channels::NOT_DISCONNECTED, &error)),
            }
        });
    };
    view! {
        <Dialog open=asked title=channels::DISCONNECT_TITLE>
            <p class="dialog-text">{lost.clone()}</p>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| asked.set(false)>{words::CANCEL}</button>
                <button type="button" class="button danger" on:click=disconnect>{channels::DISCONNECT}</button>
            </footer>
        </Dialog>
    }
}
