//! The words of a template, with and without what goes into them.

use super::{SlotKind, TemplateFill, TemplateParts};

/// A piece of a template's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it stands.
    Words(&'a str),
    /// A variable: its number or its name.
    Variable(&'a str),
}

/// A template as the customer reads it. What is not filled in stands there as `{{1}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The line above, of a text header; a place's name, of a location.
    pub header: Option<String>,
    /// The words.
    pub body: String,
    /// The line below.
    pub footer: Option<String>,
    /// What stands on the buttons.
    pub buttons: Vec<String>,
}

/// Takes a text apart, once: what goes into it is not looked at again, whatever braces it has.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut words = 0;
    while let Some(open) = rest.get(words..).and_then(|tail| tail.find("{{")) {
        let start = words + open;
        let inner = &rest[start + 2..];
        let name = inner.split_once("}}").map(|(name, _)| name);
        match name.filter(|name| is_name(name.trim())) {
            Some(name) => {
                if start > 0 {
                    pieces.push(Piece::Words(&rest[..start]));
                }
                pieces.push(Piece::Variable(name.trim()));
                rest = &inner[name.len() + 2..];
                words = 0;
            }
            // Of three braces the last two may open one.
            None => words = start + 1,
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl TemplateParts {
    /// The template as the customer reads it.
    pub fn fill(&self, fill: &TemplateFill) -> Filled {
        let header = self.header.as_ref().and_then(|header| {
            let words = header
                .text
                .as_deref()
                .map(|text| filled(text, "header", fill));
            let place = self
                .slots()
                .into_iter()
                .find(|slot| slot.kind == SlotKind::PlaceName)
                .and_then(|slot| fill.value(&slot.key).map(str::to_owned));
            words.or(place)
        });
        Filled {
            header,
            body: filled(&self.body, "body", fill),
            footer: self.footer.clone(),
            buttons: self
                .buttons
                .iter()
                .map(|button| button.text.clone())
                .collect(),
        }
    }
}

impl TemplateFill {
    /// What goes into a slot, without what stands around it unseen; none when that is nothing.
    pub fn value(&self, key: &str) -> Option<&str> {
        let value = self.values.get(key)?.trim();
        (!value.is_empty()).then_some(value)
    }
}

fn filled(text: &str, part: &str, fill: &TemplateFill) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => filled.push_str(words),
            Piece::Variable(name) => {
                if let Some(value) = fill.value(&format!("{part}.{name}")) {
                    filled.push_str(value);
                } else {
                    filled.push_str("{{");
                    filled.push_str(name);
                    filled.push_str("}}");
                }
            }
        }
    }
    filled
}
