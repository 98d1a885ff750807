//! From the feed to somebody's endpoint, whatever comes between.

mod cutting;
mod failing;
mod order;
mod replaying;
mod signing;

use super::{KEPT, cut, list, show};
use crate::{
    Env, Error, Tenant, endpoint,
    job::{self, LEASE},
    message,
    testing::{
        self, Fixture, Moved,
        hook::{Hook, Hooked, Reply},
    },
};
use postern_types::{
    ChannelId, Compose, ConversationId, DeliveryRow, DeliveryState, EndpointForm, EndpointId,
    EndpointMade, EventKind, PausedWhy, Role,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use time::Duration;

/// A workspace with a number and an endpoint that hears of notes.
struct House {
    env: Env,
    clock: Arc<Moved>,
    options: PgConnectOptions,
    owner: Fixture,
    channel: ChannelId,
    hook: Hook,
    made: EndpointMade,
}

async fn house(
    options: PgConnectOptions,
    answer: impl Fn(&Hooked) -> Reply + Send + Sync + 'static,
) -> House {
    let (env, clock) = testing::env(options.clone());
    let owner = testing::workspace(&env, "One", Role::Owner).await;
    let channel = testing::channel(&env, &owner, "100").await;
    let hook = Hook::start(answer).await;
    let made = open(&env, &owner, &hook.url).await;
    House {
        env,
        clock,
        options,
        owner,
        channel,
        hook,
        made,
    }
}

async fn open(env: &Env, owner: &Fixture, url: &str) -> EndpointMade {
    let form = EndpointForm {
        url: url.to_owned(),
        description: String::new(),
        kinds: vec![EventKind::MessageNoted],
    };
    let mut tenant = owner.enter(env).await;
    // An endpoint hears of what stands above the horizon when it is made.
    crate::testing::end(&mut tenant).await;
    let made = endpoint::create(env, &mut tenant, &form, None)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    made
}

impl House {
    async fn enter(&self) -> Tenant {
        self.owner.enter(&self.env).await
    }

    async fn talk(&self, name: &str) -> ConversationId {
        testing::conversation(
            &self.env,
            &self.owner,
            self.channel,
            name,
            Duration::minutes(1),
        )
        .await
    }

    async fn note(&self, talk: ConversationId, text: &str) {
        let mut tenant = self.enter().await;
        let compose = Compose {
            id: self.env.id(),
            conversation: talk,
            text: text.to_owned(),
            note: true,
            reply_to: None,
            sends: None,
        };
        message::compose(&self.env, &mut tenant, &compose)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    }

    /// Does every job that is due, once.
    async fn work(&self) {
        for claim in job::claim(&self.env, 20, LEASE).await.unwrap() {
            job::attend(&self.env, claim).await.unwrap();
        }
    }

    /// Works until that many deliveries are in that state.
    async fn until(&self, state: DeliveryState, count: usize) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        loop {
            super::wake(&self.env, Some(&[self.owner.workspace]))
                .await
                .unwrap();
            self.work().await;
            let rows = self.rows().await;
            let there = rows.iter().filter(|row| row.state == state).count();
            if there >= count {
                assert_eq!(there, count, "{rows:?}");
                return;
            }
            assert!(
                std::time::Instant::now() < deadline,
                "{state:?} {count}: {rows:?}"
            );
            tokio::task::yield_now().await;
        }
    }

    /// Works until so much has arrived there, and what came of it is known.
    async fn until_seen(&self, hook: &Hook, count: usize) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        while hook.seen().len() < count {
            super::wake(&self.env, None).await.unwrap();
            self.work().await;
            assert!(std::time::Instant::now() < deadline, "{:?}", hook.seen());
            tokio::task::yield_now().await;
        }
    }

    /// Deliveries to the first endpoint, the oldest first.
    async fn rows(&self) -> Vec<DeliveryRow> {
        self.rows_of(self.made.id).await
    }

    async fn rows_of(&self, endpoint: EndpointId) -> Vec<DeliveryRow> {
        let mut tenant = self.enter().await;
        let mut rows = Vec::new();
        let mut after = None;
        loop {
            let page = list(&mut tenant, endpoint, None, after.as_deref())
                .await
                .unwrap();
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                rows.reverse();
                return rows;
            }
        }
    }

    async fn paused(&self) -> Option<PausedWhy> {
        let mut tenant = self.enter().await;
        let view = endpoint::show(&self.env, &mut tenant, self.made.id)
            .await
            .unwrap();
        view.paused.map(|(why, _)| why)
    }

    /// Every claim is lost: whoever had one is dead.
    async fn leases_end(&self) {
        testing::as_owner(
            &self.options,
            "job",
            "UPDATE job SET claimed_until = now() - interval '1 second' WHERE state = 'running'",
        )
        .await;
    }

    /// The subjects of letters to the owner.
    async fn letters(&self) -> Vec<String> {
        let mut tenant = self.enter().await;
        let email: String = sqlx::query_scalar(
            "SELECT a.email FROM member m JOIN account a ON a.id = m.account_id WHERE m.workspace_id = $1 AND m.id = $2",
        )
        .bind(self.owner.workspace.0)
        .bind(self.owner.member.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
        let letters = testing::letters(&self.env, &email).await;
        letters.into_iter().map(|letter| letter.subject).collect()
    }
}
