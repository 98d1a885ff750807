//! API keys, as those who make them see them, and what a key may do.

use crate::{KeyId, MemberId, Moment};
use serde::{Deserialize, Serialize};

/// What a key may do: each route asks for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Read messages and what became of them.
    #[serde(rename = "messages:read")]
    MessagesRead,
    /// Send messages.
    #[serde(rename = "messages:write")]
    MessagesWrite,
    /// Read templates.
    #[serde(rename = "templates:read")]
    TemplatesRead,
    /// Read contacts.
    #[serde(rename = "contacts:read")]
    ContactsRead,
    /// Add and change contacts.
    #[serde(rename = "contacts:write")]
    ContactsWrite,
    /// Read conversations.
    #[serde(rename = "conversations:read")]
    ConversationsRead,
    /// Close, reopen and give away conversations.
    #[serde(rename = "conversations:write")]
    ConversationsWrite,
    /// Read tasks.
    #[serde(rename = "tasks:read")]
    TasksRead,
    /// Make and change tasks.
    #[serde(rename = "tasks:write")]
    TasksWrite,
    /// Read the feed of events.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Have one-time codes sent, and check them.
    #[serde(rename = "otp:write")]
    OtpWrite,
    /// Read endpoints and what went to them.
    #[serde(rename = "webhooks:read")]
    WebhooksRead,
    /// Make and change endpoints, and send again what went to them.
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
}

/// Every scope: its word, and what it is in words for a person.
pub const SCOPES: [(Scope, &str, &str); 13] = [
    (
        Scope::MessagesRead,
        "messages:read",
        "Read messages and what became of them",
    ),
    (Scope::MessagesWrite, "messages:write", "Send messages"),
    (Scope::TemplatesRead, "templates:read", "Read templates"),
    (Scope::ContactsRead, "contacts:read", "Read contacts"),
    (
        Scope::ContactsWrite,
        "contacts:write",
        "Add and change contacts, and see those",
    ),
    (
        Scope::ConversationsRead,
        "conversations:read",
        "Read conversations",
    ),
    (
        Scope::ConversationsWrite,
        "conversations:write",
        "Close, reopen and give away conversations, and see those",
    ),
    (Scope::TasksRead, "tasks:read", "Read tasks"),
    (
        Scope::TasksWrite,
        "tasks:write",
        "Make and change tasks, and see those",
    ),
    (
        Scope::EventsRead,
        "events:read",
        "Read everything that happens, as it happens",
    ),
    (
        Scope::OtpWrite,
        "otp:write",
        "Have one-time codes sent and check them, and see those",
    ),
    (
        Scope::WebhooksRead,
        "webhooks:read",
        "Read webhook endpoints and all that went to them",
    ),
    (
        Scope::WebhooksWrite,
        "webhooks:write",
        "Say where everything that happens is sent, and send it again",
    ),
];

impl Scope {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        let found = SCOPES.iter().find(|(scope, ..)| *scope == self);
        found.map_or("", |(_, word, _)| word)
    }

    /// The scope of that word.
    pub fn parse(word: &str) -> Option<Self> {
        let found = SCOPES.iter().find(|(_, known, _)| *known == word);
        found.map(|(scope, ..)| *scope)
    }

    /// Whether a test key may have it: what reads or writes of people is none of its.
    pub fn in_tests(self) -> bool {
        matches!(
            self,
            Self::MessagesWrite | Self::TemplatesRead | Self::OtpWrite
        )
    }
}

/// What a key is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It opens.
    Open,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
    /// Whoever made it is no admin any more, is suspended, or had their access ended since.
    Stopped,
}

/// A key. It is not kept, but a hash of it: it is shown once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyView {
    /// Its id.
    pub id: KeyId,
    /// What its makers call it.
    pub name: String,
    /// How it begins.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// From where it may come, as networks; none: from everywhere.
    pub networks: Vec<String>,
    /// Reaches the log of test messages and nobody.
    pub test: bool,
    /// Who made it, and in whose name it acts.
    pub author: Option<MemberId>,
    /// What they are called.
    pub author_name: String,
    /// When.
    pub made: Moment,
    /// Until when it is good; none: until it is revoked.
    pub expires: Option<Moment>,
    /// What it is good for now.
    pub state: KeyState,
    /// When it was last used; up to half a minute late.
    pub used: Option<Moment>,
    /// From which network.
    pub used_from: Option<String>,
}

/// What a new key is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    /// 1 to 80 characters.
    pub name: String,
    /// One at least.
    pub scopes: Vec<Scope>,
    /// Addresses or networks (`203.0.113.7`, `2001:db8::/32`), 20 at most; none: from everywhere.
    pub networks: Vec<String>,
    /// Days that it is good for, 1 to 730; none: until it is revoked.
    pub days: Option<u16>,
    /// Reaches the log of test messages and nobody.
    pub test: bool,
}

/// A key that was made: shown once, and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeKey {
    /// Its id.
    pub id: KeyId,
    /// The whole of it.
    pub key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_has_one_word_here_and_on_the_wire() {
        for (scope, word, about) in SCOPES {
            assert_eq!(Scope::parse(word), Some(scope));
            assert_eq!(scope.as_str(), word);
            assert_eq!(
                serde_json::to_string(&scope).unwrap(),
                format!("\"{word}\"")
            );
            assert!(!about.is_empty());
        }
        assert_eq!(Scope::parse("messages"), None);
    }
}
