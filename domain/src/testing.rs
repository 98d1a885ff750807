//! What tests of this crate stand on: a real database as the serving role, a clock that can be moved.

pub mod hook;
pub mod meta;
pub mod passkey;
pub mod thread;
pub mod wire;

use crate::{
    Db, Env, Tenant,
    crypto::{Keys, NamedKey, Rings},
    env::{Chance, Clock, Real},
    event,
    graph::Meta,
    member,
    wake::Wake,
    workspace,
};
use postern_types::{AccountId, Event, FeedCursor, MemberId, Role, SessionId, WorkspaceId};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions};
use std::sync::{Arc, Mutex};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A clock that stands at the real time plus what it was moved by.
#[derive(Default)]
pub struct Moved(Mutex<Duration>);

impl Moved {
    /// Moves the clock on.
    pub fn by(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

impl Clock for Moved {
    fn now(&self) -> OffsetDateTime {
        Real.now() + *self.0.lock().unwrap()
    }
}

/// Random bytes for a test.
pub struct Dice;

impl Chance for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        Real.fill(bytes);
    }
}

/// An environment on the test's database as the serving role, with its clock.
pub fn env(options: PgConnectOptions) -> (Env, Arc<Moved>) {
    env_of_size(options, 10)
}

/// The same with a pool of that size.
pub fn env_of_size(options: PgConnectOptions, size: u32) -> (Env, Arc<Moved>) {
    let wake = Wake::default();
    let clock = Arc::new(Moved::default());
    let named = |id: &str, byte: u8| NamedKey {
        id: id.to_owned(),
        secret: Zeroizing::new(vec![byte; 32]),
    };
    let env = Env {
        db: Db::open(options.username("postern_app"), size, wake.clone()),
        clock: clock.clone(),
        chance: Arc::new(Dice),
        keys: Arc::new(Keys::new(
            Rings {
                master: vec![named("m1", 1)],
                token: vec![named("t1", 2)],
            },
            Zeroizing::new(vec![3; 32]),
        )),
        meta: Meta {
            graph: "http://127.0.0.1:9/v24.0".parse().unwrap(),
            app_secret: Some("app-secret".into()),
            verify_token: Some("verify-token".into()),
            http: reqwest::Client::builder().build().unwrap(),
        },
        files: crate::file::Store::memory(),
        post: post(),
        registration: crate::registration::Registration::Open,
        oidc: crate::oidc::Oidc::default(),
        outside: crate::outside::Outside::hasty(
            crate::outside::Reach::Private,
            std::time::Duration::from_secs(2),
        ),
        intake: crate::webhook::Intake::default(),
        wake,
    };
    (env, clock)
}

/// Letters stay in the database: none is sent unless a test does.
pub fn post() -> crate::mail::Post {
    crate::mail::Post {
        transport: Arc::new(crate::mail::Transport::Folder("/nonexistent".into())),
        from: "Postern <postern@example.test>".parse().unwrap(),
        origin: "https://inbox.example.test".into(),
        portal: "https://portal.example.test".into(),
    }
}

/// A letter that waits.
pub struct Letter {
    pub subject: String,
    pub text: String,
}

impl Letter {
    /// The code that it tells.
    pub fn code(&self) -> String {
        let mut words = self.text.split_whitespace();
        let code = words.find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
        code.unwrap_or_else(|| panic!("no code in {}", self.text))
            .to_owned()
    }

    /// The secret of its link to that page.
    pub fn secret(&self, page: &str) -> String {
        let (_, rest) = self
            .text
            .split_once(&format!("https://inbox.example.test/{page}#"))
            .unwrap_or_else(|| panic!("no link to {page} in {}", self.text));
        rest.split_whitespace().next().unwrap().to_owned()
    }
}

