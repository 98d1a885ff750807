//! The parts of one simulator, held together.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::chaos::Dice;
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
    /// What stands before the paths of this simulator.
    pub(crate) base: String,
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
    pub(crate) fn new(config: SimConfig, address: SocketAddr) -> reqwest::Result<Arc<Self>> {
        let tasks = Arc::new(Tasks::default());
        Ok(Arc::new(Self {
            app_secret: config.app_secret,
            verify_token: config.verify_token,
            base: format!("http://{address}"),
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
                media: crate::media::Media::default(),
                groups: std::collections::HashMap::new(),
                identities: std::collections::HashMap::new(),
                stopped: std::collections::HashSet::new(),
                uploads: std::collections::HashMap::new(),
                ahead_ms: 0,
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

    /// A customer writes: the window opens, Meta keeps the file, the webhook leaves. Returns the message's id. Who is blocked
    /// writes to nobody.
    pub(crate) fn hear(
        self: &Arc<Self>,
        phone_number_id: &str,
        from: &Person,
        mut inbound: Inbound,
    ) -> Result<String, UnknownNumber> {
        let channel = self.channel(phone_number_id)?;
        let blocked = {
            let mut world = self.world();
            world.remember(phone_number_id, from, &inbound.content);
            let number = world.number(phone_number_id);
            number.is_some_and(|(_, number)| number.blocked.contains(from.key()))
        };
        inbound.content = self.hold(&channel, inbound.content);
        if !blocked {
            self.emit(wire::message(&channel, from, &inbound));
        }
        Ok(inbound.id)
    }

    /// The business writes on its phone.
    pub(crate) fn echo(
        self: &Arc<Self>,
        phone_number_id: &str,
        to: &Person,
        mut outbound: Inbound,
    ) -> Result<String, UnknownNumber> {
        let channel = self.channel(phone_number_id)?;
        outbound.content = self.hold(&channel, outbound.content);
        self.emit(wire::echo(&channel, to, &outbound));
        Ok(outbound.id)
    }

    /// Meta takes the file of a message, and names its address if that is asked for.
    fn hold(&self, channel: &Channel, mut content: Content) -> Content {
        let Some(file) = content.file.take() else {
            return content;
        };
        let mut world = self.world();
        let now = world.now_ms();
        let (id, linked) = (file.id.clone(), file.linked);
        world.media.keep(&channel.waba_id, file, false, now);
        let url = linked.then(|| json!(format!("{}{}", self.base, world.media.path(&id, now))));
        content.in_object("url", url)
    }
}

impl World {
    fn remember(&mut self, phone_number_id: &str, from: &Person, content: &Content) {
        let (key, now) = (from.key().to_owned(), self.now_ms());
        self.meters.heard(phone_number_id, &key, now);
        self.people.insert(key.clone(), from.clone());
        if let Some(group) = content.keys.get("group_id").and_then(Value::as_str) {
            let members = self.groups.entry(group.to_owned()).or_default();
            members.insert(key.clone());
        }
        if let Some(hash) = content
            .keys
            .get("identity")
            .and_then(|one| one["hash"].as_str())
        {
            self.identities.insert(key.clone(), hash.to_owned());
        }
        if let Some(fault) = content.body().and_then(Fault::in_text) {
            let plan = FaultPlan::next(1, fault).from_number(phone_number_id);
            self.faults.push(plan.only_to(&key));
        }
    }
}
