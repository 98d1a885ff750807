//! What a template asks for.

use super::{
    ButtonKind, HeaderFormat, TemplateParts,
    text::{Piece, pieces},
};

/// Something that has to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Names it within the template: `body.1`, `header.name`, `button.0`, `header.media`.
    pub key: String,
    /// What it takes.
    pub kind: SlotKind,
    /// The variable's number or name; what stands on the button; empty for the others.
    pub name: String,
}

/// What a slot takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// Words in the line above.
    Header,
    /// Words in the body.
    Body,
    /// The end of a button's address.
    Url,
    /// The code that a button copies.
    Code,
    /// A picture, film or document: an uploaded file, or an address.
    Media,
    /// Degrees north.
    Latitude,
    /// Degrees east.
    Longitude,
    /// What a place is called.
    PlaceName,
    /// Where it is.
    Address,
}

impl TemplateParts {
    /// What has to be filled in, in the order in which Meta takes it: header, body, buttons.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        if let Some(header) = &self.header {
            match header.format {
                HeaderFormat::Text => {
                    let text = header.text.as_deref().unwrap_or_default();
                    slots.extend(variables(text, "header", SlotKind::Header));
                }
                HeaderFormat::Image | HeaderFormat::Video | HeaderFormat::Document => {
                    slots.push(fixed("header.media", SlotKind::Media));
                }
                HeaderFormat::Location => slots.extend([
                    fixed("header.name", SlotKind::PlaceName),
                    fixed("header.address", SlotKind::Address),
                    fixed("header.latitude", SlotKind::Latitude),
                    fixed("header.longitude", SlotKind::Longitude),
                ]),
            }
        }
        slots.extend(variables(&self.body, "body", SlotKind::Body));
        for (index, button) in self.buttons.iter().enumerate() {
            let kind = match button.kind {
                ButtonKind::CopyCode => SlotKind::Code,
                ButtonKind::Url if has_variable(button.target.as_deref()) => SlotKind::Url,
                _ => continue,
            };
            slots.push(Slot {
                key: format!("button.{index}"),
                kind,
                name: button.text.clone(),
            });
        }
        slots
    }
}

fn fixed(key: &str, kind: SlotKind) -> Slot {
    Slot {
        key: key.to_owned(),
        kind,
        name: String::new(),
    }
}

fn has_variable(text: Option<&str>) -> bool {
    pieces(text.unwrap_or_default())
        .iter()
        .any(|piece| matches!(piece, Piece::Variable(_)))
}

/// The variables of a text, each once: numbered ones by their number, named ones as they come.
fn variables(text: &str, part: &str, kind: SlotKind) -> Vec<Slot> {
    let mut names: Vec<&str> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Variable(name) = piece
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names.sort_by_key(|name| name.parse::<u32>().unwrap_or(u32::MAX));
    names
        .into_iter()
        .map(|name| Slot {
            key: format!("{part}.{name}"),
            kind,
            name: name.to_owned(),
        })
        .collect()
}
