//! Numbers and accounts: what a token opens.

use super::{Answer, Meta, exchange, refused, silent};
use crate::{Error, Result};
use secrecy::SecretString;
use serde_json::Value;

/// A number as Meta shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// As displayed, e.g. `+1 555-010-0000`.
    pub display: String,
    /// The business's name that customers see.
    pub verified_name: Option<String>,
}

/// Pages of an account's numbers that are looked through.
const PAGES: usize = 50;

/// Makes sure that the token opens the number and that the account lists it.
pub async fn check_number(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
    account_id: &str,
) -> Result<Number> {
    let mut url = meta.url(&[phone_number_id]);
    url.query_pairs_mut()
        .append_pair("fields", "id,display_phone_number,verified_name");
    let number = read(meta, token, url, "phone_number_id").await?;
    let display = number["display_phone_number"].as_str().unwrap_or_default();
    if number["id"].as_str() != Some(phone_number_id) || display.is_empty() {
        return Err(Error::invalid(
            "phone_number_id",
            "This is not the id of a phone number. Copy the phone number ID from WhatsApp Manager.",
        ));
    }
    if !listed(meta, token, phone_number_id, account_id).await? {
        return Err(Error::invalid(
            "account_id",
            "This WhatsApp Business Account does not have that number. Check both ids.",
        ));
    }
    Ok(Number {
        display: display.to_owned(),
        verified_name: number["verified_name"].as_str().map(str::to_owned),
    })
}

/// Has the account's webhooks sent to the app that the token belongs to.
pub async fn subscribe(meta: &Meta, token: &SecretString, account_id: &str) -> Result<()> {
    let url = meta.url(&[account_id, "subscribed_apps"]);
    match exchange(meta.http.post(url), token).await {
        Answer::Good(_) => Ok(()),
        Answer::Refused(refusal) => Err(refused(&refusal, "account_id")),
        Answer::Ambiguous(_) | Answer::NotSent => Err(silent()),
    }
}

async fn listed(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
    account_id: &str,
) -> Result<bool> {
    let mut after: Option<String> = None;
    for _ in 0..PAGES {
        let mut url = meta.url(&[account_id, "phone_numbers"]);
        url.query_pairs_mut()
            .append_pair("fields", "id")
            .append_pair("limit", "100");
        if let Some(after) = &after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let page = read(meta, token, url, "account_id").await?;
        let numbers = page["data"].as_array().map_or(&[][..], Vec::as_slice);
        if numbers
            .iter()
            .any(|number| number["id"].as_str() == Some(phone_number_id))
        {
            return Ok(true);
        }
        // The cursor, and never the address in `next`: the token goes to the configured host alone.
        let paging = &page["paging"];
        match paging["cursors"]["after"].as_str() {
            Some(cursor) if paging["next"].is_string() => after = Some(cursor.to_owned()),
            _ => return Ok(false),
        }
    }
    Ok(false)
}

async fn read(
    meta: &Meta,
    token: &SecretString,
    url: url::Url,
    field: &'static str,
) -> Result<Value> {
    match exchange(meta.http.get(url), token).await {
        Answer::Good(answer) => Ok(answer),
        Answer::Refused(refusal) => Err(refused(&refusal, field)),
        Answer::Ambiguous(_) | Answer::NotSent => Err(silent()),
    }
}
