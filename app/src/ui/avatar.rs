//! A round face: initials, a colour that stays, and round it the time left in the 24-hour window.

use super::icon::Icon;
use crate::boxed::memo;
use crate::letters;
use crate::words;
use leptos::prelude::*;
use postern_types::{Membership, Moment};
use uuid::Uuid;

/// How long a contact's message keeps the window open.
const WINDOW_MS: i64 = 24 * 3_600_000;
const SOON_MS: i64 = 2 * 3_600_000;
const URGENT_MS: i64 = 30 * 60_000;
const COLOURS: u8 = 8;

/// Initials on a colour; `None` stands for a person without a name.
#[component]
pub fn Avatar(
    name: Option<String>,
    id: Uuid,
    /// A colour that was chosen; otherwise one that stays with the id.
    #[prop(optional)]
    tone: Option<u8>,
) -> impl IntoView {
    let tone = tone.unwrap_or_else(|| own_tone(id));
    let colour = format!("avatar tone-{tone}");
    let initials = name.as_deref().map(initials).unwrap_or_default();
    view! {
        // Drawn by the style: letters in the page would be read as part of a button's name.
        <span class=colour aria-hidden="true" data-initials=initials.clone()>
            {initials.is_empty().then(|| view! { <Icon name="user"/> })}
        </span>
    }
}

/// A workspace by its logo; without one by its initials, on its colour.
#[component]
pub fn Mark(place: Membership) -> impl IntoView {
    let (id, tone) = (place.workspace.0, place.tone);
    place.logo.map_or_else(
        || {
            Avatar(AvatarProps {
                name: Some(place.workspace_name),
                id,
                tone,
            })
            .into_any()
        },
        |logo| view! { <img class="avatar" src=logo alt=""/> }.into_any(),
    )
}

/// The colour that stays with an id.
pub fn own_tone(id: Uuid) -> u8 {
    id.as_bytes()[15] % COLOURS
}

/// A thin ring: what is left of the window, as of `now`.
#[component]
pub fn WindowRing(until: Option<Moment>, #[prop(into)] now: Signal<Moment>) -> impl IntoView {
    let left = move || until.map_or(0, |until| until.since(now.get()).clamp(0, WINDOW_MS));
    let class = move || match haste(left()) {
        "" => "ring".to_owned(),
        haste => format!("ring {haste}"),
    };
    // The circle's length is set to 100 by pathLength.
    let dash = move || format!("{} 100", left() * 100 / WINDOW_MS);
    view! {
        <svg class=class viewBox="0 0 44 44" role="img" aria-label=move || words::list::window_left(left())>
            <title>{move || words::list::window_left(left())}</title>
            <circle class="ring-track" cx="22" cy="22" r="20.75"></circle>
            <circle class="ring-left" cx="22" cy="22" r="20.75" pathLength="100" stroke-dasharray=dash></circle>
        </svg>
    }
}

/// The same in words; nothing once it is closed.
#[component]
pub fn WindowLeft(until: Memo<Option<Moment>>, #[prop(into)] now: Signal<Moment>) -> impl IntoView {
    let left = move || until.get().map_or(0, |until| until.since(now.get()));
    let text = memo(move || words::list::window_left_short(left()));
    let class = memo(move || haste(left()));
    move || {
        text.get().map(|text| view! { <span class=format!("window-left {}", class.get()) title=words::list::window_left(left())>{text}</span> })
    }
}

/// How pressing it is to answer, as the style names it: less than two hours, less than half an hour, too late.
fn haste(left_ms: i64) -> &'static str {
    match left_ms {
        ..=0 => "closed",
        ms if ms < URGENT_MS => "urgent",
        ms if ms < SOON_MS => "soon",
        _ => "",
    }
}

/// At most two: of the first and the last word. Empty when there is no letter.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| letters::is_letter(*c)));
    let (first, last) = (words.next(), words.next_back());
    letters::upper(&first.into_iter().chain(last).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_pressing_within_two_hours_and_more_so_within_half_an_hour() {
        let minute = 60_000;
        for (left, expected) in [
            (-1, "closed"),
            (0, "closed"),
            (1, "urgent"),
            (30 * minute - 1, "urgent"),
            (30 * minute, "soon"),
            (120 * minute - 1, "soon"),
            (120 * minute, ""),
            (WINDOW_MS, ""),
        ] {
            assert_eq!(haste(left), expected, "{left}");
        }
        let short = words::list::window_left_short;
        assert_eq!(short(0), None);
        assert_eq!(short(1).as_deref(), Some("1 min left"));
        assert_eq!(short(59 * minute).as_deref(), Some("59 min left"));
        assert_eq!(short(6 * 60 * minute + 1).as_deref(), Some("6 h left"));
    }

    /// The contrast of two colours, each `#rrggbb` (WCAG 2.2).
    fn contrast(one: &str, other: &str) -> f64 {
        let light = |colour: &str| {
            let part = |from: usize| {
                let byte = u8::from_str_radix(&colour[from..from + 2], 16).unwrap();
                let value = f64::from(byte) / 255.0;
                if value <= 0.04045 {
                    value / 12.92
                } else {
                    ((value + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (one, other) = (light(one), light(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn letters_are_read_on_each_colour_of_the_palette_in_light_and_in_dark() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
        let style = include_str!("../../../style/avatar.css");
        let tones: Vec<&str> = style
            .lines()
            .filter(|line| line.starts_with(".tone-"))
            .collect();
        assert_eq!(tones.len(), usize::from(postern_types::TONES));
        for (nth, tone) in tones.iter().enumerate() {
            assert!(tone.starts_with(&format!(".tone-{nth} ")), "{tone}");
            let colours: Vec<&str> = tone
                .match_indices('#')
                .map(|(at, _)| &tone[at..at + 7])
                .collect();
            let [light, dark, light_text, dark_text] = colours[..] else {
                panic!("{tone}")
            };
            for (back, text) in [(light, light_text), (dark, dark_text)] {
                assert!(contrast(back, text) >= 4.5, "{text} on {back}");
            }
        }
    }

    #[test]
    fn initials_are_letters_of_the_first_and_the_last_word() {
        for (name, expected) in [
            ("Ada Lovelace", "AL"),
            ("Maria del Carmen Ruiz", "MR"),
            ("cher", "C"),
            ("محمد علي", "مع"),
            ("🌸 Rosa", "R"),
            ("+49 170 1234567", ""),
            ("", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
