//! What an agent sends beside plain text: held to Meta's limits, and written as Meta reads it (Cloud API, "Messages").

mod media;

use crate::{Error, Result};
use media::media;
use postern_types::{Card, FileView, Outgoing, Section, Told};
use serde_json::{Map, Value, json};
use url::Url;

/// A message that may be queued.
#[derive(Debug, PartialEq)]
pub(super) struct Ready {
    /// Meta's word for it.
    pub kind: &'static str,
    /// What stands for it in the list.
    pub body: String,
    pub told: Told,
    /// As it is posted.
    pub sending: Value,
}

/// Checks it and writes it down. `words` are clean; `file` is what an [`Outgoing::Media`] names, `target` Meta's id of what
/// a reaction is for.
pub(super) fn ready(
    words: &str,
    outgoing: &Outgoing,
    file: Option<&FileView>,
    target: Option<&str>,
) -> Result<Ready> {
    let mut name = None;
    let (kind, content) = match outgoing {
        Outgoing::Media { voice, .. } => {
            let file = file.ok_or_else(|| Error::invalid("file", "This file is not here."))?;
            name.clone_from(&file.name);
            media(words, file, *voice)?
        }
        Outgoing::Location {
            latitude,
            longitude,
            name,
            address,
        } => {
            no_words(words)?;
            (
                "location",
                location(*latitude, *longitude, name.as_deref(), address.as_deref())?,
            )
        }
        Outgoing::Contacts { cards } => {
            no_words(words)?;
            ("contacts", contacts(cards)?)
        }
        Outgoing::Reaction { emoji, .. } => {
            no_words(words)?;
            ("reaction", reaction(emoji, target)?)
        }
        Outgoing::Buttons {
            header,
            footer,
            buttons,
        } => {
            let body = body_of(words, 1024)?;
            let around = around(header.as_deref(), footer.as_deref())?;
            (
                "interactive",
                interactive("button", body, around, buttons_of(buttons)?),
            )
        }
        Outgoing::List {
            header,
            footer,
            button,
            sections,
        } => {
            let body = body_of(words, 4096)?;
            let around = around(header.as_deref(), footer.as_deref())?;
            let action = json!({
                "button": between("button", "The button of a list", button, 20)?,
                "sections": sections_of(sections)?,
            });
            ("interactive", interactive("list", body, around, action))
        }
        Outgoing::Link {
            header,
            footer,
            label,
            url,
        } => {
            let body = body_of(words, 1024)?;
            let around = around(header.as_deref(), footer.as_deref())?;
            let action = json!({
                "name": "cta_url",
                "parameters": {
                    "display_text": between("label", "A button", label, 20)?,
                    "url": link(url)?,
                },
            });
            ("interactive", interactive("cta_url", body, around, action))
        }
        Outgoing::LocationRequest => {
            let body = body_of(words, 1024)?;
            let action = json!({ "name": "send_location" });
            let asks = interactive("location_request_message", body, Map::new(), action);
            ("interactive", asks)
        }
    };
    let mut sending = Map::new();
    sending.insert("type".into(), kind.into());
    sending.insert(kind.into(), content);
    Ok(Ready {
        kind,
        body: outgoing.line(words),
        told: Told {
            detail: outgoing.detail(words, name),
            ..Told::default()
        },
        sending: Value::Object(sending),
    })
}

fn no_words(words: &str) -> Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(
        "text",
        "This kind of message has no text of its own: send the text after it.",
    ))
}

/// The words above buttons.
fn body_of(words: &str, most: usize) -> Result<&str> {
    between("text", "The text of this message", words, most)
}

fn between<'a>(field: &'static str, what: &str, text: &'a str, most: usize) -> Result<&'a str> {
    if text.trim().is_empty() || text.chars().count() > most {
        return Err(Error::invalid(
            field,
            format!("{what} has 1 to {most} characters."),
        ));
    }
    Ok(text)
}

fn around(header: Option<&str>, footer: Option<&str>) -> Result<Map<String, Value>> {
    let mut around = Map::new();
    if let Some(header) = header {
        let text = between("header", "The line above", header, 60)?;
        around.insert("header".into(), json!({ "type": "text", "text": text }));
    }
    if let Some(footer) = footer {
        let text = between("footer", "The line below", footer, 60)?;
        around.insert("footer".into(), json!({ "text": text }));
    }
    Ok(around)
}

fn interactive(kind: &str, body: &str, mut around: Map<String, Value>, action: Value) -> Value {
    around.insert("type".into(), kind.into());
    around.insert("body".into(), json!({ "text": body }));
    around.insert("action".into(), action);
    Value::Object(around)
}

fn buttons_of(titles: &[String]) -> Result<Value> {
    if titles.is_empty() || titles.len() > 3 {
        return Err(Error::invalid("buttons", "A message has 1 to 3 buttons."));
    }
    let mut buttons = Vec::new();
    for (nth, title) in titles.iter().enumerate() {
        between("buttons", "A button", title, 20)?;
        if titles.iter().take(nth).any(|other| other == title) {
            return Err(Error::invalid("buttons", "Two buttons say the same."));
        }
        let id = (nth + 1).to_string();
        buttons.push(json!({ "type": "reply", "reply": { "id": id, "title": title } }));
    }
    Ok(json!({ "buttons": buttons }))
}

