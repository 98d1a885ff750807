//! How dates are written, how the page looks, and of which messages one hears.

mod hear;

use super::api;
use crate::{
    boxed::on,
    session::{Session, use_session},
    ui::{
        prefs::{Theme, use_prefs},
        time,
        toast::{Toasts, use_toasts},
    },
    words::{fault, frame, settings},
};
use hear::Hearing;
use leptos::prelude::*;
use postern_types::{Habits as Chosen, LOCALES};

/// What the sections share; copied about freely.
#[derive(Clone, Copy)]
struct Desk {
    /// As chosen here; the server has it soon.
    mine: RwSignal<Chosen>,
    busy: StoredValue<bool>,
    session: Session,
    toasts: Toasts,
}

impl Desk {
    fn choose(self, change: impl FnOnce(&mut Chosen)) {
        self.mine.update(change);
        if self.busy.get_value() {
            return;
        }
        self.busy.set_value(true);
        leptos::task::spawn_local(async move {
            // What is chosen meanwhile is sent after it.
            while let Some(sent) = self.mine.try_get_untracked() {
                match api::settle(sent.clone()).await {
                    Ok(me) => {
                        self.session.learn(me);
                        if self.mine.try_with_untracked(|mine| *mine == sent) != Some(false) {
                            self.toasts.say(settings::HABITS_SAVED);
                            break;
                        }
                    }
                    Err(error) => {
                        self.mine.try_set(known(self.session));
                        self.toasts
                            .fault(fault::doing(settings::HABITS_NOT_SAVED, &error));
                        break;
                    }
                }
            }
            self.busy.try_set_value(false);
        });
    }
}

fn known(session: Session) -> Chosen {
    let me = session.me.get_untracked();
    me.map(|me| me.habits).unwrap_or_default()
}

/// The sections.
#[component]
pub fn Habits() -> impl IntoView {
    let session = use_session();
    let desk = Desk {
        mine: RwSignal::new(known(session)),
        busy: StoredValue::new(false),
        session,
        toasts: use_toasts(),
    };
    view! {
        <Reading desk/>
        <Hearing desk/>
    }
    .into_any()
}

/// Dates, and light or dark.
#[component]
fn Reading(desk: Desk) -> impl IntoView {
    let prefs = use_prefs();
    let locale = move || desk.mine.with(|mine| mine.locale.clone());
    let choose = move |event: web_sys::Event| {
        let locale = Some(event_target_value(&event)).filter(|locale| !locale.is_empty());
        desk.choose(|mine| mine.locale = locale);
    };
    let example = move || {
        let options = [("dateStyle", "long"), ("timeStyle", "short")];
        settings::example(&time::written(locale().as_deref(), &options, time::now()))
    };
    let themes = [
        (Theme::System, frame::SYSTEM),
        (Theme::Light, frame::LIGHT),
        (Theme::Dark, frame::DARK),
    ];
    view! {
        <section class="card" aria-labelledby="reading-head">
            <h2 id="reading-head">{settings::READING}</h2>
            <div class="field">
                <label for="locale">{settings::LOCALE}</label>
                <select id="locale" class="select" on:change=on::change(choose) aria-describedby="locale-hint">
                    <option value="" prop:selected=move || locale().is_none()>{settings::AS_THE_BROWSER}</option>
                    {LOCALES.into_iter().map(|tag| view! {
                        <option value=tag prop:selected=move || locale().as_deref() == Some(tag)>{settings::locale(tag)}</option>
                    }).collect_view()}
                </select>
                <p id="locale-hint" class="hint">{example}</p>
            </div>
            <fieldset class="choices account-choices">
                <legend>{frame::THEME}</legend>
                {themes.map(|(theme, word)| view! {
                    <label class="choice">
                        <input type="radio" name="account-theme" prop:checked=move || prefs.theme.get() == theme on:change=on::change(move |_| prefs.choose_theme(theme))/>
                        <span>{word}</span>
                    </label>
                })}
            </fieldset>
            <p class="hint">{settings::THEME_HINT}</p>
        </section>
    }
    .into_any()
}
