//! One number, with its state in words.

use super::{Desk, Place, api};
use crate::{
    boxed::{Show, memo, on},
    browser,
    live::use_live,
    ui::{copy::Copyable, dialog::Dialog, icon::Icon, time, toast::use_toasts},
    words::{self, channels, fault},
};
use leptos::prelude::*;
use postern_types::{ChannelState, ChannelView, Fact, Standing};

/// A number's card.
#[component]
pub fn Card(
    channel: ChannelView,
    standings: RwSignal<Vec<Standing>>,
    admin: Memo<bool>,
    desk: Desk,
) -> impl IntoView {
    let asked = RwSignal::new(false);
    let lost = channel.state == ChannelState::Disconnected;
    let (id, at) = (channel.id, channel.connected_at);
    let standing = memo(move || {
        standings.with(|all| all.iter().find(|standing| standing.channel == id).cloned())
    });
    let callback = format!("{}{}", browser::origin(), channel.callback_path);
    view! {
        <article class="card" class:lost=lost>
            <header class="card-head">
                <span class="card-icon"><Icon name="smartphone"/></span>
                <div class="card-words">
                    <h2><a href=Place::Health.address(id)><bdi>{channel.name.clone()}</bdi></a></h2>
                    <p class="quiet-text" dir="ltr">{channel.phone.clone()}</p>
                </div>
                <span class="state" class:bad=lost><Icon name=if lost { "unplug" } else { "check" }/>{channels::state(channel.state)}</span>
            </header>
            {lost.then(|| view! {
                <div class="strip fault"><Icon name="triangle-alert"/><p dir="auto">{channel.state_reason.clone()}" "{channels::WHY}</p></div>
            })}
            {move || standing.get().map(|standing| view! { <AtAGlance standing/> })}
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
                        view! { <button type="button" class="button" on:click=on::click(move |_| desk.connecting.set(true))>{channels::CONNECT_AGAIN}</button> }.into_any()
                    } else {
                        view! { <button type="button" class="button danger-quiet" on:click=on::click(move |_| asked.set(true))>{channels::DISCONNECT}</button> }.into_any()
                    }}
                </footer>
            </Show>
        </article>
        <Disconnect channel asked/>
    }
    .into_any()
}

/// How it stands at Meta, and the way to its page.
#[component]
fn AtAGlance(standing: Standing) -> impl IntoView {
    let id = standing.channel;
    let quality = standing.quality.as_deref();
    let tone = quality.and_then(|word| channels::tone(Fact::Quality, word));
    let sending = standing
        .sending
        .as_deref()
        .filter(|word| *word != "AVAILABLE");
    view! {
        <p class="glance">
            <span><span class=format!("dot {}", tone.unwrap_or("none")) aria-hidden="true"></span>{channels::quality(quality)}</span>
            {sending.map(|word| view! { <span><span class="dot bad" aria-hidden="true"></span>{channels::fact(Fact::Sending)}": "{channels::value(Fact::Sending, word)}</span> })}
            {(standing.alerts > 0).then(|| view! { <a class="glance-alerts" href=Place::Alerts.address(id)><Icon name="bell"/>{channels::alerts(standing.alerts)}</a> })}
            <a href=Place::Health.address(id)>{channels::MORE}</a>
        </p>
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
                <button type="button" class="button" on:click=on::click(move |_| asked.set(false))>{words::CANCEL}</button>
                <button type="button" class="button danger" on:click=on::click(disconnect)>{channels::DISCONNECT}</button>
            </footer>
        </Dialog>
    }
}
