//! Asking Meta for all templates of an account: a job that comes back every few hours, and at once when it is wanted.

mod item;

use super::{account, announce};
use crate::{
    Env, Result, Tenant, channel,
    graph::{self, Listing, Place, Refusal},
    job::{self, Job},
};
use item::Item;
pub(super) use item::{known, sought, text};
use postern_types::ChannelId;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// How often Meta is asked when nobody wants it sooner.
const EVERY: Duration = Duration::hours(4);
/// After this nobody comes back by themselves: the job was given up, or never made.
pub(super) const STALE: Duration = Duration::hours(5);
/// How long to wait when Meta could not be reached.
const AWAY: Duration = Duration::minutes(5);
/// How long to wait when Meta wants fewer requests.
const TOO_MANY: Duration = Duration::minutes(30);
/// Pages of an account: 6000 templates are the most that Meta allows, at 100 a page.
const PAGES: usize = 100;
/// A cursor that Meta does not take any more: the listing begins anew, so often at most.
const BAD_CURSOR: i64 = 131_059;
const RESTARTS: usize = 2;

/// What the job is about.
#[derive(Serialize, Deserialize)]
struct Task {
    account: String,
}

/// Has Meta asked soon for the templates of an account.
pub(crate) async fn schedule(env: &Env, tenant: &mut Tenant, account: &str) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        // Whoever lists just now may have passed what this is about: they see it, and list again.
        "INSERT INTO template_sync AS s (workspace_id, account_id, asked_at) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id, account_id) DO UPDATE SET asked_at = greatest(s.asked_at, excluded.asked_at)",
        workspace.0,
        account,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    let task = Task {
        account: account.to_owned(),
    };
    let lane = format!("templates:{account}");
    job::add(
        env,
        tenant,
        job::id_of(job::Kind::Templates, account),
        job::Kind::Templates,
        &lane,
        &task,
    )
    .await
}

/// Meta refused a template that was taken for good: what is known here is not what Meta knows.
pub(crate) async fn refused(env: &Env, tenant: &mut Tenant, channel: ChannelId) -> Result<()> {
    let account = account(tenant, channel).await?;
    schedule(env, tenant, &account).await
}

/// Why a listing did not come to its end, and when to try again.
type Fault = (String, Duration);

/// Does the job. Meta is asked outside of any transaction; each page is committed by itself.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let Task { account } = job.payload()?;
    let Some(token) = token(env, &mut tenant, &account).await? else {
        // Whoever connects a number of it again asks again.
        job::done(&mut tenant, job.claim).await?;
        return tenant.commit().await;
    };
    tenant.commit().await?;
    let begun = env.now();
    let end = walk(env, job, &account, &token, begun).await?;
    let mut tenant = job.claim.enter(env).await?;
    let (fault, pause) = match end {
        Ok(()) => {
            if forget(env, &mut tenant, &account, begun).await? {
                announce(env, &mut tenant, &account).await?;
            }
            (None, EVERY)
        }
        Err((fault, pause)) => (Some(fault), pause),
    };
    if note(env, &mut tenant, &account, begun, fault).await? {
        job::anew(&mut tenant, job.claim, env.now()).await?;
    } else {
        // Not all accounts at the same minute.
        let [spread] = env.bytes();
        let at = env.now() + pause + Duration::seconds(i64::from(spread) * 4);
        job::wait_until(&mut tenant, job.claim, at).await?;
    }
    tenant.commit().await
}

/// Reads and keeps page after page.
async fn walk(
    env: &Env,
    job: &Job,
    account: &str,
    token: &SecretString,
    begun: OffsetDateTime,
) -> Result<Result<(), Fault>> {
    let (mut place, mut restarts) = (Place::default(), 0);
    for _ in 0..PAGES {
        let asked_at = env.now();
        match graph::list_templates(&env.meta, token, account, place).await {
            Listing::Page(templates, next) => {
                let mut tenant = job.claim.enter(env).await?;
                if keep(env, &mut tenant, account, &templates, (begun, asked_at)).await? {
                    announce(env, &mut tenant, account).await?;
                }
                job::extend(&mut tenant, job.claim, job::LEASE).await?;
                tenant.commit().await?;
                match next {
                    Some(next) => place = next,
                    None => return Ok(Ok(())),
                }
            }
            Listing::Refused(refusal) if refusal.code == BAD_CURSOR && restarts < RESTARTS => {
                restarts += 1;
                place = Place::default();
            }
            Listing::Refused(refusal) => return Ok(Err(words(&refusal))),
            Listing::Away => {
                let words =
                    "Meta could not be asked for the templates. Postern tries again by itself.";
                return Ok(Err((words.to_owned(), AWAY)));
            }
        }
    }
    let words = "Meta lists more templates than Postern reads. The first ones are here.";
    Ok(Err((words.to_owned(), EVERY)))
}

fn words(refusal: &Refusal) -> Fault {
    let (words, pause) = match refusal.code {
        0 | 102 | 104 | 190 => (
            "Meta no longer accepts the access token. An admin has to connect the number again.",
            EVERY,
        ),
        3 | 10 | 200..=299 | 131_005 => (
            "The access token may not read templates. It needs whatsapp_business_management; an admin can connect the \
             number again with such a token.",
            EVERY,
        ),
        33 | 100 | 2500 => (
            "The access token does not open this WhatsApp Business Account. An admin has to check it at Meta.",
            EVERY,
        ),
        4 | 17 | 613 | 80_007..=80_008 => (
            "Meta asks for fewer requests just now. Postern tries again by itself.",
            TOO_MANY,
        ),
        1 | 2 | BAD_CURSOR => (
            "Meta had a fault of its own. Postern tries again by itself.",
            AWAY,
        ),
        code => {
            let words = format!("Meta refuses to list the templates, with its error {code}.");
            return (words, EVERY);
        }
    };
    (words.to_owned(), pause)
}

