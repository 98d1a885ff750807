//! How a message's content is read: flat, for the reason that `live/told.rs` gives.

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Content {
    r#type: Kind,
    text: Option<String>,
    kind: Option<String>,
    summary: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Text,
    Other,
}

impl TryFrom<Content> for super::Content {
    type Error = &'static str;

    fn try_from(told: Content) -> Result<Self, Self::Error> {
        Ok(match told.r#type {
            Kind::Text => Self::Text {
                text: told.text.ok_or("a content without `text`")?,
            },
            Kind::Other => Self::Other {
                kind: told.kind.ok_or("a content without `kind`")?,
                summary: told.summary.ok_or("a content without `summary`")?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Content;

    #[test]
    fn a_content_is_read_in_any_order_and_refused_when_it_lacks_something() {
        let read = |text: &str| serde_json::from_str::<Content>(text).ok();
        let text = Content::Text { text: "hi".into() };
        assert_eq!(read(r#"{"text":"hi","type":"text"}"#), Some(text));
        let other = Content::Other {
            kind: "image".into(),
            summary: String::new(),
        };
        let written = serde_json::to_string(&other).expect("text");
        assert_eq!(read(&written), Some(other));
        assert_eq!(read(r#"{"type":"text"}"#), None);
        assert_eq!(read(r#"{"type":"other","kind":"image"}"#), None);
    }
}
