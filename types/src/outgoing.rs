//! What an agent sends beside plain text. It travels as JSON in a text, as [`Extra`](crate::Extra) does and for the same
//! reason.

use crate::{Card, Choice, Detail, FileId, MessageId, Section};
use serde::{Deserialize, Serialize};

/// What a reply is, when it is more than text; its words are [`Compose::text`](crate::Compose::text).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outgoing {
    /// A file that was uploaded; the words are its caption.
    Media {
        /// Which one.
        file: FileId,
        /// Recorded in the composer.
        voice: bool,
    },
    /// A place; no words.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// What it is called.
        name: Option<String>,
        /// Where it is.
        address: Option<String>,
    },
    /// Contact cards: of each the name and the numbers; no words.
    Contacts {
        /// One for each person.
        cards: Vec<Card>,
    },
    /// An emoji on a message; no words.
    Reaction {
        /// Which message.
        target: MessageId,
        /// Empty takes it back.
        emoji: String,
    },
    /// Up to three buttons below the words.
    Buttons {
        /// A line above.
        header: Option<String>,
        /// A line below.
        footer: Option<String>,
        /// What stands on them.
        buttons: Vec<String>,
    },
    /// A list to choose from, below the words.
    List {
        /// A line above.
        header: Option<String>,
        /// A line below.
        footer: Option<String>,
        /// What stands on the button that opens it.
        button: String,
        /// The rows by section; their ids are given by the server.
        sections: Vec<Section>,
    },
    /// A button with a link, below the words.
    Link {
        /// A line above.
        header: Option<String>,
        /// A line below.
        footer: Option<String>,
        /// What stands on it.
        label: String,
        /// Where it leads.
        url: String,
    },
    /// A button that asks the contact where they are, below the words.
    LocationRequest,
}

impl Outgoing {
    /// How a thread shows it; none for a reaction, which is no line of its own. `name` is a document's.
    pub fn detail(&self, words: &str, name: Option<String>) -> Option<Detail> {
        Some(match self.clone() {
            Self::Media { voice, .. } => Detail::Media {
                caption: Some(words.to_owned()).filter(|words| !words.is_empty()),
                name,
                voice,
                animated: false,
            },
            Self::Location {
                latitude,
                longitude,
                name,
                address,
            } => Detail::Location {
                latitude: Some(latitude),
                longitude: Some(longitude),
                name,
                address,
                url: None,
            },
            Self::Contacts { cards } => Detail::Contacts { cards },
            Self::Reaction { .. } => return None,
            Self::Buttons {
                header,
                footer,
                buttons,
            } => Detail::Buttons {
                header,
                footer,
                buttons: numbered(buttons),
            },
            Self::List {
                header,
                footer,
                button,
                sections,
            } => Detail::List {
                header,
                footer,
                button,
                sections: numbered_rows(sections),
            },
            Self::Link {
                header,
                footer,
                label,
                url,
            } => Detail::Link {
                header,
                footer,
                label,
                url,
            },
            Self::LocationRequest => Detail::LocationRequest,
        })
    }

    /// The line that stands for it in the list.
    pub fn line(&self, words: &str) -> String {
        match self {
            Self::Location { name, address, .. } => name
                .as_ref()
                .or(address.as_ref())
                .cloned()
                .unwrap_or_default(),
            Self::Contacts { cards } => {
                let names: Vec<_> = cards.iter().map(|card| card.name.as_str()).collect();
                names.join(", ")
            }
            Self::Reaction { emoji, .. } => emoji.clone(),
            _ => words.to_owned(),
        }
    }
}

/// The id of the nth button or row: what comes back when it is chosen.
fn id(nth: usize) -> String {
    (nth + 1).to_string()
}

fn numbered(titles: Vec<String>) -> Vec<Choice> {
    let choices = titles.into_iter().enumerate().map(|(nth, title)| Choice {
        id: id(nth),
        title,
        description: None,
    });
    choices.collect()
}

fn numbered_rows(mut sections: Vec<Section>) -> Vec<Section> {
    let rows = sections.iter_mut().flat_map(|section| &mut section.rows);
    for (nth, row) in rows.enumerate() {
        row.id = id(nth);
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(title: &str) -> Choice {
        Choice {
            id: String::new(),
            title: title.into(),
            description: None,
        }
    }

    #[test]
    fn rows_are_numbered_through_all_sections_and_a_reaction_is_no_line() {
        let list = Outgoing::List {
            header: None,
            footer: None,
            button: "Choose".into(),
            sections: ["A", "B"]
                .map(|title| Section {
                    title: title.into(),
                    rows: vec![row("x"), row("y")],
                })
                .into(),
        };
        let Some(Detail::List { sections, .. }) = list.detail("Which?", None) else {
            panic!("a list is shown as a list");
        };
        let ids: Vec<_> = sections
            .iter()
            .flat_map(|section| section.rows.iter().map(|row| row.id.as_str()))
            .collect();
        assert_eq!(ids, ["1", "2", "3", "4"]);
        assert_eq!(list.line("Which?"), "Which?");
        let reaction = Outgoing::Reaction {
            target: MessageId(uuid::Uuid::nil()),
            emoji: "👍".into(),
        };
        assert_eq!(reaction.detail("", None), None);
        assert_eq!(reaction.line(""), "👍");
        let written = serde_json::to_string(&Outgoing::LocationRequest).expect("text");
        assert_eq!(written, r#""location_request""#);
    }
}
