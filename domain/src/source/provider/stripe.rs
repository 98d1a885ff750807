//! Stripe: `Stripe-Signature`, and the events that tell of a payment.
//!
//! One payment is told of by several events. They are known as one by the payment intent, and by the invoice where there is
//! one: a subscription's checkout names the invoice alone, and an invoice of newer versions no intent, whose own event names
//! the invoice in return.

use super::{Arrived, Key, Payment, Provider, Read, Refused, Who, is_among, is_now, json, text};
use crate::crypto;
use hmac::Mac as _;
use serde_json::Value;

pub(super) const STRIPE: Provider = Provider {
    word: "stripe",
    name: "Stripe",
    brings_secret: true,
    key,
    secret_words: "Copy the signing secret of the webhook endpoint from Stripe: it begins with whsec_.",
    prove,
    id,
    read,
};

/// Signatures of a request that are looked at; Stripe sends one, and two while a secret is replaced.
const MOST: usize = 8;
/// Letters of what Stripe names.
const NAME: usize = 255;

/// Stripe signs with the whole text, `whsec_` too.
fn key(secret: &str) -> Option<Key> {
    let rest = secret.strip_prefix("whsec_")?;
    let fits = (16..=250).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| Key::new(secret.as_bytes().to_vec()))
}

/// `t=` seconds and one or more `v1=` of HMAC-SHA-256 over `seconds.body`, in hex. Other schemes are nothing.
fn prove(arrived: &Arrived<'_>, key: &[u8]) -> Result<(), Refused> {
    let header = arrived.header("stripe-signature").ok_or(Refused::Header)?;
    let mut time = None;
    let mut claimed = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", _)) if time.is_some() => return Err(Refused::Header),
            Some(("t", seconds)) => time = Some(seconds),
            Some(("v1", hex)) if claimed.len() < MOST => claimed.extend(digest(hex)),
            _ => {}
        }
    }
    let time = time.ok_or(Refused::Header)?;
    if claimed.is_empty() {
        return Err(Refused::Header);
    }
    let mut mac = crypto::mac(key);
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(arrived.body);
    is_among(&mac.finalize().into_bytes().into(), &claimed)?;
    is_now(time, arrived.now)
}

fn digest(claimed: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    hex::decode_to_slice(claimed, &mut digest).ok()?;
    Some(digest)
}

fn id(arrived: &Arrived<'_>) -> Option<String> {
    text(json(arrived.body)?.get("id")?, NAME)
}

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
    let object = &event["data"]["object"];
    let ignored = |why| Read::Ignored {
        kind: kind.clone(),
        why,
    };
    let (amount, names, who, what) = match kind.as_str() {
        "checkout.session.completed" => {
            if object["payment_status"] != "paid" {
                return ignored("not paid yet");
            }
            (
                &object["amount_total"],
                [&object["payment_intent"], &object["invoice"]],
                Who {
                    phone: first(&[&object["customer_details"]["phone"]]),
                    email: first(&[
                        &object["customer_details"]["email"],
                        &object["customer_email"],
                    ]),
                },
                None,
            )
        }
        "payment_intent.succeeded" => {
            let charge = &object["charges"]["data"][0]["billing_details"];
            (
                &object["amount_received"],
                [
                    &object["id"],
                    invoice(
                        &object["invoice"],
                        &object["payment_details"]["order_reference"],
                    ),
                ],
                Who {
                    phone: first(&[&object["shipping"]["phone"], &charge["phone"]]),
                    email: first(&[&object["receipt_email"], &charge["email"]]),
                },
                text(&object["description"], NAME),
            )
        }
        "invoice.paid" => (
            &object["amount_paid"],
            [&object["payment_intent"], &object["id"]],
            Who {
                phone: first(&[&object["customer_phone"]]),
                email: first(&[&object["customer_email"]]),
            },
            text(&object["number"], NAME).map(|number| format!("Invoice {number}")),
        ),
        _ => return ignored(""),
    };
    let names: Vec<String> = names.into_iter().filter_map(name).collect();
    let (Some(amount), Some(currency)) = (amount.as_i64(), currency(&object["currency"])) else {
        return unreadable(&kind, "without an amount");
    };
    if names.is_empty() {
        return unreadable(&kind, "without a payment");
    }
    if amount <= 0 {
        return ignored("nothing was paid");
    }
    Read::Payment(Payment {
        names,
        amount,
        currency,
        who,
        what,
        test: event["livemode"] == Value::Bool(false),
        kind,
    })
}

/// The invoice, by the field it has or had; the newer one may name other things.
fn invoice<'a>(older: &'a Value, newer: &'a Value) -> &'a Value {
    let is_one = newer.as_str().is_some_and(|name| name.starts_with("in_"));
    if is_one { newer } else { older }
}

/// What a reference names, be it sent whole.
fn name(reference: &Value) -> Option<String> {
    text(reference, NAME).or_else(|| text(reference.get("id")?, NAME))
}

fn first(of: &[&Value]) -> Option<String> {
    of.iter().find_map(|value| text(value, NAME))
}

fn currency(value: &Value) -> Option<String> {
    let word = value.as_str()?;
    let fits = word.len() == 3 && word.bytes().all(|b| b.is_ascii_alphabetic());
    fits.then(|| word.to_ascii_uppercase())
}

#[cfg(test)]
mod tests;