/// The letters to `to` that wait to be sent, the oldest first.
pub async fn letters(env: &Env, to: &str) -> Vec<Letter> {
    let mut global = env.db.global().await.unwrap();
    let rows: Vec<(Uuid, Vec<u8>)> =
        sqlx::query_as("SELECT id, sealed FROM mail WHERE dead_at IS NULL ORDER BY id")
            .fetch_all(global.conn())
            .await
            .unwrap();
    let mut letters = Vec::new();
    for (id, sealed) in rows {
        let plain =
            crate::vault::open_own(env, crate::mail::SEALED, &id.to_string(), &sealed).unwrap();
        let letter: serde_json::Value = serde_json::from_slice(&plain).unwrap();
        let field = |name: &str| letter[name].as_str().unwrap().to_owned();
        if field("to") == to {
            letters.push(Letter {
                subject: field("subject"),
                text: field("text"),
            });
        }
    }
    letters
}

/// A browser at a network of its own: the local counters of tries are the process's.
pub fn browser(env: &Env) -> crate::session::Browser {
    let address: [u8; 4] = env.bytes();
    crate::session::Browser {
        address: address.into(),
        agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned(),
        device: hex::encode(env.bytes::<16>()),
        returning: true,
    }
}

/// An address that nobody has.
pub fn address(env: &Env) -> String {
    format!("{}@example.test", hex::encode(env.bytes::<8>()))
}

/// Changes rows of a table as the owner, who stands above the policies for that moment: what the serving role may not do.
/// No transaction of the test may be open on that table.
pub async fn as_owner(options: &PgConnectOptions, table: &str, sql: &str) {
    let mut owner = PgConnection::connect_with(options).await.unwrap();
    let text = format!(
        "BEGIN; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; {sql};
         ALTER TABLE {table} FORCE ROW LEVEL SECURITY; COMMIT"
    );
    sqlx::raw_sql(AssertSqlSafe(text))
        .execute(&mut owner)
        .await
        .unwrap();
    owner.close().await.unwrap();
}

/// A workspace with one member.
pub struct Fixture {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Their place.
    pub member: MemberId,
    /// A live session of theirs.
    pub session: SessionId,
}

impl Fixture {
    /// Enters as the member.
    pub async fn enter(&self, env: &Env) -> Tenant {
        env.db
            .member(self.session, self.workspace, Role::Agent)
            .await
            .unwrap()
    }
}

/// Makes a workspace of that name with a member of that role.
pub async fn workspace(env: &Env, name: &str, role: Role) -> Fixture {
    let (account, session) = person(env, name).await;
    let mut tenant = workspace::create(env, name).await.unwrap();
    let member = member::add(env, &mut tenant, account, role).await.unwrap();
    let workspace = tenant.workspace();
    tenant.commit().await.unwrap();
    Fixture {
        workspace,
        member,
        session,
    }
}

/// Makes a person with a live session.
pub async fn person(env: &Env, name: &str) -> (AccountId, SessionId) {
    let (account, session): (AccountId, SessionId) = (env.id(), env.id());
    let mut global = env.db.global().await.unwrap();
    sqlx::query("INSERT INTO account (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, '', $4)")
        .bind(account.0)
        .bind(format!("{account}@example.test"))
        .bind(name)
        .bind(env.now())
        .execute(global.conn())
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO session (id, account_id, token_hash, rotated_at, device, label, created_at, expires_at, seen_at)
         VALUES ($1, $2, $3, $4, '', 'test', $4, $5, $4)",
    )
    .bind(session.0)
    .bind(account.0)
    .bind(&env.bytes::<32>()[..])
    .bind(env.now())
    .bind(env.now() + Duration::days(7))
    .execute(global.conn())
    .await
    .unwrap();
    global.commit().await.unwrap();
    (account, session)
}

/// Gives whoever holds a session a password.
pub async fn set_password(env: &Env, session: SessionId, password: &str) {
    let kept = crate::password::hash(env, password).await.unwrap();
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE account SET password_hash = $2 WHERE id = (SELECT account_id FROM session WHERE id = $1)")
        .bind(session.0)
        .bind(kept)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
}

