//! What plays: one sound at a time, which goes on while its bubble is drawn anew.

use super::links::Links;
use leptos::prelude::*;
use postern_types::FileId;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlAudioElement;

/// How fast, one after the other.
const SPEEDS: [(f64, &str); 3] = [(1.0, "1"), (1.5, "1.5"), (2.0, "2")];
const EVENTS: [&str; 7] = [
    "timeupdate",
    "durationchange",
    "seeked",
    "play",
    "pause",
    "ended",
    "error",
];

/// The player of a thread; copied about freely.
#[derive(Clone, Copy)]
pub struct Player {
    links: Links,
    sound: StoredValue<Option<Sound>, LocalStorage>,
    /// What it is, playing or not.
    pub file: RwSignal<Option<FileId>>,
    pub playing: RwSignal<bool>,
    /// Seconds.
    pub at: RwSignal<f64>,
    /// Seconds, once they are known.
    pub length: RwSignal<Option<f64>>,
    /// It cannot be played here, or not be fetched.
    pub failed: RwSignal<bool>,
    speed: RwSignal<usize>,
}

/// The browser's own player, and what listens to it.
struct Sound {
    element: HtmlAudioElement,
    _heard: Closure<dyn FnMut()>,
}

impl Player {
    pub fn new(links: Links) -> Self {
        let player = Self {
            links,
            sound: StoredValue::new_local(None),
            file: RwSignal::new(None),
            playing: RwSignal::new(false),
            at: RwSignal::new(0.0),
            length: RwSignal::new(None),
            failed: RwSignal::new(false),
            speed: RwSignal::new(0),
        };
        on_cleanup(move || player.pause());
        player
    }

    /// Plays a file, or pauses it; what played before is silent.
    pub fn toggle(self, file: FileId, from: f64) {
        if self.file.get_untracked() == Some(file) && !self.failed.get_untracked() {
            if self.playing.get_untracked() {
                self.pause();
            } else {
                self.with(play);
            }
            return;
        }
        self.pause();
        self.file.set(Some(file));
        self.failed.set(false);
        self.length.set(None);
        self.at.set(from);
        match self.links.at_hand(file) {
            // At once: some browsers let a page play only within the press itself.
            Some(address) => self.begin(&address, from),
            None => leptos::task::spawn_local(async move {
                let address = self.links.address(file).await;
                if self.file.try_get_untracked() != Some(Some(file)) {
                    return;
                }
                match address {
                    Some(address) => self.begin(&address, from),
                    None => self.failed.set(true),
                }
            }),
        }
    }

    /// Silence.
    pub fn pause(self) {
        self.with(|element| {
            let _ = element.pause();
        });
    }

    /// Goes to a moment of what is played.
    pub fn seek(self, to: f64) {
        self.at.set(to);
        self.with(|element| element.set_current_time(to));
    }

    /// The next speed.
    pub fn faster(self) {
        self.speed
            .update(|speed| *speed = (*speed + 1) % SPEEDS.len());
        let speed = self.speed().0;
        self.with(|element| element.set_playback_rate(speed));
    }

    /// How fast, and in words; follows it.
    pub fn speed(self) -> (f64, &'static str) {
        SPEEDS.get(self.speed.get()).copied().unwrap_or((1.0, "1"))
    }

    fn begin(self, address: &str, from: f64) {
        let known = self.sound.try_with_value(Option::is_some);
        if known == Some(false) {
            self.sound.set_value(self.make());
        }
        let speed = untrack(|| self.speed().0);
        self.with(|element| {
            element.set_src(address);
            element.set_current_time(from);
            element.set_default_playback_rate(speed);
            element.set_playback_rate(speed);
            play(element);
        });
    }

    fn make(self) -> Option<Sound> {
        let element = HtmlAudioElement::new().ok()?;
        let heard = Closure::new(move || self.look());
        for event in EVENTS {
            let _ = element.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
        }
        Some(Sound {
            element,
            _heard: heard,
        })
    }

    /// Takes over how the browser's player stands.
    fn look(self) {
        self.with(|element| {
            let ended = element.ended();
            self.playing.try_set(!element.paused() && !ended);
            self.at
                .try_set(if ended { 0.0 } else { element.current_time() });
            let length = element.duration();
            if length.is_finite() {
                self.length.try_set(Some(length));
            }
            if element.error().is_some() {
                self.failed.try_set(true);
                self.playing.try_set(false);
            }
        });
    }

    fn with(self, act: impl FnOnce(&HtmlAudioElement)) {
        self.sound.try_with_value(|sound| {
            if let Some(sound) = sound {
                act(&sound.element);
            }
        });
    }
}

/// A refusal is told by the element's own `error`; the promise's is nobody's.
fn play(element: &HtmlAudioElement) {
    if let Ok(begun) = element.play() {
        leptos::task::spawn_local(async move {
            let _ = JsFuture::from(begun).await;
        });
    }
}
