//! From an event to bodies on their way: routing, batches, duplicates, omissions.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::chaos::Chaos;
use crate::escape;
use crate::meta::Meta;
use crate::sender::Parcel;
use crate::wire::{self, Change};

/// Where a body goes and whose secret signs it.
pub(crate) type Destination = (String, String);

/// Events that wait for company, and the last one that left, for each destination.
#[derive(Debug, Default)]
pub(crate) struct Trays {
    waiting: HashMap<Destination, Vec<Change>>,
    last: HashMap<Destination, Change>,
}

/// Which key the next event loses.
#[derive(Debug, Default)]
pub(crate) struct Turn(AtomicUsize);

impl Meta {
    /// Sends an event on its way, through whatever chaos is switched on.
    pub(crate) fn emit(self: &Arc<Self>, mut change: Change) {
        let (destination, chaos) = {
            let world = self.world();
            let to = world.destination(
                &change.waba_id,
                change.phone_number_id.as_deref(),
                &self.app_secret,
            );
            (to, world.chaos)
        };
        let Some(destination) = destination else {
            self.sender.tally.dropped.fetch_add(1, Ordering::SeqCst);
            return;
        };
        if chaos.omit_keys {
            omit(
                &mut change.value,
                self.turn.0.fetch_add(1, Ordering::Relaxed),
            );
        }
        if self.dice.odds(chaos.same_event_twice) {
            self.emit_twin(&destination, &change);
        }
        if let Some(window) = chaos.batch() {
            self.wait_for_company(destination, change, window, chaos);
        } else {
            self.trays()
                .last
                .insert(destination.clone(), change.clone());
            self.pack(&destination, &[change], chaos);
        }
    }

    /// Sends an event alone and waits until its callback has answered, or two seconds.
    pub(crate) async fn emit_and_wait(self: &Arc<Self>, change: Change) {
        let destination = {
            let world = self.world();
            world.destination(
                &change.waba_id,
                change.phone_number_id.as_deref(),
                &self.app_secret,
            )
        };
        if let Some(destination) = destination {
            let answered = self.pack(&destination, &[change], Chaos::calm());
            // Too late is as good as never: the status simply was not first.
            let _ = tokio::time::timeout(Duration::from_secs(2), answered).await;
        }
    }

    /// The same event once more, a little later, in a body that also holds another event if there was one.
    fn emit_twin(self: &Arc<Self>, destination: &Destination, change: &Change) {
        let pause = self
            .dice
            .between((Duration::from_millis(1), Duration::from_millis(60)));
        let (meta, destination, change) = (Arc::clone(self), destination.clone(), change.clone());
        let pending = self.sender.tally.pending();
        self.tasks.later(pause, async move {
            let other = meta
                .trays()
                .last
                .get(&destination)
                .filter(|last| **last != change)
                .cloned();
            let mut company: Vec<Change> = other.into_iter().collect();
            company.push(change);
            meta.dice.shuffle(&mut company);
            meta.pack(&destination, &company, Chaos::calm());
            drop(pending);
        });
    }

    fn wait_for_company(
        self: &Arc<Self>,
        destination: Destination,
        change: Change,
        window: Duration,
        chaos: Chaos,
    ) {
        let mut trays = self.trays();
        trays.last.insert(destination.clone(), change.clone());
        let tray = trays.waiting.entry(destination.clone()).or_default();
        tray.push(change);
        if tray.len() > 1 {
            return;
        }
        drop(trays);
        let meta = Arc::clone(self);
        let pending = self.sender.tally.pending();
        self.tasks.later(window, async move {
            let mut changes = meta
                .trays()
                .waiting
                .remove(&destination)
                .unwrap_or_default();
            if chaos.shuffle {
                meta.dice.shuffle(&mut changes);
            }
            let mut merged: Vec<Change> = Vec::new();
            for change in changes {
                let rest = match merged.last_mut() {
                    Some(last) if meta.dice.odds(0.5) => last.absorb(change),
                    _ => Some(change),
                };
                merged.extend(rest);
            }
            meta.pack(&destination, &merged, chaos);
            drop(pending);
        });
    }

    fn pack(
        self: &Arc<Self>,
        (url, secret): &Destination,
        changes: &[Change],
        chaos: Chaos,
    ) -> oneshot::Receiver<()> {
        let parcel = Parcel {
            url: url.clone(),
            secret: secret.clone(),
            bytes: Bytes::from(escape::bytes(&wire::envelope(changes), self.form)),
        };
        if self.dice.odds(chaos.same_bytes_twice) {
            self.sender.send(parcel.clone());
        }
        self.sender.send(parcel)
    }
}

/// Leaves out one of the keys that Meta may leave out, the `turn`th of them, if the event has it. An identity goes only where another
/// identity stays.
fn omit(value: &mut Value, turn: usize) {
    const PATHS: [&[&str]; 13] = [
        &["contacts"],
        &["contacts", "profile"],
        &["contacts", "profile", "name"],
        &["contacts", "wa_id"],
        &["messages", "from"],
        &["messages", "context", "id"],
        &["messages", "reaction", "emoji"],
        &["statuses", "recipient_id"],
        &["statuses", "pricing"],
        &["statuses", "conversation"],
        &["statuses", "errors", "error_data"],
        &["metadata", "display_phone_number"],
        &["statuses", "errors", "href"],
    ];
    let path = PATHS[turn % PATHS.len()];
    let (key, way) = path.split_last().expect("no path is empty");
    let mut here = vec![value];
    for step in way {
        here = here
            .into_iter()
            .filter_map(|value| value.get_mut(*step))
            .flat_map(|value| match value {
                Value::Array(list) => list.iter_mut().collect(),
                one => vec![one],
            })
            .collect();
    }
    let needed = match *key {
        "wa_id" => "user_id",
        "from" => "from_user_id",
        "recipient_id" => "recipient_user_id",
        _ => "",
    };
    for value in here {
        if let Value::Object(object) = value
            && (needed.is_empty() || object.contains_key(needed))
        {
            object.remove(*key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Channel, Content, Inbound, Person};

    #[test]
    fn each_turn_leaves_out_at_most_one_thing_and_an_identity_stays() {
        let channel = Channel {
            waba_id: "1".into(),
            phone_number_id: "2".into(),
            display_phone_number: "3".into(),
        };
        let from = Person::named("16505551234", "Ann");
        let whole = wire::message(&channel, &from, &Inbound::new(&from, Content::text("hi"))).value;
        let mut changed = 0;
        for turn in 0..12 {
            let mut value = whole.clone();
            omit(&mut value, turn);
            changed += usize::from(value != whole);
            let message = &value["messages"][0];
            assert!(message.get("from").is_some() || message.get("from_user_id").is_some());
            assert_eq!(message["text"]["body"], "hi");
        }
        assert_eq!(changed, 6);
    }
}
