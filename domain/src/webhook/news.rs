//! What a part tells: read, put in the order in which it is applied, and applied element by element.

use super::field;
use super::part::Outcome;
use crate::{
    Env, Error, Result, Tenant, contact,
    inbound::{self, Number},
    payload::{
        self, Call, Contacts, Elements, FieldNews, Inbound, Moved, Preference, Side, StatusNews,
    },
    status, trace,
};
use postern_types::PartId;
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

/// Something to apply, and the number that it is about; none for what concerns a whole account.
pub(super) struct News {
    number: Option<Arc<Number>>,
    told: Told,
}

enum Told {
    Message(Box<Inbound>),
    Call(Call),
    Preference(Preference),
    Moved(Moved),
    Status(StatusNews),
    Field(Box<FieldNews>),
}

/// More elements than Meta puts into a body, ten times over. What is beyond them is kept and not applied.
const MOST_ELEMENTS: usize = 10_000;

/// Reads a part.
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
    let changes: Vec<Elements<'_>> = peeled
        .changes
        .iter()
        .map(|change| payload::elements(change.raw))
        .collect();
    let numbers = numbers(tenant, &changes).await?;
    for (change, elements) in peeled.changes.iter().zip(&changes) {
        if elements.broken {
            reading.at_best(Outcome::Kept);
        }
        let number = elements.number.as_ref().and_then(|id| numbers.get(id));
        if number.is_none() && (elements.number.is_some() || !elements.is_empty()) {
            // A number that has left since, or people's things without one: it waits.
            reading.at_best(Outcome::Kept);
            continue;
        }
        let mut kept = elements.is_kept();
        if let Some(number) = number {
            kept |= reading.add(number, elements, received);
        }
        if kept {
            let entry = &peeled.entries[change.entry];
            let time = entry.beside.iter().find(|(key, _)| key == "time");
            let time = time.and_then(|(_, raw)| value(raw));
            let news = FieldNews::read(
                elements,
                entry.account.clone(),
                change.inner_account.clone(),
                time.as_ref(),
                received,
            );
            reading.push(number, Some(Told::Field(Box::new(news))));
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

    /// Everything that can be read of a change; true when something in it is a group's, which is nobody's conversation.
    fn add(
        &mut self,
        number: &Arc<Number>,
        elements: &Elements<'_>,
        received: OffsetDateTime,
    ) -> bool {
        let contacts = contacts(elements);
        let mut of_groups = false;
        for raw in &elements.messages {
            let message = value(raw).unwrap_or_default();
            if payload::of_group(&message) {
                of_groups = true;
            } else {
                let message = Inbound::read(&message, Side::Contact, &contacts, received);
                self.push(Some(number), message.map(Box::new).map(Told::Message));
            }
        }
        let read = |raw: &&RawValue| value(raw).unwrap_or_default();
        for echo in elements.echoes.iter().map(read) {
            if payload::of_group(&echo) {
                of_groups = true;
            } else {
                let message = Inbound::read(&echo, Side::Phone, &contacts, received);
                self.push(Some(number), message.map(Box::new).map(Told::Message));
            }
        }
        for call in elements.calls.iter().map(read) {
            let call = Call::read(&call, &contacts, received);
            self.push(Some(number), call.map(Told::Call));
        }
        for element in elements.preferences.iter().map(read) {
            // What is about something else than marketing is kept with the events alone.
            if let Some(preference) = Preference::read(&element, &contacts, received) {
                self.push(Some(number), Some(Told::Preference(preference)));
            }
        }
        for element in elements.moved.iter().map(read) {
            let moved = Moved::read(&element, received);
            self.push(Some(number), moved.map(Told::Moved));
        }
        for status in elements.statuses.iter().map(read) {
            let status = StatusNews::read(&status, received);
            let status = status.map(|status| status.beside(&contacts));
            self.push(Some(number), status.map(Told::Status));
        }
        of_groups
    }

    fn push(&mut self, number: Option<&Arc<Number>>, told: Option<Told>) {
        match told {
            Some(told) if self.news.len() < MOST_ELEMENTS => self.news.push(News {
                number: number.cloned(),
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

/// Who moved first: they are known by the new number and id before anything that came from there is applied. Then what
/// people wrote, for all numbers share them; then what became of messages that went out; then everything else, as it came.
fn order(one: &News, other: &News) -> Ordering {
    one.rank()
        .cmp(&other.rank())
        .then_with(|| match (&one.told, &other.told) {
            (Told::Message(a), Told::Message(b)) => (
                &a.from.phone,
                &a.from.bsuid,
                one.number_id(),
                a.at,
            )
                .cmp(&(&b.from.phone, &b.from.bsuid, other.number_id(), b.at)),
            (Told::Status(a), Told::Status(b)) => {
                (&a.wamid, one.number_id()).cmp(&(&b.wamid, other.number_id()))
            }
            _ => Ordering::Equal,
        })
}

impl News {
    fn rank(&self) -> u8 {
        match &self.told {
            Told::Moved(_) => 0,
            Told::Message(message) if message.moved_to.is_some() => 0,
            Told::Message(_) => 1,
            Told::Call(_) => 2,
            Told::Preference(_) => 3,
            Told::Status(_) => 4,
            Told::Field(_) => 5,
        }
    }

    fn number_id(&self) -> Option<&str> {
        self.number.as_ref().map(|number| number.id.as_str())
    }
}

/// Applies one element by itself. False when the database would not have it: then nothing of it remains, and its part
/// is kept for another day.
pub(super) async fn apply(
    env: &Env,
    tenant: &mut Tenant,
    news: &News,
    late: Option<PartId>,
) -> Result<bool> {
    tenant.mark().await?;
    match once(env, tenant, news, late).await {
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

/// `late`: the part that it stands in, when that came some time before.
async fn once(env: &Env, tenant: &mut Tenant, news: &News, late: Option<PartId>) -> Result<()> {
    let Some(number) = news.number.as_deref() else {
        // Only what concerns a whole account has none.
        return match &news.told {
            Told::Field(told) => field::apply(env, tenant, None, told).await,
            _ => Err(Error::internal("people's things without a number")),
        };
    };
    match &news.told {
        Told::Message(message) => {
            let added = inbound::apply(env, tenant, number, message).await?;
            match late {
                Some(part) if added => {
                    trace::came_in(tenant, number.channel, &message.wamid, part).await
                }
                _ => Ok(()),
            }
        }
        Told::Call(call) => inbound::call(env, tenant, number, call).await,
        Told::Preference(preference) => contact::prefer(tenant, &number.people, preference).await,
        Told::Moved(moved) => contact::moved(
            env,
            tenant,
            &number.people,
            &moved.from,
            &moved.to,
            moved.at,
        )
        .await
        .map(drop),
        Told::Status(status) => status::apply(env, tenant, number, status).await,
        Told::Field(told) => field::apply(env, tenant, Some(number), told).await,
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
