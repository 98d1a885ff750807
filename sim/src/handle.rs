//! What tests, the demo and the control API do with a running simulator.

mod business;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use reqwest::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, broadcast};
use tokio::time::Instant;

use crate::chaos::Chaos;
use crate::config::{Account, Hook, Number, Pace};
use crate::demo::{Cast, Demo};
use crate::fault::{Fault, FaultPlan};
use crate::handshake::{self, HandshakeError};
use crate::ledger::{Ledger, Sent};
use crate::limits::Limits;
use crate::media::Quirk;
use crate::meta::{Meta, UnknownNumber};
use crate::sender::{self, Deliveries};
use crate::sim::Open;
use crate::wire::{Change, Channel, Content, Inbound, Person, Stage};

/// A running simulator; clones are the same one.
#[derive(Clone, Debug)]
pub struct SimHandle {
    meta: Arc<Meta>,
    address: SocketAddr,
    open: Arc<AsyncMutex<Option<Open>>>,
    demo: Arc<Mutex<Option<Demo>>>,
}

impl SimHandle {
    pub(crate) fn new(meta: Arc<Meta>, address: SocketAddr) -> Self {
        Self {
            meta,
            address,
            open: Arc::default(),
            demo: Arc::default(),
        }
    }

    /// `http://127.0.0.1:<port>`: what stands before `/v24.0/...`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The secret that signs webhooks.
    pub fn app_secret(&self) -> &str {
        &self.meta.app_secret
    }

    /// The token for the handshake.
    pub fn verify_token(&self) -> &str {
        &self.meta.verify_token
    }

    // Where webhooks go.

    /// Sends webhooks to this callback from now on, and bodies that are being tried again as well. With `None` new events
    /// are dropped.
    pub fn set_callback(&self, url: Option<&str>) {
        let before = std::mem::replace(&mut self.meta.world().callback, url.map(str::to_owned));
        if let (Some(before), Some(url)) = (before, url) {
            self.meta.sender.redirect(before, url);
        }
    }

    /// Gives a number a callback of its own, or takes it away.
    pub fn set_hook(&self, phone_number_id: &str, hook: Option<Hook>) -> Result<(), UnknownNumber> {
        let mut world = self.meta.world();
        let number = world
            .number_mut(phone_number_id)
            .ok_or_else(|| UnknownNumber(phone_number_id.to_owned()))?;
        number.hook = hook;
        Ok(())
    }

    /// The handshake, as when a callback is saved in Meta's dashboard.
    pub async fn verify_callback(
        &self,
        url: &str,
        verify_token: &str,
    ) -> Result<(), HandshakeError> {
        handshake::verify(self.meta.sender.client(), url, verify_token).await
    }

    // Accounts and tokens.

    /// Adds an account; one with the same id gets the new tokens and numbers as well.
    pub fn add_account(&self, account: Account) {
        let mut world = self.meta.world();
        match world.account_mut(&account.waba_id) {
            Some(known) => {
                let fresh = |number: &Number, known: &Account| {
                    known.numbers.iter().all(|old| old.id != number.id)
                };
                let numbers: Vec<Number> = account
                    .numbers
                    .into_iter()
                    .filter(|number| fresh(number, known))
                    .collect();
                known.numbers.extend(numbers);
                known.tokens.extend(account.tokens);
            }
            None => world.accounts.push(account),
        }
    }

    /// From now on this token answers 401, code 190.
    pub fn revoke(&self, token: &str) {
        self.meta.world().revoked.insert(token.to_owned());
    }

    /// The token is good again.
    pub fn restore(&self, token: &str) {
        self.meta.world().revoked.remove(token);
    }

    /// A number as webhooks name it.
    pub fn channel(&self, phone_number_id: &str) -> Result<Channel, UnknownNumber> {
        self.meta.channel(phone_number_id)
    }

    /// The ids of all numbers.
    pub fn numbers(&self) -> Vec<String> {
        let world = self.meta.world();
        world
            .accounts
            .iter()
            .flat_map(|account| &account.numbers)
            .map(|number| number.id.clone())
            .collect()
    }

    // Customers.

    /// A customer writes a text. Returns the message's id; the webhook is on its way. A text with a fault in it (see
    /// [`Fault::in_text`]) makes the next send to this customer fail so.
    pub fn say(
        &self,
        phone_number_id: &str,
        from: &Person,
        text: &str,
    ) -> Result<String, UnknownNumber> {
        self.send_content(phone_number_id, from, Content::text(text))
    }

    /// A customer sends anything.
    pub fn send_content(
        &self,
        phone_number_id: &str,
        from: &Person,
        content: Content,
    ) -> Result<String, UnknownNumber> {
        self.hear(phone_number_id, from, Inbound::new(from, content))
    }

    /// A customer sends anything, with an id and a time of your own.
    pub fn hear(
        &self,
        phone_number_id: &str,
        from: &Person,
        inbound: Inbound,
    ) -> Result<String, UnknownNumber> {
        self.meta.hear(phone_number_id, from, inbound)
    }

    /// A message that the business sent from its phone: field `smb_message_echoes`.
    pub fn echo(
        &self,
        phone_number_id: &str,
        to: &Person,
        outbound: Inbound,
    ) -> Result<String, UnknownNumber> {
        self.meta.echo(phone_number_id, to, outbound)
    }

