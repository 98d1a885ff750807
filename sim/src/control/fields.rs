//! The keys of a call whose other keys depend on the first: each is taken once, and none may be left.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::handle::SimHandle;
use crate::ids;
use crate::wire::Person;

/// What is wrong with a call: 422 and a sentence.
pub(super) struct Wrong(pub(super) String);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, format!("{}\n", self.0)).into_response()
    }
}

/// Keys that nobody has taken yet.
pub(super) struct Fields(pub(super) Map<String, Value>);

impl Fields {
    /// A value; null is as good as none.
    pub(super) fn value(&mut self, key: &str) -> Option<Value> {
        self.0.remove(key).filter(|value| !value.is_null())
    }

    /// A value of a certain form.
    pub(super) fn read<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, Wrong> {
        self.value(key)
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| Wrong(format!("{key}: {error}")))
    }

    /// A text; a number is one too.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        }
    }

    /// A text, or this one.
    pub(super) fn word(&mut self, key: &str, otherwise: &str) -> String {
        self.text(key).unwrap_or_else(|| otherwise.to_owned())
    }

    /// A switch.
    pub(super) fn yes(&mut self, key: &str) -> bool {
        self.value(key) == Some(Value::Bool(true))
    }

    /// The number that is meant: the first, when none is named.
    pub(super) fn number(&mut self, sim: &SimHandle) -> String {
        let named = self.text("number").or(self.text("phone_number_id"));
        let first = || sim.meta().world().first_number();
        named.or_else(first).unwrap_or_default()
    }

    /// Who is meant: `from` digits or a user id, `name`, `username`, `user_id` (an empty one: none is told). With
    /// `bsuid_as_number` a user id stands where the number should, as one gateway has it.
    pub(super) fn person(&mut self) -> Result<Person, Wrong> {
        let (from, user_id) = (self.text("from"), self.text("user_id"));
        let disguised = self.yes("bsuid_as_number");
        let mut person = match from {
            Some(id) if id.contains('.') && disguised => Person {
                user_id: None,
                ..Person::new(id)
            },
            Some(id) if id.contains('.') => Person::anonymous(id),
            Some(digits) => Person::new(digits.trim_start_matches('+')),
            None => Person::anonymous(user_id.clone().ok_or_else(|| Wrong("no from".to_owned()))?),
        };
        person.name = self.text("name");
        person.username = self.text("username");
        if let Some(user_id) = user_id {
            person.user_id = Some(user_id).filter(|id| !id.is_empty());
        }
        Ok(person)
    }

    /// Somebody, when it does not matter who.
    pub(super) fn anybody(&mut self) -> Result<Person, Wrong> {
        self.0
            .entry("from")
            .or_insert_with(|| Value::from("16505551234"));
        self.person()
    }

    /// Nothing may be left.
    pub(super) fn done(self) -> Result<(), Wrong> {
        if self.0.is_empty() {
            return Ok(());
        }
        let left: Vec<String> = self.0.into_iter().map(|(key, _)| key).collect();
        Err(Wrong(format!("not understood: {}", left.join(", "))))
    }
}

/// A message's id, when a test needs one and named none.
pub(super) fn some_message() -> String {
    ids::wamid("16505551234", ids::Way::Out)
}
