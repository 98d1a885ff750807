//! How the code looks.

use super::desk::Desk;
use crate::{boxed::on, ui::field::Field, words::qr};
use leptos::prelude::*;

const SIZES: [u16; 4] = [256, 512, 1024, 2048];
const MARGINS: [u8; 4] = [2, 4, 6, 10];

/// Size, margin, colours, correction.
#[component]
pub fn Look(desk: Desk) -> impl IntoView {
    let size = move |event| {
        desk.size
            .set(event_target_value(&event).parse().unwrap_or(512));
    };
    let margin = move |event| {
        desk.margin
            .set(event_target_value(&event).parse().unwrap_or(4));
    };
    let level = move |event| {
        let nth = event_target_value(&event).parse().unwrap_or(1_usize);
        if let Some((level, _)) = qr::LEVELS.get(nth) {
            desk.level.set(*level);
        }
    };
    view! {
        <details class="qr-look">
            <summary>{qr::LOOK}</summary>
            <div class="form-pair">
                <div class="field">
                    <label for="size">{qr::SIZE}</label>
                    <select id="size" class="select" on:change=on::change(size)>
                        {SIZES.map(|each| view! {
                            <option value=each.to_string() prop:selected=move || desk.size.get() == each>{qr::pixels(each)}</option>
                        }).into_iter().collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="margin">{qr::MARGIN}</label>
                    <select id="margin" class="select" on:change=on::change(margin)>
                        {MARGINS.map(|each| view! {
                            <option value=each.to_string() prop:selected=move || desk.margin.get() == each>{qr::squares(each)}</option>
                        }).into_iter().collect_view()}
                    </select>
                </div>
                <Field name="dark" label=qr::DARK kind="color" value=desk.dark fault=desk.fault("dark")/>
                <Field name="light" label=qr::LIGHT kind="color" value=desk.light fault=desk.fault("light")/>
            </div>
            <div class="field">
                <label for="level">{qr::LEVEL}</label>
                <select id="level" class="select" aria-describedby="level-hint" on:change=on::change(level)>
                    {qr::LEVELS.into_iter().enumerate().map(|(nth, (each, name))| view! {
                        <option value=nth.to_string() prop:selected=move || desk.level.get() == each>{name}</option>
                    }).collect_view()}
                </select>
                <p id="level-hint" class="hint">{qr::LEVEL_HINT}</p>
            </div>
        </details>
    }
    .into_any()
}
