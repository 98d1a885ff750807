//! Customers who write under any circumstances, and the count of what became of it.

mod outcome;

pub use outcome::{nothing_twice, taken};

use crate::{
    api::Api,
    town::{NUMBER, Town},
};
use postern_sim::{
    Chaos, Fault, FaultPlan, Form, Pace, SimHandle, escape,
    wire::{self, Person},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinHandle};

/// What was written and acknowledged, by everybody.
#[derive(Default)]
pub struct Tally {
    /// Webhooks answered with 200.
    pub acknowledged: AtomicUsize,
    /// Posts that got another answer or none, and were tried again.
    pub retried: AtomicUsize,
}

/// A customer.
pub fn customer(number: usize) -> Person {
    Person::named(digits(number), format!("Customer {number}"))
}

/// A customer's number.
pub fn digits(number: usize) -> String {
    format!("1555010{number:04}")
}

/// Writes `count` messages one after another as Meta would: each again until it is answered with 200, and every fifth
/// once more after that.
pub async fn write(meta: SimHandle, url: String, number: usize, count: usize, tally: Arc<Tally>) {
    let (_all, open) = watch::channel(count);
    write_as_told(meta, vec![url], number, count, tally, open).await;
}

/// The same, where no more than `open` messages may have been written so far, and each post goes to the next of `urls`.
pub async fn write_as_told(
    meta: SimHandle,
    urls: Vec<String>,
    number: usize,
    count: usize,
    tally: Arc<Tally>,
    mut open: watch::Receiver<usize>,
) {
    let channel = meta.channel(NUMBER).expect("the number");
    let person = customer(number);
    for turn in 0..count {
        let told = open.wait_for(|open| turn < *open).await;
        told.expect("somebody opens it");
        let id = format!("wamid.{number}.{turn}");
        let at = 1_700_000_000 + u64::try_from(turn).expect("small");
        let change = wire::text(&channel, &person, &id, now_like(at), &format!("{turn}"));
        let body = escape::bytes(&wire::envelope(&[change]), Form::Escaped);
        post(&meta, &urls, number + turn, &body, &tally).await;
        if turn % 5 == 0 {
            post(&meta, &urls, number + turn + 1, &body, &tally).await;
        }
    }
}

/// Today, with the order kept: the window is open.
fn now_like(order: u64) -> u64 {
    let now = std::time::UNIX_EPOCH
        .elapsed()
        .expect("after 1970")
        .as_secs();
    now - 3600 + order % 3000
}

