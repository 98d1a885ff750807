//! Theme and density.

use crate::{
    boxed::on,
    ui::prefs::{Density, Theme, use_prefs},
    words::frame,
};
use leptos::prelude::*;

/// Two rows of choices.
#[component]
pub fn Choices() -> impl IntoView {
    let prefs = use_prefs();
    view! {
        <fieldset class="choices">
            <legend>{frame::THEME}</legend>
            {[(Theme::System, frame::SYSTEM), (Theme::Light, frame::LIGHT), (Theme::Dark, frame::DARK)].map(|(theme, word)| view! {
                <label class="choice">
                    <input type="radio" name="theme" prop:checked=move || prefs.theme.get() == theme on:change=on::change(move |_| prefs.choose_theme(theme))/>
                    <span>{word}</span>
                </label>
            })}
        </fieldset>
        <fieldset class="choices">
            <legend>{frame::DENSITY}</legend>
            {[(Density::Comfortable, frame::COMFORTABLE), (Density::Compact, frame::COMPACT)].map(|(density, word)| view! {
                <label class="choice">
                    <input type="radio" name="density" prop:checked=move || prefs.density.get() == density on:change=on::change(move |_| prefs.choose_density(density))/>
                    <span>{word}</span>
                </label>
            })}
        </fieldset>
    }
}
