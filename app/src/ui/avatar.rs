//! A round face: initials, a colour that stays, and round it the time left in the 24-hour window.

use super::icon::Icon;
use crate::words;
use leptos::prelude::*;
use postern_types::Moment;
use uuid::Uuid;

/// How long a contact's message keeps the window open.
const WINDOW_MS: i64 = 24 * 3_600_000;
const SOON_MS: i64 = 4 * 3_600_000;
const COLOURS: u8 = 8;

/// Initials on a colour; `None` stands for a person without a name.
#[component]
pub fn Avatar(name: Option<String>, id: Uuid) -> impl IntoView {
    let colour = format!("avatar tone-{}", id.as_bytes()[15] % COLOURS);
    let initials = name.as_deref().map(initials).unwrap_or_default();
    view! {
        // Drawn by the style: letters in the page would be read as part of a button's name.
        <span class=colour aria-hidden="true" data-initials=initials.clone()>
            {initials.is_empty().then(|| view! { <Icon name="user"/> })}
        </span>
    }
}

/// A thin ring: what is left of the window, as of `now`.
#[component]
pub fn WindowRing(until: Option<Moment>, #[prop(into)] now: Signal<Moment>) -> impl IntoView {
    let left = move || until.map_or(0, |until| until.since(now.get()).clamp(0, WINDOW_MS));
    let class = move || match left() {
        0 => "ring closed",
        ms if ms < SOON_MS => "ring soon",
        _ => "ring",
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

/// At most two: of the first and the last word. Empty when there is no letter.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    let (first, last) = (words.next(), words.next_back());
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
