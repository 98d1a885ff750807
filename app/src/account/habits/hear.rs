//! Of which messages one hears, whether this browser tells, and whether tasks are mailed.

use super::Desk;
use crate::{
    boxed::{memo, on},
    live::{Notices, Permission},
    words::{frame, settings},
};
use leptos::prelude::*;
use postern_types::Announce;

const ALL: [Announce; 4] = [
    Announce::Everything,
    Announce::Open,
    Announce::Mine,
    Announce::Nothing,
];

/// The section.
#[component]
pub fn Hearing(desk: Desk) -> impl IntoView {
    let announce = memo(move || desk.mine.with(|mine| mine.announce));
    let sound = move || desk.mine.with(|mine| mine.sound);
    let hush = move |event: web_sys::Event| {
        let sound = event_target_checked(&event);
        desk.choose(|mine| mine.sound = sound);
    };
    let mailed = move || desk.mine.with(|mine| mine.task_mail);
    let mail = move |event: web_sys::Event| {
        let task_mail = event_target_checked(&event);
        desk.choose(|mine| mine.task_mail = task_mail);
    };
    view! {
        <section class="card" aria-labelledby="hearing-head">
            <h2 id="hearing-head">{settings::HEARING}</h2>
            <p class="hint">{settings::HEARING_LEAD}</p>
            <ThisBrowser/>
            <fieldset class="field options">
                <legend>{settings::ANNOUNCE}</legend>
                {ALL.map(|each| {
                    let (title, hint) = settings::announce(each);
                    view! {
                        <label class="option">
                            <input type="radio" name="announce" prop:checked=move || announce.get() == each
                                on:change=on::change(move |_| desk.choose(|mine| mine.announce = each))/>
                            <span><strong>{title}</strong><small>{hint}</small></span>
                        </label>
                    }
                })}
            </fieldset>
            <label class="team-switch">
                <input type="checkbox" role="switch" prop:checked=sound on:change=on::change(hush)/>
                <span><strong>{settings::SOUND}</strong><small>{settings::SOUND_HINT}</small></span>
            </label>
            <label class="team-switch">
                <input type="checkbox" role="switch" prop:checked=mailed on:change=on::change(mail)/>
                <span><strong>{settings::TASK_MAIL}</strong><small>{settings::TASK_MAIL_HINT}</small></span>
            </label>
            <p class="hint">{settings::LETTERS}</p>
        </section>
    }
    .into_any()
}

/// The browser has a say as well; nothing for whoever is in no workspace, who hears nothing.
#[component]
fn ThisBrowser() -> impl IntoView {
    let notices = use_context::<Notices>()?;
    let permission = notices.permission;
    let told = move || match permission.get() {
        Permission::On => settings::HERE_ON,
        Permission::Off => settings::HERE_OFF,
        Permission::Refused => frame::NOTIFY_REFUSED,
        Permission::Unsupported => frame::NOTIFY_UNSUPPORTED,
    };
    let turn = move || match permission.get() {
        Permission::On => Some(frame::NOTIFY_OFF),
        Permission::Off => Some(frame::NOTIFY_ON),
        Permission::Refused | Permission::Unsupported => None,
    };
    let act = move |_| match permission.get_untracked() {
        Permission::On => notices.turn_off(),
        _ => notices.turn_on(),
    };
    Some(view! {
        <div class="account-line">
            <div class="account-words"><h3>{settings::HERE}</h3><p class="hint">{told}</p></div>
            {move || turn().map(|word| view! { <button type="button" class="button" on:click=on::click(act)>{word}</button> })}
        </div>
    })
}
