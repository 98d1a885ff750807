//! What a message says: its type and the object the type names.

mod answer;
mod news;

use serde_json::{Map, Value, json};

use super::put;
use crate::media::Attachment;
use crate::sample::Sample;

/// The type of a message and the keys that come with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// `text`, `image`, ... or something nobody has heard of.
    pub kind: String,
    /// The object named by the type, and whatever stands beside it (`context`, `errors`, `referral`).
    pub keys: Map<String, Value>,
    /// The file that the object names, which Meta then holds.
    pub file: Option<Attachment>,
}

impl Content {
    /// Any type, with the object it names.
    pub fn new(kind: &str, object: Value) -> Self {
        Self {
            keys: Map::from_iter([(kind.to_owned(), object)]),
            ..Self::bare(kind)
        }
    }

    /// A type without an object.
    pub fn bare(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            keys: Map::new(),
            file: None,
        }
    }

    /// A plain text.
    pub fn text(body: &str) -> Self {
        Self::new("text", json!({ "body": body }))
    }

    /// A file, as the type says (`image`, `video`, `audio`, `document`, `sticker`).
    pub fn media(kind: &str, file: Attachment) -> Self {
        Self {
            file: Some(file.clone()),
            ..Self::new(kind, file.object())
        }
    }

    /// A photo, of another light for another caption.
    pub fn image(caption: Option<&str>) -> Self {
        let light = caption.map_or(0, str::len);
        let photo = Self::media("image", Attachment::photo(light));
        photo.in_object("caption", caption.map(Value::from))
    }

    /// A film.
    pub fn video(caption: Option<&str>) -> Self {
        let film = Self::media("video", Attachment::new(Sample::Mp4));
        film.in_object("caption", caption.map(Value::from))
    }

    /// A voice note.
    pub fn voice() -> Self {
        let note = Self::media("audio", Attachment::new(Sample::Voice));
        note.in_object("voice", Some(json!(true)))
    }

    /// A sound that was sent as a file.
    pub fn audio() -> Self {
        let sound = Self::media("audio", Attachment::new(Sample::Mp3));
        sound.in_object("voice", Some(json!(false)))
    }

    /// A file with a name, which is hostile input like any other.
    pub fn document(filename: &str, mime: &str) -> Self {
        let file = Attachment::new(Sample::of(mime)).claiming(mime);
        Self::media("document", file).in_object("filename", Some(json!(filename)))
    }

    /// A sticker.
    pub fn sticker() -> Self {
        let sticker = Self::media("sticker", Attachment::new(Sample::Webp));
        sticker.in_object("animated", Some(json!(false)))
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
        put(&mut object, "emoji", emoji);
        Self::new("reaction", object)
    }

    /// With another key beside the type's object.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.keys.insert(key.to_owned(), value);
        self
    }

    /// With another key in the type's object, if there is something to set.
    pub fn in_object(mut self, key: &str, value: Option<Value>) -> Self {
        let object = self.keys.get_mut(&self.kind).and_then(Value::as_object_mut);
        if let (Some(object), Some(value)) = (object, value) {
            object.insert(key.to_owned(), value);
        }
        self
    }

    /// As an answer to a message.
    pub fn replying_to(self, from: &str, message_id: &str) -> Self {
        self.in_context(json!({ "from": from, "id": message_id }))
    }

    /// With these keys in the context, beside those that are there.
    pub fn in_context(mut self, more: Value) -> Self {
        let context = self
            .keys
            .entry("context")
            .or_insert_with(|| json!({}))
            .as_object_mut();
        if let (Some(context), Value::Object(more)) = (context, more) {
            context.extend(more);
        }
        self
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