async fn post(meta: &SimHandle, urls: &[String], first: usize, body: &[u8], tally: &Tally) {
    let deadline = Instant::now() + Duration::from_mins(2);
    for url in urls.iter().cycle().skip(first % urls.len()) {
        match meta.deliver(url, body.to_vec()).await {
            Ok(status) if status == 200 => break,
            _ => {
                assert!(Instant::now() < deadline, "a webhook is not taken");
                tally.retried.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        }
    }
    tally.acknowledged.fetch_add(1, Ordering::Relaxed);
}

/// How much there is to do.
#[derive(Clone, Copy)]
pub struct Size {
    /// Customers who are replied to at once.
    pub customers: usize,
    /// Customers whose replies wait for [`Load::catch`], one for each time that something is killed.
    pub held: usize,
    /// What each of them all writes.
    pub messages: usize,
    /// What each of them all is replied.
    pub replies: usize,
}

impl Size {
    /// What each customer writes before the first kill, and after each.
    fn stage(self) -> usize {
        self.messages.div_ceil(self.held + 1)
    }
}

/// Everybody at work.
pub struct Load {
    tasks: Vec<JoinHandle<()>>,
    held: Vec<usize>,
    size: Size,
    open: watch::Sender<usize>,
    /// The page at each process.
    doors: Vec<Api>,
    tally: Arc<Tally>,
}

/// Sets the load going: each customer writes, and each of their conversations is replied to, at every process in turn,
/// while Meta's statuses come shuffled, doubled, early and not at all.
pub async fn begin(town: &Town, api: &Api, size: Size) -> Load {
    let tally = Arc::new(Tally::default());
    town.meta.set_chaos(Chaos::storm(1));
    let urls = town.urls();
    let doors: Vec<_> = urls.iter().map(|url| api.through(url)).collect();
    let callbacks = urls.iter().map(|url| format!("{url}/webhooks/whatsapp"));
    let callbacks: Vec<_> = callbacks.collect();
    let all = size.customers + size.held;
    let open = watch::Sender::new(size.stage());
    let mut tasks: Vec<_> = (0..all)
        .map(|number| {
            let (meta, urls) = (town.meta.clone(), callbacks.clone());
            let (tally, open) = (Arc::clone(&tally), open.subscribe());
            let writing = write_as_told(meta, urls, number, size.messages, tally, open);
            tokio::spawn(writing)
        })
        .collect();
    until("every customer is heard", town, async || {
        api.conversations().await.len() == all
    })
    .await;
    for number in 0..size.customers {
        let conversation = conversation(api, number).await;
        let replying = reply(doors.clone(), conversation, size.replies);
        tasks.push(tokio::spawn(replying));
    }
    Load {
        tasks,
        held: (size.customers..all).collect(),
        size,
        open,
        doors,
        tally,
    }
}

impl Load {
    /// Has one more customer replied to, and comes back with their conversation when Meta has taken the first of these
    /// replies and everybody is writing: its answer takes `answer`, and no status tells of it before `status` has
    /// passed. To be undone with [`release`].
    pub async fn catch(
        &mut self,
        town: &Town,
        api: &Api,
        answer: Duration,
        status: Duration,
    ) -> String {
        let number = self.held.pop().expect("somebody is left");
        let conversation = conversation(api, number).await;
        let slow = Fault::Slow(u64::try_from(answer.as_millis()).expect("short"));
        let to = digits(number);
        town.meta.set_chaos(Chaos::calm());
        town.meta.set_pace(Pace {
            sent: (status, status),
            ..Pace::quick()
        });
        town.meta.fail(FaultPlan::always(slow).only_to(&to));
        let doors = self.doors.clone();
        let replying = reply(doors, conversation.clone(), self.size.replies);
        self.tasks.push(tokio::spawn(replying));
        let within = Duration::from_mins(1);
        let sent = town.meta.wait_for(within, |sent| sent.to == to).await;
        assert!(sent.is_some(), "nothing is posted:\n{}", town.log());
        let written = self.tally.acknowledged.load(Ordering::Relaxed);
        self.open.send_modify(|open| *open += self.size.stage());
        while self.tally.acknowledged.load(Ordering::Relaxed) == written {
            tokio::task::yield_now().await;
        }
        conversation
    }
}

/// Meta is as quick, and as wild, as before.
pub fn release(meta: &SimHandle) {
    meta.clear_faults();
    meta.set_pace(Pace::quick());
    meta.set_chaos(Chaos::storm(1));
}

/// The conversation with a customer.
pub async fn conversation(api: &Api, number: usize) -> String {
    let name = format!("Customer {number}");
    let rows = api.conversations().await;
    let mut rows = rows.iter();
    let row = rows.find(|row| row["contact"]["name"] == name.as_str());
    let id = row.and_then(|row| row["id"].as_str());
    id.expect("the customer has written").to_owned()
}

/// Replies to a conversation, each with one id until it is confirmed.
async fn reply(doors: Vec<Api>, conversation: String, count: usize) {
    for turn in 0..count {
        let id = reply_id(&conversation, turn);
        let text = format!("reply {turn}");
        let deadline = Instant::now() + Duration::from_mins(2);
        for api in doors.iter().cycle().skip(turn % doors.len()) {
            let Err(refusal) = api.reply(&id, &conversation, &text).await else {
                break;
            };
            assert!(Instant::now() < deadline, "a reply is not taken: {refusal}");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }
}

/// A message id that only this reply has.
pub fn reply_id(conversation: &str, turn: usize) -> String {
    format!("{}{:04x}", &conversation[..32], turn)
}

/// Waits until something is so.
pub async fn until(what: &str, town: &Town, mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(150);
    while !so().await {
        assert!(
            Instant::now() < deadline,
            "{what}, but it is not so:\n{}",
            town.log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
