//! Scripted customers: they open a conversation, answer when they are answered, and now and then think of something.

mod cast;
mod customer;
mod lines;

pub use customer::{Customer, Line, Script};

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;

use crate::chaos::Dice;
use crate::clock;
use crate::handle::SimHandle;
use crate::ledger::Sent;
use crate::wire::Content;

/// Who writes, how quickly, and how much at most.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The people.
    pub customers: Vec<Customer>,
    /// From the agent's message to the customer's answer.
    pub typing: (Duration, Duration),
    /// Between two things that somebody says unasked, over all customers.
    pub chatter: (Duration, Duration),
    /// So many messages at most, over all customers.
    pub most_messages: usize,
    /// So many messages at most from one customer.
    pub most_each: usize,
}

impl Cast {
    /// The fourteen people of the demo, dealt over these numbers; the first writes within three seconds, the last within
    /// a minute.
    pub fn of_the_demo(numbers: Vec<String>) -> Self {
        Self {
            customers: cast::everybody(&numbers),
            typing: (Duration::from_millis(3500), Duration::from_secs(8)),
            chatter: (Duration::from_secs(20), Duration::from_secs(40)),
            most_messages: 600,
            most_each: 60,
        }
    }
}

/// A running script; it stops when this is dropped.
#[derive(Debug)]
pub struct Demo {
    _running: JoinSet<()>,
}

struct Stage {
    sim: SimHandle,
    dice: Dice,
    typing: (Duration, Duration),
    left: AtomicUsize,
    most_each: usize,
}

impl Demo {
    /// Raises the curtain.
    pub fn start(sim: SimHandle, cast: Cast) -> Self {
        let mut running = JoinSet::new();
        let stage = Arc::new(Stage {
            dice: Dice::new(u64::from_le_bytes(clock::entropy())),
            typing: cast.typing,
            left: AtomicUsize::new(cast.most_messages),
            most_each: cast.most_each,
            sim,
        });
        let mut nudges = Vec::new();
        for customer in cast.customers {
            let (nudge, wakes) = mpsc::channel(1);
            nudges.push(nudge);
            let heard = stage.sim.watch();
            running.spawn(live(Arc::clone(&stage), customer, heard, wakes));
        }
        running.spawn(async move {
            loop {
                tokio::time::sleep(stage.dice.between(cast.chatter)).await;
                if let Some(nudge) = stage.dice.pick(&nudges) {
                    // Somebody still busy, or done, says nothing this time.
                    let _ = nudge.try_send(());
                }
            }
        });
        Self { _running: running }
    }
}

async fn live(
    stage: Arc<Stage>,
    customer: Customer,
    mut heard: broadcast::Receiver<Sent>,
    mut wakes: mpsc::Receiver<()>,
) {
    let mut mouth = Mouth {
        stage: &stage,
        customer: &customer,
        said: 0,
    };
    tokio::time::sleep(customer.opens_after).await;
    for (place, line) in customer.script.opening.iter().enumerate() {
        if place > 0 {
            tokio::time::sleep(
                stage
                    .dice
                    .between((Duration::from_millis(900), Duration::from_millis(2500))),
            )
            .await;
        }
        mouth.say(line, None);
    }
    // A nudge from before the opening would make somebody speak twice at once.
    while wakes.try_recv().is_ok() {}

    let mut answers = customer.script.answers.iter();
    let mut reminders = customer.script.reminders.iter().cycle();
    let mut musings = customer.script.musings.iter().cycle();
    let mut answered = false;
    let mut pleasantries = customer.script.pleasantries.iter().cycle();
    loop {
        tokio::select! {
            sent = heard.recv() => match sent {
                Ok(sent) if customer.is_meant_by(&sent) => {
                    tokio::time::sleep(stage.dice.between(stage.typing)).await;
                    // Whatever else the agent wrote meanwhile is answered by the same words.
                    let last = drain(&mut heard, &customer).unwrap_or(sent);
                    answered = true;
                    if let Some(line) = answers.next().or_else(|| pleasantries.next()) {
                        mouth.say(line, Some(&last));
                    }
                }
                Err(broadcast::error::RecvError::Closed) => return,
                _ => {}
            },
            Some(()) = wakes.recv() => {
                let unasked = if answered { musings.next() } else { reminders.next() };
                if let Some(line) = unasked {
                    mouth.say(line, None);
                }
            }
        }
    }
}

fn drain(heard: &mut broadcast::Receiver<Sent>, customer: &Customer) -> Option<Sent> {
    let mut last = None;
    loop {
        match heard.try_recv() {
            Ok(sent) if customer.is_meant_by(&sent) => last = Some(sent),
            Ok(_) | Err(broadcast::error::TryRecvError::Lagged(_)) => {}
            Err(_) => return last,
        }
    }
}

struct Mouth<'a> {
    stage: &'a Stage,
    customer: &'a Customer,
    said: usize,
}

impl Mouth<'_> {
    /// Says a line, unless this customer or all of them have said enough.
    fn say(&mut self, line: &Line, answered: Option<&Sent>) {
        let left = &self.stage.left;
        let enough = self.said >= self.stage.most_each
            || left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                .is_err();
        if enough {
            return;
        }
        self.said += 1;
        let ours = self.stage.sim.channel(&self.customer.phone_number_id);
        let ours = ours.map(|channel| channel.display_phone_number);
        let ours = ours.unwrap_or_default();
        let answered = answered.map(|sent| (ours.as_str(), sent.wamid.as_str()));
        let content: Content = line.content(answered);
        let said = self.stage.sim.send_content(
            &self.customer.phone_number_id,
            &self.customer.person,
            content,
        );
        if let Err(error) = said {
            tracing::warn!(%error, "a customer has nobody to write to");
        }
    }
}
