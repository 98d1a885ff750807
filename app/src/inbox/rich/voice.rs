//! A voice note, or another sound: play, its bars, how far it is, how fast.

use super::{
    file::{Download, OnSeen},
    measure::clock,
    player::Player,
    room::Room,
    wave::{bars, view_box},
};
use crate::{
    boxed::{Show, memo, on},
    number,
    ui::icon::Icon,
    words::rich,
};
use leptos::prelude::*;
use postern_types::FileView;

/// `voice` says whether it was recorded in the chat.
#[component]
pub fn Voice(room: Room, file: FileView, voice: bool) -> impl IntoView {
    let player = room.player();
    let id = file.id;
    let told = file.seconds.map_or(0.0, f64::from);
    let mine = memo(move || player.file.get() == Some(id));
    let playing = memo(move || mine.get() && player.playing.get());
    let failed = memo(move || mine.get() && player.failed.get());
    let at = memo(move || if mine.get() { player.at.get() } else { 0.0 });
    let length = memo(move || player.length.get().filter(|_| mine.get()).unwrap_or(told));
    let part = memo(move || {
        if length.get() > 0.0 {
            at.get() / length.get()
        } else {
            0.0
        }
    });

    let wave = StoredValue::new(file.wave.clone());
    let strokes = move |played: Option<f64>| wave.with_value(|wave| bars(wave.as_deref(), played));
    let box_of = wave.with_value(|wave| view_box(wave.as_deref()));
    let seek = move |event| {
        let to = number::read(&event_target_value(&event)).unwrap_or(0.0);
        if mine.get_untracked() {
            player.seek(to);
        } else {
            player.toggle(id, to);
        }
    };
    let shown = move || {
        clock(if at.get() > 0.0 || playing.get() {
            at.get()
        } else {
            length.get()
        })
    };
    let label = if voice { rich::VOICE } else { rich::AUDIO };
    view! {
        <div class="voice" class:playing=move || playing.get() role="group" aria-label=label>
            <OnSeen room id/>
            <button
                type="button" class="voice-play" on:click=on::click(move |_| player.toggle(id, 0.0))
                aria-label=move || if playing.get() { rich::PAUSE } else { rich::PLAY }
            >
                {move || view! { <Icon name=if playing.get() { "pause" } else { "play" }/> }}
            </button>
            <div class="voice-track">
                <svg class="voice-wave" viewBox=box_of preserveAspectRatio="none" aria-hidden="true">
                    <path class="voice-all" d=strokes(None)/>
                    <path class="voice-played" d=move || strokes(Some(part.get()))/>
                </svg>
                <input
                    type="range" min="0" step="0.1" max=move || number::write(length.get().max(0.1), 1) prop:value=move || number::write(at.get(), 1)
                    aria-label=label aria-valuetext=move || rich::heard_of(&clock(at.get()), &clock(length.get())) on:input=on::input(seek)
                />
                <span class="voice-time"><Icon name=if voice { "mic" } else { "file-audio" }/>{shown}</span>
            </div>
            <Speed player/>
        </div>
        <Show when=move || failed.get()>
            <p class="file-fault" role="alert"><Icon name="triangle-alert"/>{rich::NOT_PLAYED}</p>
            <Download room id=id name=None/>
        </Show>
    }
    .into_any()
}

#[component]
fn Speed(player: Player) -> impl IntoView {
    let word = move || player.speed().1;
    view! {
        <button type="button" class="voice-speed" on:click=on::click(move |_| player.faster()) aria-label=move || rich::speed(word())>
            {move || format!("{}×", word())}
        </button>
    }
}
