//! What follows an accepted send: sent, delivered, read, or failed.

use std::sync::Arc;
use std::time::Duration;

use crate::clock;
use crate::ledger::Sent;
use crate::meta::Meta;
use crate::wire::{self, Person, Stage, Status};
use crate::world::World;

impl Meta {
    /// Sends the statuses of a message on their way. With `status_first` it ends only after `sent` was delivered.
    pub(crate) async fn follow(self: &Arc<Self>, sent: &Sent, failure: Option<i64>) {
        let (chaos, pace, channel, audience) = {
            let world = self.world();
            let channel = world.channel(&sent.phone_number_id);
            (world.chaos, world.pace, channel, world.audience(sent))
        };
        let Some(channel) = channel else { return };
        let failure = failure.or_else(|| self.dice.odds(chaos.fail).then_some(chaos.fail_code));

        let mut steps = vec![(Stage::Sent, self.dice.between(pace.sent))];
        if let Some(code) = failure {
            steps.push((Stage::Failed(code), self.dice.between(pace.delivered)));
        } else if sent.kind != "reaction" {
            let delivered = self.dice.between(pace.delivered);
            let read = pace.read.map(|span| self.dice.between(span));
            if read.is_none() || !self.dice.odds(chaos.skip_delivered) {
                steps.push((Stage::Delivered, delivered));
            }
            steps.extend(read.map(|pause| (Stage::Read, pause)));
        }

        let group = group_of(sent);
        let mut at = Duration::ZERO;
        let mut events = Vec::new();
        for (stage, pause) in steps {
            at += pause;
            let mut status = Status::new(&sent.wamid, stage);
            status.timestamp = if chaos.equal_timestamps {
                sent.at_ms / 1000
            } else {
                (sent.at_ms + u64::try_from(at.as_millis()).unwrap_or_default()) / 1000
            };
            status.callback_data.clone_from(&sent.callback_data);
            status.conversation = chaos.conversation;
            let told = audience.iter().map(|person| match &group {
                Some(group) => wire::group_status(&channel, group, person, &status),
                None => wire::status(&channel, person, &status),
            });
            events.extend(told.map(|change| (at, change)));
        }
        if chaos.shuffle {
            let mut times: Vec<Duration> = events.iter().map(|event| event.0).collect();
            self.dice.shuffle(&mut times);
            for (event, time) in events.iter_mut().zip(times) {
                event.0 = time;
            }
        }
        if chaos.status_first && !events.is_empty() {
            let (_, first) = events.remove(0);
            self.emit_and_wait(first).await;
        }
        for (pause, change) in events {
            let meta = Arc::clone(self);
            let pending = self.sender.tally.pending();
            self.tasks.later(pause, async move {
                meta.emit(change);
                drop(pending);
            });
        }
    }

    /// One more status for a message that was sent before.
    pub(crate) fn status_of(self: &Arc<Self>, wamid: &str, stage: Stage) -> bool {
        let changes = {
            let world = self.world();
            let Some(sent) = world.ledger.sent.iter().find(|sent| sent.wamid == wamid) else {
                return false;
            };
            let Some(channel) = world.channel(&sent.phone_number_id) else {
                return false;
            };
            let mut status = Status::new(wamid, stage);
            status.timestamp = clock::now();
            status.callback_data.clone_from(&sent.callback_data);
            let group = group_of(sent);
            let told = world.audience(sent).into_iter().map(|person| match &group {
                Some(group) => wire::group_status(&channel, group, &person, &status),
                None => wire::status(&channel, &person, &status),
            });
            told.collect::<Vec<_>>()
        };
        for change in changes {
            self.emit(change);
        }
        true
    }
}

/// The group that a message was sent to.
fn group_of(sent: &Sent) -> Option<String> {
    (sent.body["recipient_type"] == "group").then(|| sent.to.clone())
}

impl World {
    /// Whose statuses a message gets: the customer's, or of each who wrote in the group.
    fn audience(&self, sent: &Sent) -> Vec<Person> {
        if group_of(sent).is_none() {
            return vec![self.person(&sent.to)];
        }
        let members = self.groups.get(&sent.to).into_iter().flatten();
        members.map(|member| self.person(member)).collect()
    }
}