    /// Sets Meta's clock ahead: windows close, addresses of files die. The times in webhooks stay true.
    pub fn advance(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let mut world = self.meta.world();
        world.ahead_ms = world.ahead_ms.saturating_add(ms);
    }

    /// Another oddity of a file, or none, from now on; false for an unknown file.
    pub fn set_quirk(&self, media_id: &str, quirk: Option<Quirk>) -> bool {
        self.meta.world().media.set_quirk(media_id, quirk)
    }

    /// The bytes of a file that a customer sent or the business uploaded.
    pub fn file(&self, media_id: &str) -> Option<Bytes> {
        let world = self.meta.world();
        let stored = world.media.get(media_id, world.now_ms())?;
        Some(stored.file.bytes.clone())
    }

    /// Any event, through chaos and routing.
    pub fn emit(&self, change: Change) {
        self.meta.emit(change);
    }

    /// A further status for a message that was accepted; false for an unknown one.
    pub fn status(&self, wamid: &str, stage: Stage) -> bool {
        self.meta.status_of(wamid, stage)
    }

    /// Posts these bytes once to a URL, signed with the app's secret, and says how they were answered.
    pub async fn deliver(&self, url: &str, bytes: impl Into<Bytes>) -> reqwest::Result<StatusCode> {
        sender::deliver(self.meta.sender.client(), url, &self.meta.app_secret, bytes).await
    }

    /// Posts the last (at most 1000) bodies again, byte for byte, as retries of days later would. Says how many.
    pub fn redeliver(&self) -> usize {
        self.meta.sender.again()
    }

    // Faults.

    /// Plans a fault.
    pub fn fail(&self, plan: FaultPlan) {
        self.meta.world().faults.push(plan);
    }

    /// The next sends fail so.
    pub fn fail_next(&self, times: u32, fault: Fault) {
        self.fail(FaultPlan::next(times, fault));
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&self) {
        self.meta.world().faults.clear();
    }

    /// Switches Meta's own limits.
    pub fn set_limits(&self, limits: Limits) {
        self.meta.world().limits = limits;
    }

    /// Switches what goes wrong with webhooks; the seed stays that of the start.
    pub fn set_chaos(&self, chaos: Chaos) {
        self.meta.world().chaos = chaos;
    }

    /// Switches how quickly statuses follow.
    pub fn set_pace(&self, pace: Pace) {
        self.meta.world().pace = pace;
    }

    // What happened.

    /// Everything that was sent, marked as read, refused.
    pub fn ledger(&self) -> Ledger {
        self.meta.world().ledger.clone()
    }

    /// How many sends with this callback data were accepted.
    pub fn accepted(&self, callback_data: &str) -> usize {
        self.meta.world().ledger.accepted(callback_data)
    }

    /// Every send that is accepted from now on.
    pub fn watch(&self) -> broadcast::Receiver<Sent> {
        self.meta.sends.subscribe()
    }

    /// Waits for an accepted send that fits, past or coming; `None` after `within`.
    pub async fn wait_for(&self, within: Duration, fits: impl Fn(&Sent) -> bool) -> Option<Sent> {
        let mut coming = self.watch();
        if let Some(sent) = self.meta.world().ledger.sent.iter().find(|sent| fits(sent)) {
            return Some(sent.clone());
        }
        let wait = async {
            loop {
                match coming.recv().await {
                    Ok(sent) if fits(&sent) => return Some(sent),
                    Err(broadcast::error::RecvError::Closed) => return None,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(within, wait).await.ok().flatten()
    }

    /// What became of the webhooks.
    pub fn deliveries(&self) -> Deliveries {
        self.meta.sender.tally.snapshot()
    }

    /// Waits until no webhook is under way or waiting; false if that takes longer than `within`.
    pub async fn quiet(&self, within: Duration) -> bool {
        let end = Instant::now() + within;
        while self.deliveries().pending > 0 {
            if Instant::now() >= end {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        true
    }

    // The script.

    /// Lets scripted customers write to these numbers; those of an earlier call stop.
    pub fn start_demo(&self, cast: Cast) {
        let demo = Demo::start(self.clone(), cast);
        let before = self
            .demo
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(demo);
        drop(before);
    }

    /// Scripted customers fall silent.
    pub fn stop_demo(&self) {
        drop(
            self.demo
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }

    // Being there.

    /// Stops answering: connections are refused from now on. Webhooks still leave.
    pub async fn down(&self) {
        if let Some(open) = self.open.lock().await.take() {
            open.close().await;
        }
    }

    /// Answers again, on the same port.
    pub async fn up(&self) -> io::Result<()> {
        if self.open.lock().await.is_none() {
            let listener = TcpListener::bind(self.address).await?;
            self.open(listener).await;
        }
        Ok(())
    }

    /// Stops everything: customers, webhooks, answers.
    pub async fn stop(&self) {
        self.stop_demo();
        self.meta.tasks.finish().await;
        self.down().await;
    }

    pub(crate) async fn open(&self, listener: TcpListener) {
        *self.open.lock().await = Some(Open::serve(listener, self, Arc::clone(&self.meta)));
    }

    pub(crate) fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }
}