/// The token of the account's number that was connected last.
async fn token(env: &Env, tenant: &mut Tenant, account: &str) -> Result<Option<SecretString>> {
    let workspace = tenant.workspace();
    let channel = sqlx::query_scalar!(
        r#"SELECT id AS "id: ChannelId" FROM channel
            WHERE workspace_id = $1 AND account_id = $2 AND state = 'connected'
            ORDER BY connected_at DESC LIMIT 1"#,
        workspace.0,
        account,
    )
    .fetch_optional(tenant.conn())
    .await?;
    match channel {
        Some(channel) => channel::secrets::token(env, tenant, channel).await,
        None => Ok(None),
    }
}

/// Keeps a page of the listing that began at `listed`, as it was at Meta at `asked`. Whether anything is new in it.
async fn keep(
    env: &Env,
    tenant: &mut Tenant,
    account: &str,
    templates: &[Value],
    (listed, asked): (OffsetDateTime, OffsetDateTime),
) -> Result<bool> {
    let workspace = tenant.workspace();
    let items = Item::read_all(templates);
    let ids: Vec<uuid::Uuid> = items.iter().map(|_| env.id()).collect();
    let texts = |of: fn(&Item) -> &str| -> Vec<String> {
        items.iter().map(|item| of(item).to_owned()).collect()
    };
    let maybe = |of: fn(&Item) -> &Option<String>| -> Vec<Option<String>> {
        items.iter().map(|item| of(item).clone()).collect()
    };
    let (names, languages) = (texts(|item| &item.name), texts(|item| &item.language));
    let by_name: Vec<bool> = items.iter().map(|item| item.named).collect();
    let components: Vec<Value> = items.iter().map(|item| item.components.clone()).collect();
    let changed = sqlx::query!(
        "INSERT INTO template AS t (workspace_id, id, account_id, meta_id, name, language, category, status, quality,
                                    reason, named, components, sought, told_at, listed_at, updated_at)
         SELECT $1, u.id, $2, u.meta_id, u.name, u.language, u.category, u.status, u.quality, u.reason, u.named,
                u.components, u.sought, $3, $4, $5
           FROM unnest($6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
                       $13::text[], $14::boolean[], $15::jsonb[], $16::text[])
                AS u(id, meta_id, name, language, category, status, quality, reason, named, components, sought)
         ON CONFLICT (workspace_id, account_id, name, language) DO UPDATE
            SET meta_id = excluded.meta_id, category = excluded.category, status = excluded.status,
                quality = excluded.quality, reason = excluded.reason, named = excluded.named,
                components = excluded.components, sought = excluded.sought, told_at = excluded.told_at,
                updated_at = excluded.updated_at, gone_at = NULL
          -- What Meta told of since it was asked is newer.
          WHERE t.told_at <= excluded.told_at
            AND (t.gone_at IS NOT NULL
                 OR (t.meta_id, t.category, t.status, t.quality, t.reason, t.named, t.components)
                    IS DISTINCT FROM (excluded.meta_id, excluded.category, excluded.status, excluded.quality,
                                      excluded.reason, excluded.named, excluded.components))",
        workspace.0,
        account,
        asked,
        listed,
        env.now(),
        &ids,
        &maybe(|item| &item.meta_id) as &[Option<String>],
        &names,
        &languages,
        &texts(|item| &item.category),
        &texts(|item| &item.status),
        &maybe(|item| &item.quality) as &[Option<String>],
        &maybe(|item| &item.reason) as &[Option<String>],
        &by_name,
        &components,
        &texts(|item| &item.sought),
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE template t SET listed_at = $3
           FROM unnest($4::text[], $5::text[]) AS u(name, language)
          WHERE t.workspace_id = $1 AND t.account_id = $2 AND t.name = u.name AND t.language = u.language",
        workspace.0,
        account,
        listed,
        &names,
        &languages,
    )
    .execute(tenant.conn())
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Marks what Meta did not list any more as gone. Whether there was any.
async fn forget(
    env: &Env,
    tenant: &mut Tenant,
    account: &str,
    begun: OffsetDateTime,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let gone = sqlx::query!(
        "UPDATE template SET gone_at = $4, updated_at = $4
          WHERE workspace_id = $1 AND account_id = $2 AND gone_at IS NULL AND listed_at < $3 AND told_at < $3",
        workspace.0,
        account,
        begun,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(gone.rows_affected() > 0)
}

/// Notes what came of the listing. True when it was wanted again while it ran.
async fn note(
    env: &Env,
    tenant: &mut Tenant,
    account: &str,
    begun: OffsetDateTime,
    fault: Option<String>,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let synced = fault.is_none().then_some(begun);
    let asked_at = sqlx::query_scalar!(
        "INSERT INTO template_sync AS s (workspace_id, account_id, asked_at, tried_at, synced_at, fault)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id, account_id) DO UPDATE
            SET tried_at = excluded.tried_at, synced_at = coalesce(excluded.synced_at, s.synced_at),
                fault = excluded.fault
         RETURNING asked_at",
        workspace.0,
        account,
        begun,
        env.now(),
        synced,
        fault,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(asked_at > begun)
}
