//! One customer: who it is, when they appear, what they have to say.

use std::time::Duration;

use crate::ledger::Sent;
use crate::wire::{Content, Person};

/// Somebody who writes to one of the numbers.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Who.
    pub person: Person,
    /// To which number.
    pub phone_number_id: String,
    /// How long after the start.
    pub opens_after: Duration,
    /// What they say.
    pub script: Script,
}

impl Customer {
    pub(super) fn is_meant_by(&self, sent: &Sent) -> bool {
        sent.phone_number_id == self.phone_number_id
            && sent.to == self.person.key()
            && sent.kind != "reaction"
    }
}

/// A customer's lines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Script {
    /// Said at once, one after the other.
    pub opening: &'static [Line],
    /// Each said once, in this order, when the agent has written.
    pub answers: &'static [Line],
    /// Said again and again when the answers are used up.
    pub pleasantries: &'static [Line],
    /// Said now and then, unasked, as long as nobody has answered.
    pub reminders: &'static [Line],
    /// Said now and then, unasked, once somebody has answered.
    pub musings: &'static [Line],
}

/// Something a customer sends.
#[derive(Clone, Copy, Debug)]
pub enum Line {
    /// A text.
    Text(&'static str),
    /// A photo with a caption.
    Photo(&'static str),
    /// A film with a caption.
    Film(&'static str),
    /// A voice note.
    Voice,
    /// A sticker.
    Sticker,
    /// A file with this name.
    File(&'static str),
    /// Latitude, longitude, name, address.
    Place(f64, f64, &'static str, &'static str),
    /// Somebody's name and number.
    Card(&'static str, &'static str),
    /// An emoji on the agent's message; a text of its own where there is none.
    Reaction(&'static str),
    /// A text that quotes the agent's message; a plain one where there is none.
    Quote(&'static str),
    /// A row chosen from a list: title and description.
    Choice(&'static str, &'static str),
    /// A reply button with this title.
    Tap(&'static str),
    /// Something the API cannot show.
    Unsupported(&'static str),
}

impl Line {
    /// The message, given our own number and the id of the message it answers.
    pub fn content(&self, answered: Option<(&str, &str)>) -> Content {
        let quoting = |content: Content| match answered {
            Some((ours, id)) => content.replying_to(ours, id),
            None => content,
        };
        match *self {
            Line::Text(body) => Content::text(body),
            Line::Photo(caption) => Content::image(Some(caption)),
            Line::Film(caption) => Content::video(Some(caption)),
            Line::Voice => Content::voice(),
            Line::Sticker => Content::sticker(),
            Line::File(name) => Content::document(name, "application/pdf"),
            Line::Place(latitude, longitude, name, address) => {
                Content::location(latitude, longitude, name, address)
            }
            Line::Card(name, phone) => Content::contact_card(name, phone),
            Line::Reaction(emoji) => match answered {
                Some((_, id)) => Content::reaction(id, Some(emoji)),
                None => Content::text(emoji),
            },
            Line::Quote(text) => quoting(Content::text(text)),
            Line::Choice(title, description) => {
                quoting(Content::list_reply("choice", title, Some(description)))
            }
            Line::Tap(title) => quoting(Content::button_reply("tap", title)),
            Line::Unsupported(kind) => Content::unsupported(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_quote_the_message_they_answer_and_stand_alone_without_one() {
        for line in [
            Line::Quote("yes"),
            Line::Choice("One", "d"),
            Line::Tap("Yes"),
        ] {
            let quoting = line.content(Some(("15550783881", "wamid.1")));
            let context = json!({ "from": "15550783881", "id": "wamid.1" });
            assert_eq!(quoting.keys.get("context"), Some(&context), "{line:?}");
            assert_eq!(line.content(None).keys.get("context"), None);
        }
    }
}
