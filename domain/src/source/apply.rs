//! What came is read, and noted of the contact that it is about.
//!
//! A payment is told of by several events, of which the first that finds a contact notes it: each name that the payment has is
//! kept as a keyed hash, one row a name, and whoever finds one of them there has nothing to do.

use super::{
    BODY, known, money,
    provider::{Payment, Provider, Read, Said, Who},
    receive,
};
use crate::{
    Env, Error, Result, Tenant, audit,
    contact::{self, Reached, note},
    event,
    job::{self, Claim, Job},
    teams, vault,
};
use postern_types::{ContactId, EventKind, Right, SourceEntryId, SourceId, SourceState};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

/// The job of one that came.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let id: SourceEntryId = job.payload()?;
    apply(env, &mut tenant, id).await?;
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await
}

/// A fault of ours kept it from being applied: it says so, and can be applied again.
pub(crate) async fn give_up(env: &Env, tenant: &mut Tenant, claim: Claim) -> Result<()> {
    // A payload that does not open is what may have stopped it.
    let Ok(job) = job::open(env, tenant, claim).await else {
        return Ok(());
    };
    let Ok(id) = job.payload::<SourceEntryId>() else {
        return Ok(());
    };
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE source_entry SET state = 'failed', done_at = $3
          WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Has one that found no contact, could not be read, meant nothing or failed be tried again, in a moment. [`Error::Conflict`] for
/// any other.
pub async fn apply_again(env: &Env, tenant: &mut Tenant, id: SourceEntryId) -> Result<()> {
    teams::allowed(tenant, Right::Develop).await?;
    let workspace = tenant.workspace();
    let state = sqlx::query_scalar!(
        r#"SELECT state AS "state: SourceState" FROM source_entry WHERE workspace_id = $1 AND id = $2 FOR UPDATE"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    match state {
        SourceState::NoContact
        | SourceState::Ignored
        | SourceState::Unreadable
        | SourceState::Failed => {}
        SourceState::Waiting => {
            return Err(Error::conflict("It is applied in a moment already."));
        }
        SourceState::Applied | SourceState::Repeated => {
            return Err(Error::conflict("It was applied already, and is not twice."));
        }
        SourceState::Refused => {
            return Err(Error::conflict(
                "It was refused, and nothing of it was kept that could be applied.",
            ));
        }
    }
    sqlx::query!(
        "UPDATE source_entry SET state = 'waiting', why = '', done_at = NULL WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    receive::promise(env, tenant, id).await?;
    audit::record(env, tenant, "source.applied_again", &json!({ "entry": id })).await
}

/// One that came, opened.
struct Came {
    id: SourceEntryId,
    source: SourceId,
    provider: &'static Provider,
    description: String,
    event: String,
    at: OffsetDateTime,
}

/// What becomes of it.
#[derive(Default)]
struct Outcome {
    kind: String,
    why: &'static str,
    contact: Option<ContactId>,
    /// Of a payment that found no contact.
    payments: Option<Vec<Vec<u8>>>,
}

async fn apply(env: &Env, tenant: &mut Tenant, id: SourceEntryId) -> Result<()> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT e.source_id AS "source: SourceId", e.event_id, e.at, e.sealed, s.provider, s.description
             FROM source_entry e JOIN source s ON s.workspace_id = $1 AND s.id = e.source_id
            WHERE e.workspace_id = $1 AND e.id = $2 AND e.state = 'waiting' FOR UPDATE OF e"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    // It was applied, and its job ran once more.
    let Some(row) = row else { return Ok(()) };
    let sealed = row.sealed.unwrap_or_default();
    let body = vault::open(env, tenant, BODY, &id.to_string(), &sealed).await?;
    let came = Came {
        id,
        source: row.source,
        provider: known(&row.provider)?,
        description: row.description,
        event: row.event_id.unwrap_or_default(),
        at: row.at,
    };
    let (state, outcome) = match (came.provider.read)(&body) {
        Read::Payment(payment) => paid(env, tenant, &came, payment).await?,
        Read::Said(said) => told(env, tenant, &came, said).await?,
        Read::Ignored { kind, why } => (
            SourceState::Ignored,
            Outcome {
                kind,
                why,
                ..Outcome::default()
            },
        ),
        Read::Unreadable { kind, why } => (
            SourceState::Unreadable,
            Outcome {
                kind,
                why,
                ..Outcome::default()
            },
        ),
    };
    sqlx::query!(
        "UPDATE source_entry SET kind = $3, state = $4, why = $5, contact_id = $6, payments = $7, done_at = $8
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        outcome.kind,
        state.as_str(),
        outcome.why,
        outcome.contact.map(|contact| contact.0),
        outcome.payments.as_deref(),
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

async fn paid(
    env: &Env,
    tenant: &mut Tenant,
    came: &Came,
    payment: Payment,
) -> Result<(SourceState, Outcome)> {
    let hashes = hashes(env, came, &payment);
    let found = reach(tenant, &payment.who).await?;
    let kind = payment.kind.clone();
    let contact = match found {
        Ok(contact) => contact,
        Err(why) => {
            let known = is_noted(tenant, &hashes).await?;
            let outcome = Outcome {
                kind,
                why: if known { "" } else { why },
                payments: (!known).then_some(hashes),
                contact: None,
            };
            let state = if known {
                SourceState::Repeated
            } else {
                SourceState::NoContact
            };
            return Ok((state, outcome));
        }
    };
    if !claim(tenant, &hashes).await? {
        let outcome = Outcome {
            kind,
            ..Outcome::default()
        };
        return Ok((SourceState::Repeated, outcome));
    }
    let amount = money::written(payment.amount, &payment.currency);
    let name = payment.names.first().cloned().unwrap_or_default();
    let paid = if payment.test {
        "Trial payment, nothing was paid"
    } else {
        "Payment received"
    };
    let lines = [
        Some(format!("{paid}: {amount} ({})", came.provider.name)),
        payment.what.clone(),
        Some(name.clone()),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    note::by_service(env, tenant, contact, &lines.join("\n"), came.at).await?;
    let data = [
        ("payment_id", json!(name)),
        ("amount", json!(payment.amount)),
        ("currency", json!(payment.currency)),
        ("decimals", json!(money::decimals(&payment.currency))),
        ("written", json!(amount)),
        ("what", json!(payment.what)),
        ("test", json!(payment.test)),
    ];
    let kind_of = EventKind::PaymentReceived;
    tell(env, tenant, came, (kind_of, &kind, contact), data).await?;
    Ok(noted(kind, contact))
}

async fn told(
    env: &Env,
    tenant: &mut Tenant,
    came: &Came,
    said: Said,
) -> Result<(SourceState, Outcome)> {
    let contact = match reach(tenant, &said.who).await? {
        Ok(contact) => contact,
        Err(why) => {
            let outcome = Outcome {
                kind: said.kind,
                why,
                ..Outcome::default()
            };
            return Ok((SourceState::NoContact, outcome));
        }
    };
    let from = match came.description.as_str() {
        "" => came.provider.name,
        description => description,
    };
    let note = format!("{from}: {}\n{}", said.kind, said.text);
    note::by_service(env, tenant, contact, &note, came.at).await?;
    let data = [("text", json!(said.text))];
    let kind_of = EventKind::SourceReceived;
    tell(env, tenant, came, (kind_of, &said.kind, contact), data).await?;
    Ok(noted(said.kind, contact))
}

fn noted(kind: String, contact: ContactId) -> (SourceState, Outcome) {
    let outcome = Outcome {
        kind,
        contact: Some(contact),
        ..Outcome::default()
    };
    (SourceState::Applied, outcome)
}

/// The one contact, or why there is none.
async fn reach(
    tenant: &mut Tenant,
    who: &Who,
) -> Result<std::result::Result<ContactId, &'static str>> {
    let found = contact::reached(tenant, who.phone.as_deref(), who.email.as_deref()).await?;
    Ok(match found {
        Reached::One(contact) => Ok(contact),
        Reached::Several => Err("several have this address"),
        Reached::Nobody if *who == Who::default() => Err("it names nobody"),
        Reached::Nobody => Err("nobody has this number or address"),
    })
}

/// A payment's names, in one order: two transactions that claim the same ones wait for each other and do not block one another.
fn hashes(env: &Env, came: &Came, payment: &Payment) -> Vec<Vec<u8>> {
    let hash = |name: &String| {
        let parts = [came.provider.word.as_bytes(), name.as_bytes()];
        env.keys.digest("payment", &parts).to_vec()
    };
    let mut hashes: Vec<_> = payment.names.iter().map(hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

async fn is_noted(tenant: &mut Tenant, hashes: &[Vec<u8>]) -> Result<bool> {
    let workspace = tenant.workspace();
    let noted = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM source_payment WHERE workspace_id = $1 AND hash = ANY ($2)) AS "noted!""#,
        workspace.0,
        hashes,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(noted)
}

/// Takes a payment to be noted, under each of its names; false when it was under one of them, which then stands for the others as
/// well. Events that told of it before and found nobody are over with it.
async fn claim(tenant: &mut Tenant, hashes: &[Vec<u8>]) -> Result<bool> {
    let workspace = tenant.workspace();
    let taken = sqlx::query!(
        "INSERT INTO source_payment (workspace_id, hash)
         SELECT $1, n.hash FROM unnest($2::bytea[]) WITH ORDINALITY AS n (hash, place) ORDER BY n.place
         ON CONFLICT (workspace_id, hash) DO NOTHING",
        workspace.0,
        hashes,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE source_entry SET state = 'repeated', why = '', payments = NULL
          WHERE workspace_id = $1 AND state = 'no_contact' AND payments && $2",
        workspace.0,
        hashes,
    )
    .execute(tenant.conn())
    .await?;
    Ok(usize::try_from(taken.rows_affected()) == Ok(hashes.len()))
}

/// Tells callers of it.
async fn tell<const N: usize>(
    env: &Env,
    tenant: &mut Tenant,
    came: &Came,
    (kind, word, contact): (EventKind, &str, ContactId),
    more: [(&str, Value); N],
) -> Result<()> {
    let mut data = Map::new();
    for (name, value) in [
        ("contact_id", json!(contact)),
        ("source_id", json!(came.source)),
        ("entry_id", json!(came.id)),
        ("provider", json!(came.provider.word)),
        ("provider_event_id", json!(came.event)),
        ("provider_type", json!(word)),
    ]
    .into_iter()
    .chain(more)
    {
        data.insert(name.to_owned(), value);
    }
    let object = format!("contact:{contact}");
    event::for_callers(env, tenant, kind, object, Value::Object(data)).await
}
