//! What a part tells: read, put in the order in which it is applied, and applied element by element.

use super::part::Outcome;
use crate::{
    Env, Error, Result, Tenant,
    inbound::{self, Number},
    payload::{self, Contacts, Elements, Inbound, StatusNews},
    status,
};
use serde_json::{Value, value::RawValue};
use std::{cmp::Ordering, collections::HashMap, sync::Arc};
use time::OffsetDateTime;

/// A part, read.
pub(super) struct Reading {
    /// What is to be applied, in the same order in every body: two bodies at once with the same people in them then wait
    /// for each other, and do not block one another. A thread's messages keep Meta's order.
    pub news: Vec<News>,
    /// How much of the part this is, if all of it can be applied.
    pub outcome: Outcome,
}

/// Something to apply, and the number that it is about.
pub(super) struct News {
    number: Arc<Number>,
    told: Told,
}

enum Told {
    Message(Inbound),
    Status(StatusNews),
}

/// More elements than Meta puts into a body, ten times over. What is beyond them is kept and not applied.
const MOST_ELEMENTS: usize = 10_000;

/// Reads a part. Fields that are known and not shown yet are understood: their place is the sealed part.
pub(super) async fn read(
    tenant: &mut Tenant,
    body: &[u8],
    received: OffsetDateTime,
) -> Result<Reading> {
    let mut reading = Reading {
        news: Vec::new(),
        outcome: Outcome::Applied,
    };
    let text = payload::readable(body);
    let Some(peeled) = payload::peel(&text) else {
        reading.at_best(Outcome::Kept);
        return Ok(reading);
    };
    if !peeled.odd.is_empty() {
        reading.at_best(Outcome::Kept);
    }
    let mut changes: Vec<Elements<'_>> = Vec::new();
    for change in &peeled.changes {
        let elements = payload::elements(change.raw).unwrap_or_default();
        if elements.broken {
            reading.at_best(Outcome::Kept);
        }
        if elements.messages.is_empty() && elements.statuses.is_empty() {
            reading.at_best(Outcome::Unshown);
        } else {
            changes.push(elements);
        }
    }
    let numbers = numbers(tenant, &changes).await?;
    for elements in &changes {
        match elements.number.as_ref().and_then(|id| numbers.get(id)) {
            Some(number) => reading.add(number, elements, received),
            // Without a number, or with one that has left since: it waits.
            None => reading.at_best(Outcome::Kept),
        }
    }
    reading.news.sort_by(order);
    Ok(reading)
}

async fn numbers(
    tenant: &mut Tenant,
    changes: &[Elements<'_>],
) -> Result<HashMap<String, Arc<Number>>> {
    let mut named: Vec<String> = changes
        .iter()
        .filter_map(|elements| elements.number.clone())
        .collect();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let found = inbound::numbers(tenant, &named).await?.into_iter();
    Ok(found
        .map(|number| (number.id.clone(), Arc::new(number)))
        .collect())
}

impl Reading {
    /// The outcome is no better than this.
    fn at_best(&mut self, outcome: Outcome) {
        self.outcome = self.outcome.max(outcome);
    }

    /// Everything that can be read of a change.
    fn add(&mut self, number: &Arc<Number>, elements: &Elements<'_>, received: OffsetDateTime) {
        let contacts = contacts(elements);
        for raw in &elements.messages {
            let message = value(raw).unwrap_or_default();
            if payload::of_group(&message) {
                // A group is nobody's conversation.
                self.at_best(Outcome::Unshown);
            } else {
                let message = Inbound::read(&message, &contacts, received);
                self.push(number, message.map(Told::Message));
            }
        }
        for raw in &elements.statuses {
            let status = value(raw).and_then(|status| StatusNews::read(&status, received));
            self.push(number, status.map(Told::Status));
        }
    }

    fn push(&mut self, number: &Arc<Number>, told: Option<Told>) {
        match told {
            Some(told) if self.news.len() < MOST_ELEMENTS => self.news.push(News {
                number: number.clone(),
                told,
            }),
            _ => self.at_best(Outcome::Kept),
        }
    }
}

/// The people that a change tells of.
pub(super) fn contacts(elements: &Elements<'_>) -> Contacts {
    let contacts: Vec<Value> = elements
        .contacts
        .iter()
        .take(MOST_ELEMENTS)
        .filter_map(|raw| value(raw))
        .collect();
    Contacts::read(&contacts)
}

pub(super) fn value(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get()).ok()
}

/// People first, for all numbers share them; then what became of messages that went out.
fn order(one: &News, other: &News) -> Ordering {
    match (&one.told, &other.told) {
        // Who moved is known by the new number and id before anything that came from there is applied.
        (Told::Message(a), Told::Message(b)) => (
            a.moved_to.is_none(),
            &a.from.phone,
            &a.from.bsuid,
            &one.number.id,
            a.at,
        )
            .cmp(&(
                b.moved_to.is_none(),
                &b.from.phone,
                &b.from.bsuid,
                &other.number.id,
                b.at,
            )),
        (Told::Status(a), Told::Status(b)) => {
            (&a.wamid, &one.number.id).cmp(&(&b.wamid, &other.number.id))
        }
        (Told::Message(_), Told::Status(_)) => Ordering::Less,
        (Told::Status(_), Told::Message(_)) => Ordering::Greater,
    }
}

/// Applies one element by itself. False when the database would not have it: then nothing of it remains, and its part
/// is kept for another day.
pub(super) async fn apply(env: &Env, tenant: &mut Tenant, news: &News) -> Result<bool> {
    tenant.mark().await?;
    let applied = match &news.told {
        Told::Message(message) => inbound::apply(env, tenant, &news.number, message)
            .await
            .map(drop),
        Told::Status(status) => status::apply(env, tenant, &news.number, status).await,
    };
    match applied {
        Ok(()) => {
            tenant.keep().await?;
            Ok(true)
        }
        Err(error) if error.is_passing() => Err(error),
        Err(error) => {
            tenant.undo().await?;
            tracing::warn!(workspace.id = %tenant.workspace(), fault = kind(&error), "an element of a webhook was kept");
            Ok(false)
        }
    }
}

/// A word for the log that tells nothing of what the element said.
fn kind(error: &Error) -> String {
    match error {
        Error::Internal(cause) => cause
            .downcast_ref::<sqlx::Error>()
            .and_then(sqlx::Error::as_database_error)
            .and_then(|refusal| Some(refusal.code()?.into_owned()))
            .unwrap_or_else(|| "internal".to_owned()),
        Error::NotFound => "not found".to_owned(),
        _ => "refused".to_owned(),
    }
}
