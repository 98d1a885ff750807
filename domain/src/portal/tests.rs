//! Links and what opens them, tried as an attacker would.

mod ends;
mod links;
mod pages;
mod tokens;
mod told;
mod tries;

use super::*;
use crate::testing::{self, Fixture, Moved};
use postern_types::{ContactId, ConversationId, MadeLink, NewLink, Role};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use time::Duration;

/// A workspace with a contact who writes to it.
struct House {
    env: Env,
    clock: Arc<Moved>,
    owner: Fixture,
    contact: ContactId,
    talk: ConversationId,
}

async fn house(options: PgConnectOptions) -> House {
    let (env, clock) = testing::env(options);
    let owner = testing::workspace(&env, "Harbour", Role::Owner).await;
    let (contact, talk) = guest(&env, &owner, "100").await;
    House {
        env,
        clock,
        owner,
        contact,
        talk,
    }
}

/// A contact who wrote a minute ago.
async fn guest(env: &Env, owner: &Fixture, number: &str) -> (ContactId, ConversationId) {
    let channel = testing::channel(env, owner, number).await;
    let talk = testing::conversation(env, owner, channel, "Amira", Duration::minutes(1)).await;
    let mut tenant = owner.enter(env).await;
    let contact = sqlx::query_scalar("SELECT contact_id FROM conversation WHERE id = $1")
        .bind(talk.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    (contact, talk)
}

impl House {
    async fn link(&self, days: Option<u16>) -> MadeLink {
        let secrets = draw(&self.env).await.unwrap();
        let mut tenant = self.owner.enter(&self.env).await;
        let form = NewLink { days };
        let made = make(&self.env, &mut tenant, self.contact, &form, &secrets).await;
        tenant.commit().await.unwrap();
        made.unwrap()
    }

    async fn new_pin(&self, made: &MadeLink) -> String {
        let pin = draw_pin(&self.env, made.id).await.unwrap();
        let mut tenant = self.owner.enter(&self.env).await;
        let set = reset_pin(&self.env, &mut tenant, &pin).await.unwrap();
        tenant.commit().await.unwrap();
        set.pin
    }

    async fn revoke(&self, made: &MadeLink) {
        let mut tenant = self.owner.enter(&self.env).await;
        revoke(&self.env, &mut tenant, made.id).await.unwrap();
        tenant.commit().await.unwrap();
    }

    /// Enters a PIN from somewhere else than ever before.
    async fn enters(&self, made: &MadeLink, pin: &str) -> Result<Opened> {
        try_pin(&self.env, token(made), pin, &testing::browser(&self.env)).await
    }

    async fn opened(&self, made: &MadeLink) -> Opened {
        let opened = self.enters(made, &made.pin).await;
        opened.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Tries counted since they were forgotten, and since the PIN was set.
    async fn counted(&self, made: &MadeLink) -> (i32, i32) {
        let mut tenant = self.owner.enter(&self.env).await;
        sqlx::query_as("SELECT tries, wrong FROM portal_link WHERE id = $1")
            .bind(made.id.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    }

    /// What the audit says of portals, the oldest first.
    async fn audited(&self) -> Vec<String> {
        let mut tenant = self.owner.enter(&self.env).await;
        sqlx::query_scalar("SELECT action FROM audit WHERE action LIKE 'portal.%' ORDER BY id")
            .fetch_all(tenant.conn())
            .await
            .unwrap()
    }
}

fn token(made: &MadeLink) -> &str {
    made.address.rsplit('/').next().unwrap()
}

/// Six digits that are not the PIN.
fn other(pin: &str) -> String {
    let number: u32 = pin.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    In,
    Wrong,
    Waits,
    NewPin,
}

fn came(answer: Result<Opened>) -> Came {
    match answer {
        Ok(_) => Came::In,
        Err(Error::Invalid { field: "pin", .. }) => Came::Wrong,
        Err(Error::TooMany { .. }) => Came::Waits,
        Err(Error::Conflict(_)) => Came::NewPin,
        Err(other) => panic!("{other:?}"),
    }
}