/// What stands in the feed behind `cursor`, which moves on. The horizon is the whole cluster's, and other tests write
/// there too: it reads until nothing is hidden any more.
pub async fn feed(tenant: &mut Tenant, cursor: &mut FeedCursor) -> Vec<Event> {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let mut events = Vec::new();
    loop {
        let reading = event::read(tenant, cursor).await.unwrap();
        for entry in reading.entries {
            if !entry.anew {
                events.push(serde_json::from_str(&entry.body).unwrap());
            }
            *cursor = entry.cursor;
        }
        if !reading.more {
            return events;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "the horizon stands still"
        );
        tokio::task::yield_now().await;
    }
}

/// The end of the feed, behind all that was told until now: what was committed and stands above the horizon as well.
/// Not for a transaction that has written: it holds the horizon itself.
pub async fn end(tenant: &mut Tenant) -> FeedCursor {
    let mut cursor = event::end(tenant).await.unwrap();
    feed(tenant, &mut cursor).await;
    cursor
}

/// Connects a number without asking Meta.
pub async fn channel(
    env: &Env,
    fixture: &Fixture,
    phone_number_id: &str,
) -> postern_types::ChannelId {
    let mut tenant = fixture.enter(env).await;
    let id: postern_types::ChannelId = env.id();
    let place = crate::channel::secrets::TOKEN;
    let token = crate::vault::seal(env, &mut tenant, place, &id.to_string(), b"token")
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO channel (workspace_id, id, name, phone, phone_number_id, account_id, state, token_sealed,
                              connected_at)
         VALUES ($1, $2, 'Shop', '+1 555', $3, 'waba-1', 'connected', $4, $5)",
    )
    .bind(fixture.workspace.0)
    .bind(id.0)
    .bind(phone_number_id)
    .bind(token)
    .bind(env.now())
    .execute(tenant.conn())
    .await
    .unwrap();
    let claimed: bool = sqlx::query_scalar("SELECT claim_number($1, 'waba-1', $2, NULL)")
        .bind(phone_number_id)
        .bind(id.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert!(claimed, "the number is free");
    tenant.commit().await.unwrap();
    id
}

/// An open conversation with a contact of that name, who wrote `heard_ago` ago.
pub async fn conversation(
    env: &Env,
    fixture: &Fixture,
    channel: postern_types::ChannelId,
    name: &str,
    heard_ago: Duration,
) -> postern_types::ConversationId {
    let mut tenant = fixture.enter(env).await;
    let (contact, id): (Uuid, postern_types::ConversationId) = (env.id(), env.id());
    let phone = format!("+1555{}", &contact.as_simple().to_string()[24..]);
    sqlx::query("INSERT INTO contact (workspace_id, id, name, phone, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(fixture.workspace.0)
        .bind(contact)
        .bind(name)
        .bind(&phone)
        .bind(env.now())
        .execute(tenant.conn())
        .await
        .unwrap();
    for term in crate::contact::terms(Some(name), Some(&phone)) {
        sqlx::query(
            "INSERT INTO contact_term (workspace_id, term, contact_id) VALUES ($1, $2, $3)",
        )
        .bind(fixture.workspace.0)
        .bind(term)
        .bind(contact)
        .execute(tenant.conn())
        .await
        .unwrap();
    }
    sqlx::query(
        "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, opened_at, heard_at)
         VALUES ($1, $2, $3, $4, 'open', $5, $5, $5)",
    )
    .bind(fixture.workspace.0)
    .bind(id.0)
    .bind(contact)
    .bind(channel.0)
    .bind(env.now() - heard_ago)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    id
}

/// Polls `work` until it waits for a lock; false when it ends without.
pub async fn waits<F: Future + Unpin>(env: &Env, work: &mut F) -> bool {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        if futures::poll!(&mut *work).is_ready() {
            return false;
        }
        let mut global = env.db.global().await.unwrap();
        let waiting: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                             WHERE NOT l.granted AND a.datname = current_database())",
        )
        .fetch_one(global.conn())
        .await
        .unwrap();
        if waiting {
            return true;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "neither waits nor ends"
        );
    }
}
