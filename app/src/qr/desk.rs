//! What the parts of the page share: what is filled in, how it is to look, and the code as it was drawn last.

use super::api;
use crate::{boxed::effect, error::ApiError};
use leptos::prelude::*;
use postern_types::{
    ChannelId, Moment, QrCard, QrContent, QrDrawn, QrEvent, QrLevel, QrLook, QrWifi,
};
use std::time::Duration;

/// So long nobody types before it is drawn.
const TYPING: Duration = Duration::from_millis(300);

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// A word of `words::qr::KINDS`.
    pub kind: RwSignal<&'static str>,
    pub channel: RwSignal<Option<ChannelId>>,
    pub text: RwSignal<String>,
    /// A number that is all of a code.
    pub call: RwSignal<String>,
    pub phone: RwSignal<String>,
    pub address: RwSignal<String>,
    pub name: RwSignal<String>,
    pub organisation: RwSignal<String>,
    pub title: RwSignal<String>,
    pub email: RwSignal<String>,
    pub website: RwSignal<String>,
    pub place: RwSignal<String>,
    pub note: RwSignal<String>,
    pub network: RwSignal<String>,
    pub password: RwSignal<String>,
    pub hidden: RwSignal<bool>,
    /// What an event is, where, and more about it.
    pub what: RwSignal<String>,
    pub at: RwSignal<String>,
    pub about: RwSignal<String>,
    pub start: RwSignal<String>,
    pub end: RwSignal<String>,
    pub size: RwSignal<u16>,
    pub margin: RwSignal<u8>,
    pub dark: RwSignal<String>,
    pub light: RwSignal<String>,
    pub level: RwSignal<QrLevel>,
    /// None before the first one, and while nothing is filled in.
    pub drawn: RwSignal<Option<QrDrawn>>,
    /// Why there is none.
    pub failed: RwSignal<Option<ApiError>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    /// Counts questions: the answer to an earlier one comes too late.
    turn: StoredValue<u32>,
}

impl Desk {
    /// Draws what is filled in, and again whenever it changed.
    pub fn open() -> Self {
        let text = || RwSignal::new(String::new());
        let look = QrLook::default();
        let desk = Self {
            kind: RwSignal::new("chat"),
            channel: RwSignal::new(None),
            text: text(),
            call: text(),
            phone: text(),
            address: text(),
            name: text(),
            organisation: text(),
            title: text(),
            email: text(),
            website: text(),
            place: text(),
            note: text(),
            network: text(),
            password: text(),
            hidden: RwSignal::new(false),
            what: text(),
            at: text(),
            about: text(),
            start: text(),
            end: text(),
            size: RwSignal::new(look.size),
            margin: RwSignal::new(look.margin),
            dark: RwSignal::new(look.dark),
            light: RwSignal::new(look.light),
            level: RwSignal::new(look.level),
            drawn: RwSignal::new(None),
            failed: RwSignal::new(None),
            busy: RwSignal::new(false),
            turn: StoredValue::new(0),
        };
        effect(move || {
            let (content, look) = (desk.content(), desk.look());
            let turn = desk.turn.with_value(|turn| turn.wrapping_add(1));
            desk.turn.set_value(turn);
            let Some(content) = content else {
                desk.drawn.set(None);
                desk.failed.set(None);
                desk.busy.set(false);
                return;
            };
            desk.busy.set(true);
            set_timeout(move || desk.draw(turn, content, look), TYPING);
        });
        desk
    }

    /// What is wrong with a field.
    pub fn fault(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.failed
                .with(|error| error.as_ref()?.field(field).map(str::to_owned))
        })
    }

    fn draw(self, turn: u32, content: QrContent, look: QrLook) {
        let is_last = move || self.turn.try_get_value() == Some(turn);
        if !is_last() {
            return;
        }
        leptos::task::spawn_local(async move {
            let answer = api::draw(content, look).await;
            if !is_last() {
                return;
            }
            self.busy.try_set(false);
            let (drawn, failed) = match answer {
                Ok(drawn) => (Some(drawn), None),
                // An older picture would say what is not in the form any more.
                Err(error) => (None, Some(error)),
            };
            self.drawn.try_set(drawn);
            self.failed.try_set(failed);
        });
    }

    /// What is filled in; none as long as that is nothing.
    fn content(self) -> Option<QrContent> {
        let filled = |text: RwSignal<String>| Some(text.get()).filter(|text| !text.is_empty());
        match self.kind.get() {
            "chat" => Some(QrContent::Chat {
                channel: self.channel.get()?,
                text: self.text.get(),
            }),
            "phone" => filled(self.call).map(|phone| QrContent::Phone { phone }),
            "link" => filled(self.address).map(|address| QrContent::Link { address }),
            "card" => {
                let card = QrCard {
                    name: self.name.get(),
                    organisation: self.organisation.get(),
                    title: self.title.get(),
                    phone: self.phone.get(),
                    email: self.email.get(),
                    website: self.website.get(),
                    place: self.place.get(),
                    note: self.note.get(),
                };
                (card != QrCard::default()).then_some(QrContent::Card(card))
            }
            "wifi" => {
                let wifi = QrWifi {
                    network: self.network.get(),
                    password: self.password.get(),
                    hidden: self.hidden.get(),
                };
                (wifi != QrWifi::default()).then_some(QrContent::Wifi(wifi))
            }
            _ => {
                let event = QrEvent {
                    title: self.what.get(),
                    place: self.at.get(),
                    note: self.about.get(),
                    start: local(&self.start.get()),
                    end: local(&self.end.get()),
                };
                (event != QrEvent::default()).then_some(QrContent::Event(event))
            }
        }
    }

    fn look(self) -> QrLook {
        QrLook {
            size: self.size.get(),
            margin: self.margin.get(),
            dark: self.dark.get(),
            light: self.light.get(),
            level: self.level.get(),
        }
    }
}

/// A time as the form has it, by the reader's clock.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds of a date fit, and of no date there are none"
)]
fn local(text: &str) -> Option<Moment> {
    let at = js_sys::Date::new(&text.into()).get_time();
    (!text.is_empty() && at.is_finite()).then_some(Moment(at as i64))
}
