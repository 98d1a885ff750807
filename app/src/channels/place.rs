//! Which number, and which part of its page: both stand in the address, so that it can be shared and gone back to.

use crate::boxed::memo;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use postern_types::ChannelId;

/// A part of a number's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Health,
    Alerts,
    Profile,
    Registration,
    Events,
}

impl Place {
    /// As they stand beside one another.
    pub const ALL: [Self; 5] = [
        Self::Health,
        Self::Alerts,
        Self::Profile,
        Self::Registration,
        Self::Events,
    ];

    /// The word in the address.
    fn word(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Alerts => "alerts",
            Self::Profile => "profile",
            Self::Registration => "registration",
            Self::Events => "events",
        }
    }

    fn read(word: &str) -> Self {
        let found = Self::ALL.into_iter().find(|place| place.word() == word);
        found.unwrap_or(Self::Health)
    }

    /// Where it is.
    pub fn address(self, id: ChannelId) -> String {
        format!("/settings/channels?number={id}&part={}", self.word())
    }

    /// Whether it is for admins alone.
    pub fn is_admins(self) -> bool {
        !matches!(self, Self::Health | Self::Alerts)
    }
}

/// The number that the address names, and the part of its page.
pub fn use_place() -> (Memo<Option<ChannelId>>, Memo<Place>) {
    let query = use_query_map();
    let number =
        memo(move || query.with(|query| query.get_str("number").and_then(|id| id.parse().ok())));
    let place = memo(move || query.with(|query| Place::read(query.get_str("part").unwrap_or(""))));
    (number, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_word_and_anything_else_is_the_first() {
        for place in Place::ALL {
            assert_eq!(Place::read(place.word()), place);
        }
        assert_eq!(Place::read("nonsense"), Place::Health);
        let id = ChannelId(uuid::Uuid::from_u128(7));
        let address = Place::Events.address(id);
        assert!(address.ends_with("number=00000000-0000-0000-0000-000000000007&part=events"));
    }
}