fn sections_of(sections: &[Section]) -> Result<Value> {
    let rows: usize = sections.iter().map(|section| section.rows.len()).sum();
    if sections.iter().any(|section| section.rows.is_empty()) || rows == 0 || rows > 10 {
        return Err(Error::invalid(
            "sections",
            "A list has 1 to 10 rows in all, and each section one at least.",
        ));
    }
    let several = sections.len() > 1;
    let mut all = Vec::new();
    let mut nth = 0;
    for section in sections {
        let mut told = Map::new();
        if several || !section.title.is_empty() {
            let title = between("sections", "A section's title", &section.title, 24)?;
            told.insert("title".into(), title.into());
        }
        let mut rows = Vec::new();
        for row in &section.rows {
            nth += 1;
            let title = between("sections", "A row", &row.title, 24)?;
            let mut told = Map::new();
            told.insert("id".into(), nth.to_string().into());
            told.insert("title".into(), title.into());
            if let Some(description) = &row.description {
                let text = between("sections", "The line below a row", description, 72)?;
                told.insert("description".into(), text.into());
            }
            rows.push(Value::Object(told));
        }
        told.insert("rows".into(), rows.into());
        all.push(Value::Object(told));
    }
    Ok(all.into())
}

fn link(url: &str) -> Result<&str> {
    let good = Url::parse(url).is_ok_and(|parsed| {
        matches!(parsed.scheme(), "http" | "https")
            && parsed.host_str().is_some_and(|host| !host.is_empty())
    });
    if good && url.chars().count() <= 2000 {
        return Ok(url);
    }
    Err(Error::invalid(
        "url",
        "A link begins with https:// or http:// and has at most 2000 characters.",
    ))
}

fn location(
    latitude: f64,
    longitude: f64,
    name: Option<&str>,
    address: Option<&str>,
) -> Result<Value> {
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(Error::invalid(
            "latitude",
            "A latitude is between -90 and 90 degrees.",
        ));
    }
    if !(-180.0..=180.0).contains(&longitude) {
        return Err(Error::invalid(
            "longitude",
            "A longitude is between -180 and 180 degrees.",
        ));
    }
    let mut place = Map::new();
    place.insert("latitude".into(), latitude.into());
    place.insert("longitude".into(), longitude.into());
    if let Some(name) = name {
        let name = between("name", "The name of a place", name, 256)?;
        place.insert("name".into(), name.into());
    }
    if let Some(address) = address {
        let address = between("address", "An address", address, 256)?;
        place.insert("address".into(), address.into());
    }
    Ok(Value::Object(place))
}

fn contacts(cards: &[Card]) -> Result<Value> {
    if cards.is_empty() || cards.len() > 257 {
        return Err(Error::invalid("cards", "Send 1 to 257 contacts at once."));
    }
    let cards = cards.iter().map(|card| -> Result<Value> {
        let name = between("cards", "The name of a contact", &card.name, 256)?;
        if card.phones.is_empty() {
            return Err(Error::invalid(
                "cards",
                "A contact has one number at least.",
            ));
        }
        let phones = card.phones.iter().map(|phone| -> Result<Value> {
            let digits = digits(&phone.number)?;
            let mut told = Map::new();
            told.insert("phone".into(), format!("+{digits}").into());
            told.insert("type".into(), "CELL".into());
            if let Some(wa_id) = &phone.wa_id {
                told.insert("wa_id".into(), wa_id.as_str().into());
            }
            Ok(Value::Object(told))
        });
        Ok(json!({
            // Meta wants one part of the name beside the whole.
            "name": { "formatted_name": name, "first_name": name },
            "phones": phones.collect::<Result<Vec<_>>>()?,
        }))
    });
    Ok(cards.collect::<Result<Vec<_>>>()?.into())
}

/// A number as people write it, without what they put between its digits.
fn digits(number: &str) -> Result<String> {
    let written = number.trim().trim_start_matches('+');
    let rest = |c: char| c.is_ascii_digit() || " -./()\u{a0}".contains(c);
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    if written.chars().all(rest) && (7..=15).contains(&digits.len()) {
        return Ok(digits);
    }
    Err(Error::invalid(
        "cards",
        "A number has 7 to 15 digits with its country code, like +49 151 23456789.",
    ))
}

fn reaction(emoji: &str, target: Option<&str>) -> Result<Value> {
    let target = target.ok_or_else(|| Error::invalid("target", "This message is not here."))?;
    if !emoji.is_empty() && !is_emoji(emoji) {
        return Err(Error::invalid("emoji", "A reaction is one emoji."));
    }
    Ok(json!({ "message_id": target, "emoji": emoji }))
}

/// Whether it is one emoji: a symbol with what may follow it, symbols joined to one, a flag, or a keycap.
fn is_emoji(text: &str) -> bool {
    const JOINER: char = '\u{200d}';
    let chars: Vec<char> = text.chars().collect();
    if let [digit, rest @ ..] = &chars[..]
        && matches!(*digit, '0'..='9' | '#' | '*')
    {
        return matches!(rest, ['\u{20e3}'] | ['\u{fe0f}', '\u{20e3}']);
    }
    let flag = |c: &char| ('\u{1f1e6}'..='\u{1f1ff}').contains(c);
    if chars.iter().any(flag) {
        return chars.len() == 2 && chars.iter().all(flag);
    }
    let follows =
        |c: char| matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}');
    let symbol = |c: char| {
        matches!(
            c,
            '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2100}'..='\u{2bff}'
        ) || matches!(
            c,
            '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}'
        )
    };
    let mut free = true;
    for c in &chars {
        match *c {
            JOINER if !free => free = true,
            c if follows(c) && !free => {}
            c if symbol(c) && !follows(c) && free => free = false,
            _ => return false,
        }
    }
    !free && chars.len() <= 16
}

#[cfg(test)]
mod tests;
