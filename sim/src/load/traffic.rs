//! What is sent: new messages, the same bodies again, and bodies that nobody signed.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Bytes;

use super::plan::{Plan, Target};
use super::rng::Chances;
use super::{Load, record::Record};
use crate::escape::{self, Form};
use crate::ids::{self, Way};
use crate::wire::{self, Channel, Person};
use crate::{clock, sign};

/// Why a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// For the first time.
    New,
    /// Again, at the same time as the first.
    Twin,
    /// Again, after the first was answered.
    Again,
    /// With another's signature: it must be refused.
    Bad,
}

/// One webhook that is due.
pub(super) struct Arrival {
    /// From the beginning of the run.
    pub due: Duration,
    pub kind: Kind,
    /// The message in it, by its place in the record.
    pub message: usize,
    pub body: Bytes,
    pub signature: String,
}

/// So many answered bodies may come again.
const REMEMBERED: usize = 4096;

/// The stream of arrivals.
pub(super) struct Traffic<'a> {
    load: &'a Load,
    plan: &'a Plan,
    chances: Chances,
    /// What the record of the whole run calls itself; it stands in each text.
    name: &'a str,
    at: Duration,
    twin: Option<Arrival>,
}

/// Bodies that were answered, to come again.
#[derive(Default)]
pub(super) struct Answered(VecDeque<(usize, Bytes, String)>);

impl Answered {
    pub fn push(&mut self, message: usize, body: Bytes, signature: String) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((message, body, signature));
    }
}

impl<'a> Traffic<'a> {
    pub fn new(load: &'a Load, plan: &'a Plan, name: &'a str) -> Self {
        Self {
            load,
            plan,
            chances: Chances::new(load.seed, plan.numbers.len()),
            name,
            at: Duration::ZERO,
            twin: None,
        }
    }

    /// The next one; a new message is entered into the record.
    pub fn next(&mut self, record: &Record, answered: &Answered) -> Arrival {
        if let Some(twin) = self.twin.take() {
            return twin;
        }
        // A twin comes beside its first and not after a gap of its own: the others come so much more slowly.
        let half = self.load.duplicates / 2.0;
        self.at += self
            .chances
            .gap(self.load.rate * (1.0 - half), self.load.even);
        let roll = self.chances.unit() * (1.0 - half);
        if roll < self.load.bad {
            return self.fresh(record, Kind::Bad);
        }
        if roll < self.load.bad + half && !answered.0.is_empty() {
            return self.again(answered);
        }
        let first = self.fresh(record, Kind::New);
        if roll >= 1.0 - 2.0 * half {
            self.twin = Some(Arrival {
                kind: Kind::Twin,
                body: first.body.clone(),
                signature: first.signature.clone(),
                ..first
            });
        }
        first
    }

    fn again(&mut self, answered: &Answered) -> Arrival {
        let place = self.chances.below(answered.0.len());
        let (message, body, signature) = &answered.0[place];
        Arrival {
            due: self.at,
            kind: Kind::Again,
            message: *message,
            body: body.clone(),
            signature: signature.clone(),
        }
    }

    fn fresh(&mut self, record: &Record, kind: Kind) -> Arrival {
        let number = self.chances.number();
        let customer = self.chances.customer(self.plan.numbers[number].customers);
        let recorded = (kind != Kind::Bad).then_some(record);
        let secret = if kind == Kind::Bad {
            "not this one"
        } else {
            &self.load.app_secret
        };
        let (message, body, signature) =
            message(self.plan, (number, customer), self.name, recorded, secret);
        Arrival {
            due: self.at,
            kind,
            message,
            body,
            signature,
        }
    }
}

/// A new message of that customer of that number, entered into the record: its index there, its body and the signature.
pub(super) fn message(
    plan: &Plan,
    (number, customer): (usize, u32),
    name: &str,
    record: Option<&Record>,
    secret: &str,
) -> (usize, Bytes, String) {
    let target = &plan.numbers[number];
    let digits = (target.first_customer + u64::from(customer)).to_string();
    let id = ids::wamid(&digits, Way::In);
    let index = record.map_or(usize::MAX, |record| record.enter(number, customer, &id));
    let body = Bytes::from(body(target, &digits, &id, name, index));
    let signature = sign::sign(secret, &body);
    (index, body, signature)
}

/// A text of a customer whom the number knows, or comes to know.
fn body(target: &Target, digits: &str, id: &str, name: &str, message: usize) -> Vec<u8> {
    let channel = Channel {
        waba_id: target.waba_id.clone(),
        phone_number_id: target.phone_number_id.clone(),
        display_phone_number: target.digits.clone(),
    };
    let person = Person {
        // The same for the same customer, whoever wrote them down before.
        user_id: Some(format!("US.9{digits}")),
        ..Person::new(digits)
    };
    let text = format!("{name}{message}: could you tell me when it will be ready?");
    let change = wire::text(&channel, &person, id, clock::now(), &text);
    escape::bytes(&wire::envelope(&[change]), Form::Escaped)
}
