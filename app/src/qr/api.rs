//! QR codes, as server functions. What they are asked with stands in a body, and so in no log.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{ContactId, QrCard, QrContent, QrDrawn, QrLook};

/// Draws one.
#[server(client = ApiClient, prefix = "/api", endpoint = "qr/draw", protocol = Api)]
pub async fn draw(content: QrContent, look: QrLook) -> Result<QrDrawn, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Answer.role()).await?;
    let text = postern_domain::qr::text(&crate::ssr::env(), &mut tenant, &content).await?;
    tenant.commit().await?;
    // Nothing is open while it is drawn.
    Ok(postern_domain::qr::draw(text, &look)?)
}

/// What is known of a contact, for their card.
#[server(client = ApiClient, prefix = "/api", endpoint = "qr/card", protocol = Api)]
pub async fn card(contact: ContactId) -> Result<QrCard, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let card = postern_domain::qr::card_of(&crate::ssr::env(), &mut tenant, contact).await?;
    tenant.commit().await?;
    Ok(card)
}
