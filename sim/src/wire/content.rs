//! What a message says: its type and the object the type names.

use serde_json::{Map, Value, json};

use crate::ids;

/// The type of a message and the keys that come with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// `text`, `image`, ... or something nobody has heard of.
    pub kind: String,
    /// The object named by the type, and whatever stands beside it (`context`, `errors`, `referral`).
    pub keys: Map<String, Value>,
}

impl Content {
    /// Any type, with the object it names.
    pub fn new(kind: &str, object: Value) -> Self {
        let mut keys = Map::new();
        keys.insert(kind.to_owned(), object);
        Self {
            kind: kind.to_owned(),
            keys,
        }
    }

    /// A plain text.
    pub fn text(body: &str) -> Self {
        Self::new("text", json!({ "body": body }))
    }

    /// A photo.
    pub fn image(caption: Option<&str>) -> Self {
        let mut object = media("image/jpeg");
        super::put(&mut object, "caption", caption);
        Self::new("image", object)
    }

    /// A voice note.
    pub fn voice() -> Self {
        let mut object = media("audio/ogg; codecs=opus");
        object["voice"] = json!(true);
        Self::new("audio", object)
    }

    /// A file with a name, which is hostile input like any other.
    pub fn document(filename: &str, mime: &str) -> Self {
        let mut object = media(mime);
        object["filename"] = json!(filename);
        Self::new("document", object)
    }

    /// A sticker.
    pub fn sticker() -> Self {
        let mut object = media("image/webp");
        object["animated"] = json!(false);
        Self::new("sticker", object)
    }

    /// A place.
    pub fn location(latitude: f64, longitude: f64, name: &str, address: &str) -> Self {
        Self::new(
            "location",
            json!({ "latitude": latitude, "longitude": longitude, "name": name, "address": address }),
        )
    }

    /// Somebody's card.
    pub fn contact_card(name: &str, phone: &str) -> Self {
        Self::new(
            "contacts",
            json!([{
                "name": { "formatted_name": name, "first_name": name },
                "phones": [{ "phone": format!("+{phone}"), "wa_id": phone, "type": "CELL" }],
            }]),
        )
    }

    /// An emoji on a message; `None` takes it away again.
    pub fn reaction(message_id: &str, emoji: Option<&str>) -> Self {
        let mut object = json!({ "message_id": message_id });
        super::put(&mut object, "emoji", emoji);
        Self::new("reaction", object)
    }

    /// Something the API cannot show: a poll, a view-once photo.
    pub fn unsupported(kind: &str) -> Self {
        Self::new("unsupported", json!({ "type": kind })).with(
            "errors",
            json!([{
                "code": 131_051,
                "title": "Message type unknown",
                "message": "Message type unknown",
                "error_data": { "details": "Message type is currently not supported." },
            }]),
        )
    }

    /// With another key beside the type's object.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.keys.insert(key.to_owned(), value);
        self
    }

    /// As an answer to a message.
    pub fn replying_to(self, from: &str, message_id: &str) -> Self {
        self.with("context", json!({ "from": from, "id": message_id }))
    }

    /// Without the object its type names, as has been seen in the wild.
    pub fn hollow(mut self) -> Self {
        self.keys.remove(&self.kind);
        self
    }

    /// The text, when it is one.
    pub fn body(&self) -> Option<&str> {
        self.keys.get("text")?.get("body")?.as_str()
    }
}

fn media(mime: &str) -> Value {
    use base64::Engine as _;
    let hash = base64::engine::general_purpose::STANDARD.encode(crate::clock::entropy::<32>());
    json!({ "id": ids::media(), "mime_type": mime, "sha256": hash })
}
