//! Anybody who can sign: the headers of Standard Webhooks 1.0, and a body of our own making.

use super::{Arrived, Provider, Read, Refused, Said, Who, is_among, is_now, json, text};
use crate::{signed, source::card};
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub(super) const GENERIC: Provider = Provider {
    word: "generic",
    name: "Signed webhooks",
    brings_secret: false,
    key: signed::key,
    secret_words: "A secret is whsec_ and base64 of 24 to 64 random bytes.",
    prove,
    id,
    read,
};

/// Signatures of a request that are looked at.
const MOST: usize = 8;
/// Letters of an id, and of a type.
const NAME: usize = 255;
/// Letters of a text: what a note has room for, and a line before it.
const TEXT: usize = 3_500;

/// `webhook-signature`: one or more `v1,` and base64 of HMAC-SHA-256 over `id.seconds.body`, with a space between two.
pub(super) fn is_signed(arrived: &Arrived<'_>, key: &[u8]) -> Result<(), Refused> {
    let id = id(arrived).ok_or(Refused::Header)?;
    let time = arrived.header("webhook-timestamp").ok_or(Refused::Header)?;
    let header = arrived.header("webhook-signature").ok_or(Refused::Header)?;
    let signatures = header
        .split(' ')
        .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    let claimed: Vec<[u8; 32]> = signatures
        .filter_map(|bytes| bytes.try_into().ok())
        .take(MOST)
        .collect();
    if claimed.is_empty() {
        return Err(Refused::Header);
    }
    is_among(&signed::mac(key, &id, time, arrived.body), &claimed)?;
    is_now(time, arrived.now)
}

fn prove(arrived: &Arrived<'_>, key: &[u8]) -> Result<(), Refused> {
    is_signed(arrived, key)?;
    // A provider of payments never tells the number of a card; who writes to us by hand may.
    if card::is_in(arrived.body) {
        return Err(Refused::Card);
    }
    Ok(())
}

pub(super) fn id(arrived: &Arrived<'_>) -> Option<String> {
    let id = arrived.header("webhook-id")?;
    let fits = (1..=NAME).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| id.to_owned())
}

/// `{"type": "…", "contact": {"phone": "…", "email": "…"}, "text": "…"}`, of the contact one at least.
fn read(body: &[u8]) -> Read {
    let unreadable = |kind: &str, why| Read::Unreadable {
        kind: kind.to_owned(),
        why,
    };
    let Some(event) = json(body) else {
        return unreadable("", "not JSON");
    };
    let Some(kind) = text(&event["type"], NAME) else {
        return unreadable("", "without a type");
    };
    let who = Who {
        phone: text(&event["contact"]["phone"], NAME),
        email: text(&event["contact"]["email"], NAME),
    };
    if who == Who::default() {
        return unreadable(&kind, "without a contact");
    }
    Read::Said(Said {
        text: text(&event["text"], TEXT).unwrap_or_default(),
        kind,
        who,
    })
}

#[cfg(test)]
mod tests;
