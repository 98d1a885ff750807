//! What a request needs that only Meta knows: the file, the template, the target of a reaction, the customer's will.

use serde_json::Value;

use crate::failure::GraphError;
use crate::template::{Template, fit};
use crate::world::World;

/// Refuses what does not exist or does not fit; `Some` is the code of a failure that shows only later.
pub(in crate::graph) fn stands(
    world: &World,
    number: &str,
    to: &str,
    body: &Value,
) -> Result<Option<i64>, GraphError> {
    let kind = body["type"].as_str().unwrap_or("text");
    let (account, its) = world.number(number).ok_or_else(|| GraphError::code(33))?;
    if account.banned {
        return Err(GraphError::code(131_031));
    }
    if its.registration.off {
        return Err(GraphError::code(133_010));
    }
    if let Some(stale) = body["recipient_identity_key_hash"].as_str()
        && world.identities.get(to).is_some_and(|hash| hash != stale)
    {
        return Ok(Some(137_000));
    }
    match kind {
        "image" | "video" | "audio" | "document" | "sticker" => file(world, kind, &body[kind]),
        "interactive" => {
            let header = &body["interactive"]["header"];
            match header["type"].as_str() {
                Some(format @ ("image" | "video" | "document")) => {
                    file(world, format, &header[format])
                }
                _ => Ok(None),
            }
        }
        "reaction" => {
            let target = body["reaction"]["message_id"].as_str();
            let mut sent = world.ledger.sent.iter();
            if sent.any(|sent| sent.kind == "reaction" && Some(sent.wamid.as_str()) == target) {
                return Err(GraphError::code(131_009).details("A reaction cannot be reacted to."));
            }
            Ok(None)
        }
        "template" => template(world, &account.templates, number, to, body),
        _ => Ok(None),
    }
}

/// An unknown id is refused; a file of the wrong kind fails later, as when Meta looks into it.
fn file(world: &World, kind: &str, object: &Value) -> Result<Option<i64>, GraphError> {
    let Some(id) = object["id"].as_str() else {
        return Ok(None);
    };
    let stored = world.media.get(id, world.now_ms()).ok_or_else(|| {
        GraphError::parameter(format!(
            "Param {kind}['id'] is not a valid whatsapp business account media attachment ID"
        ))
    })?;
    let mime = stored
        .file
        .mime
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    let (limit, fits) = match kind {
        "image" => (5 << 20, matches!(mime, "image/jpeg" | "image/png")),
        "video" => (16 << 20, mime.starts_with("video/")),
        "audio" => (16 << 20, mime.starts_with("audio/")),
        "sticker" => (500 << 10, mime == "image/webp"),
        _ => (100 << 20, true),
    };
    let spoken = object["voice"] != true || matches!(mime, "audio/ogg" | "audio/opus");
    let sound = fits && spoken && stored.file.bytes.len() <= limit;
    Ok((!sound).then_some(131_053))
}

fn template(
    world: &World,
    templates: &[Template],
    number: &str,
    to: &str,
    body: &Value,
) -> Result<Option<i64>, GraphError> {
    let sent = &body["template"];
    let name = sent["name"].as_str().unwrap_or_default();
    let language = sent["language"]["code"].as_str().unwrap_or_default();
    let found = templates
        .iter()
        .find(|one| one.name == name && one.language == language);
    let absent = || {
        GraphError::code(132_001).details(format!(
            "template name ({name}) does not exist in {language}"
        ))
    };
    let template = found.ok_or_else(absent)?;
    match template.status.as_str() {
        "APPROVED" => {}
        "PAUSED" => return Err(GraphError::code(132_015)),
        "DISABLED" => return Err(GraphError::code(132_016)),
        _ => return Err(absent()),
    }
    fit(template, sent)?;
    if template.category == "AUTHENTICATION" && body.get("to").is_none() {
        return Err(GraphError::code(131_062));
    }
    let stopped = world.stopped.contains(&(number.to_owned(), to.to_owned()));
    if template.category == "MARKETING" && stopped {
        return Err(GraphError::code(131_050));
    }
    Ok(None)
}
