//! QR codes: what stands in one, and its picture.
//!
//! What is filled in becomes a text by the rules of its kind, each in a file of its own; the text becomes squares. Nothing of
//! it is kept or logged: there may be a password in it, or the address of a portal link. To add a kind: its fields in
//! `types::qr`, a file here that writes it, and a test that reads it back.

mod card;
mod chat;
mod draw;
mod event;
mod kept;
mod lines;
mod link;
mod phone;
mod portal;
mod wifi;

pub use draw::draw;

use crate::{Env, Result, Tenant, contact};
use postern_types::{ContactId, QrCard, QrContent};

/// The text that stands in a code. [`crate::Error::Invalid`] names the field that is at fault.
pub async fn text(env: &Env, tenant: &mut Tenant, content: &QrContent) -> Result<String> {
    match content {
        QrContent::Chat { channel, text } => chat::text(tenant, *channel, text).await,
        QrContent::Portal { address } => portal::text(env, address),
        QrContent::Phone { phone } => phone::text(tenant, phone).await,
        QrContent::Link { address } => link::text("address", address),
        QrContent::Card(card) => {
            let phone = match card.phone.trim() {
                "" => None,
                typed => Some(contact::digits(tenant, typed).await?),
            };
            card::text(card, phone.as_deref())
        }
        QrContent::Wifi(wifi) => wifi::text(wifi),
        QrContent::Event(event) => event::text(env, event),
    }
}

/// What is known of a contact, as the fields of a card.
pub async fn card_of(env: &Env, tenant: &mut Tenant, contact: ContactId) -> Result<QrCard> {
    let page = contact::whole(env, tenant, contact).await?;
    let person = page.person;
    let names = [person.given_name, person.name, person.username];
    Ok(QrCard {
        name: names.into_iter().flatten().next().unwrap_or_default(),
        phone: page.phone.unwrap_or_default(),
        email: page.email.unwrap_or_default(),
        ..QrCard::default()
    })
}

#[cfg(test)]
mod tests;
