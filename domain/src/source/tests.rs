//! Sources on a real database: who makes them, what they take, and what becomes of it.

mod applied;
mod came;
mod made;

use super::*;
use crate::{
    contact, event, job,
    testing::{self, Fixture, Moved, thread},
};
use hmac::Mac as _;
use postern_types::{
    ContactForm, ContactId, Role, SourceEntryRow, SourceEntryView, SourceId, SourceState,
};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use time::Duration;

const STRIPE: &str = "whsec_1234567890abcdef1234567890abcdef";

/// A workspace with a source of each kind.
struct House {
    env: Env,
    clock: Arc<Moved>,
    one: Fixture,
    stripe: SourceMade,
    generic: SourceMade,
}

fn form(provider: &str) -> SourceForm {
    SourceForm {
        provider: provider.to_owned(),
        description: " Shop ".to_owned(),
        secret: (provider == "stripe").then(|| STRIPE.to_owned()),
    }
}

async fn house(options: PgConnectOptions) -> House {
    let (env, clock) = testing::env_of_size(options, 24);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let mut tenant = one.enter(&env).await;
    let stripe = create(&env, &mut tenant, &form("stripe")).await.unwrap();
    let generic = create(&env, &mut tenant, &form("generic")).await.unwrap();
    tenant.commit().await.unwrap();
    House {
        env,
        clock,
        one,
        stripe,
        generic,
    }
}

/// The token of an address.
fn token(made: &SourceMade) -> &str {
    made.url.rsplit('/').next().unwrap()
}

fn headers(all: &[(&'static str, String)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in all {
        map.append(*name, HeaderValue::from_str(value).unwrap());
    }
    map
}

/// As Stripe signs, so many seconds from now.
fn by_stripe(env: &Env, secret: &str, body: &[u8], late: i64) -> HeaderMap {
    let at = env.now().unix_timestamp() - late;
    let mut mac = crypto::mac(secret.as_bytes());
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    headers(&[("stripe-signature", format!("t={at},v1={signature}"))])
}

/// As Standard Webhooks has it, by its own library.
fn by_standard(env: &Env, secret: &SigningSecret, id: &str, body: &[u8]) -> HeaderMap {
    let at = env.now().unix_timestamp();
    let library = standardwebhooks::Webhook::new(&secret.0).unwrap();
    headers(&[
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", library.sign(id, at, body).unwrap()),
    ])
}

impl House {
    async fn stripe(&self, event: &Value) -> Result<()> {
        let body = event.to_string().into_bytes();
        let headers = by_stripe(&self.env, STRIPE, &body, 0);
        receive(&self.env, token(&self.stripe), &headers, &body).await
    }

    async fn generic(&self, id: &str, body: &[u8]) -> Result<()> {
        let secret = self.generic.secret.as_ref().unwrap();
        let headers = by_standard(&self.env, secret, id, body);
        receive(&self.env, token(&self.generic), &headers, body).await
    }

    /// The log, the newest first.
    async fn log(&self, source: Option<SourceId>) -> Vec<SourceEntryRow> {
        let mut tenant = self.one.enter(&self.env).await;
        let page = entries(&mut tenant, source, None, None).await.unwrap();
        page.rows
    }

    async fn line(&self, event: &str) -> SourceEntryRow {
        let log = self.log(None).await;
        let line = log
            .into_iter()
            .find(|row| row.event.as_deref() == Some(event));
        line.unwrap_or_else(|| panic!("no line of {event}"))
    }

    async fn shown(&self, id: postern_types::SourceEntryId) -> SourceEntryView {
        let mut tenant = self.one.enter(&self.env).await;
        entry(&self.env, &mut tenant, id).await.unwrap()
    }

    async fn again(&self, id: postern_types::SourceEntryId) -> Result<()> {
        let mut tenant = self.one.enter(&self.env).await;
        apply_again(&self.env, &mut tenant, id).await?;
        tenant.commit().await
    }

    async fn contact(&self, name: &str, phone: &str, email: &str) -> ContactId {
        let mut tenant = self.one.enter(&self.env).await;
        let form = ContactForm {
            name: name.to_owned(),
            phone: phone.to_owned(),
            email: email.to_owned(),
            owner: None,
        };
        let id = contact::create(&self.env, &mut tenant, &form)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        id
    }

    async fn notes(&self, contact: ContactId) -> Vec<String> {
        let mut tenant = self.one.enter(&self.env).await;
        let page = contact::note::page(&mut tenant, contact, None)
            .await
            .unwrap();
        page.notes.into_iter().map(|note| note.body).collect()
    }

    /// Does what is promised.
    async fn work(&self) -> usize {
        thread::work(&self.env).await
    }
}

/// An event of a checkout that was paid.
fn checkout(event: &str, intent: &str, email: &str) -> Value {
    json!({ "id": event, "type": "checkout.session.completed", "livemode": true, "data": { "object": {
        "id": "cs_1", "payment_status": "paid", "amount_total": 1250, "currency": "eur", "payment_intent": intent,
        "customer_details": { "email": email } } } })
}

/// An event of the payment itself.
fn intent(event: &str, intent: &str, email: Option<&str>) -> Value {
    json!({ "id": event, "type": "payment_intent.succeeded", "livemode": true, "data": { "object": {
        "id": intent, "amount_received": 1250, "currency": "eur", "receipt_email": email, "description": "Two chairs" } } })
}
