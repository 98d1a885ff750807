//! The parts of one simulator, held together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use crate::chaos::Dice;
use crate::clock;
use crate::config::SimConfig;
use crate::escape::Form;
use crate::fault::{Fault, FaultPlan};
use crate::ledger::Sent;
use crate::post::{Trays, Turn};
use crate::sender::Sender;
use crate::tasks::Tasks;
use crate::wire::{self, Channel, Content, Inbound, Person};
use crate::world::World;

#[derive(Debug)]
pub(crate) struct Meta {
    pub(crate) app_secret: String,
    pub(crate) verify_token: String,
    pub(crate) form: Form,
    pub(crate) dice: Dice,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) sender: Arc<Sender>,
    pub(crate) turn: Turn,
    pub(crate) sends: broadcast::Sender<Sent>,
    world: Mutex<World>,
    trays: Mutex<Trays>,
}

/// The simulator has no such number, or it has no number at all.
#[derive(Debug, thiserror::Error)]
#[error("no number {0} here")]
pub struct UnknownNumber(pub String);

impl Meta {
    pub(crate) fn new(config: SimConfig) -> reqwest::Result<Arc<Self>> {
        let tasks = Arc::new(Tasks::default());
        Ok(Arc::new(Self {
            app_secret: config.app_secret,
            verify_token: config.verify_token,
            form: config.form,
            dice: Dice::new(config.chaos.seed),
            sender: Sender::new(config.retry, Arc::clone(&tasks))?,
            tasks,
            turn: Turn::default(),
            sends: broadcast::channel(1024).0,
            world: Mutex::new(World {
                accounts: config.accounts,
                callback: config.callback,
                account_hooks: std::collections::HashMap::new(),
                revoked: std::collections::HashSet::new(),
                limits: config.limits,
                chaos: config.chaos,
                pace: config.pace,
                meters: crate::limits::Meters::default(),
                faults: Vec::new(),
                ledger: crate::ledger::Ledger::default(),
                people: std::collections::HashMap::new(),
            }),
            trays: Mutex::default(),
        }))
    }

    /// Never held across an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn trays(&self) -> MutexGuard<'_, Trays> {
        self.trays.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn channel(&self, phone_number_id: &str) -> Result<Channel, UnknownNumber> {
        self.world()
            .channel(phone_number_id)
            .ok_or_else(|| UnknownNumber(phone_number_id.to_owned()))
    }

    /// A customer writes: the window opens, the webhook leaves. Returns the message's id.
    pub(crate) fn say(
        self: &Arc<Self>,
        phone_number_id: &str,
        from: &Person,
        content: Content,
    ) -> Result<String, UnknownNumber> {
        let channel = self.channel(phone_number_id)?;
        let fault = content.body().and_then(Fault::in_text);
        let inbound = Inbound::new(from, content);
        {
            let mut world = self.world();
            world
                .meters
                .heard(phone_number_id, from.key(), clock::now_ms());
            world.people.insert(from.key().to_owned(), from.clone());
            if let Some(fault) = fault {
                let plan = FaultPlan::next(1, fault)
                    .from_number(phone_number_id)
                    .only_to(from.key());
                world.faults.push(plan);
            }
        }
        let change = wire::message(&channel, from, &inbound);
        self.emit(change);
        Ok(inbound.id)
    }
}
