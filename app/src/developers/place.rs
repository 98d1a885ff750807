//! Where on the page one is, as its address says.

use crate::words::{codes, developers, webhooks};
use leptos_router::params::ParamsMap;
use postern_types::{DeliveryId, DeliveryState, EndpointId};

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Keys,
    Webhooks,
    Codes,
    Tests,
}

/// The parts, their words in the address, and what they are called.
pub const PARTS: [(Part, &str, &str); 4] = [
    (Part::Keys, "keys", developers::KEYS),
    (Part::Webhooks, "webhooks", webhooks::TITLE),
    (Part::Codes, "codes", codes::TITLE),
    (Part::Tests, "tests", codes::TESTS),
];

/// A place among the webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    All,
    One(EndpointId),
    Delivery(EndpointId, DeliveryId),
}

const PAGE: &str = "/settings/developers";

/// Which part; the keys when none is named.
pub fn part(query: &ParamsMap) -> Part {
    let named = query.get("show").unwrap_or_default();
    let known = PARTS.iter().find(|(_, word, _)| *word == named);
    known.map_or(Part::Keys, |(part, ..)| *part)
}

/// Which endpoint and delivery. What is no id names none.
pub fn hook(query: &ParamsMap) -> Hook {
    let endpoint = query.get("endpoint").and_then(|id| id.parse().ok());
    let delivery = query.get("delivery").and_then(|id| id.parse().ok());
    match (endpoint, delivery) {
        (Some(endpoint), Some(delivery)) => Hook::Delivery(endpoint, delivery),
        (Some(endpoint), None) => Hook::One(endpoint),
        (None, _) => Hook::All,
    }
}

/// Which deliveries of the log; all when none are named.
pub fn state(query: &ParamsMap) -> Option<DeliveryState> {
    let named = query.get("state")?;
    let known = webhooks::LISTS.iter().find(|(_, word)| *word == named);
    known.map(|(state, _)| *state)
}

/// The address of a part.
pub fn of_part(part: Part, word: &str) -> String {
    match part {
        Part::Keys => PAGE.to_owned(),
        _ => format!("{PAGE}?show={word}"),
    }
}

/// The address of a place among the webhooks.
pub fn of_hook(hook: Hook) -> String {
    let all = format!("{PAGE}?show=webhooks");
    match hook {
        Hook::All => all,
        Hook::One(endpoint) => format!("{all}&endpoint={endpoint}"),
        Hook::Delivery(endpoint, delivery) => {
            format!("{all}&endpoint={endpoint}&delivery={delivery}")
        }
    }
}

/// The address of an endpoint with these deliveries of its log.
pub fn of_log(endpoint: EndpointId, word: &str) -> String {
    let one = of_hook(Hook::One(endpoint));
    if word.is_empty() {
        one
    } else {
        format!("{one}&state={word}")
    }
}

/// The host of an endpoint's address, for where the whole is too much.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> ParamsMap {
        let mut query = ParamsMap::new();
        for (name, value) in pairs {
            query.insert((*name).to_owned(), (*value).to_owned());
        }
        query
    }

    #[test]
    fn an_address_that_names_nothing_known_leads_to_what_is_above_it() {
        let id = "0199a1b2-0000-7000-8000-000000000009";
        let (endpoint, delivery) = (id.parse().unwrap(), id.parse().unwrap());
        for (pairs, expected) in [
            (&[][..], Hook::All),
            (&[("endpoint", "nonsense")][..], Hook::All),
            (&[("delivery", id)][..], Hook::All),
            (&[("endpoint", id)][..], Hook::One(endpoint)),
            (
                &[("endpoint", id), ("delivery", "1")][..],
                Hook::One(endpoint),
            ),
            (
                &[("endpoint", id), ("delivery", id)][..],
                Hook::Delivery(endpoint, delivery),
            ),
        ] {
            assert_eq!(hook(&asked(pairs)), expected, "{pairs:?}");
        }
        assert_eq!(part(&asked(&[("show", "nonsense")])), Part::Keys);
        assert_eq!(part(&asked(&[("show", "tests")])), Part::Tests);
        assert_eq!(
            state(&asked(&[("state", "failed")])),
            Some(DeliveryState::Failed)
        );
        assert_eq!(state(&asked(&[("state", "nonsense")])), None);
    }

    #[test]
    fn a_host_is_what_stands_between_the_scheme_and_the_path() {
        for (url, expected) in [
            ("https://shop.example.com/hooks?x=1", "shop.example.com"),
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("https://a.example?b", "a.example"),
            ("", ""),
        ] {
            assert_eq!(host(url), expected);
        }
    }
}
