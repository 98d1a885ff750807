//! What Meta decides about numbers, accounts and templates, and tells by webhooks.

use axum::body::Bytes;
use serde_json::{Map, Value, json};

use super::SimHandle;
use crate::meta::UnknownNumber;
use crate::sender::Parcel;
use crate::template::{Template, TemplateChange};
use crate::wire::{self, Change, Channel, Person};
use crate::world::World;

impl SimHandle {
    /// Any event about a number, and what follows from it here: a call opens the window, a wish to hear no marketing is
    /// heeded, a disabled account sends nothing.
    pub fn event(&self, phone_number_id: &str, person: &Person, change: Change) {
        self.meta.world().heed(phone_number_id, person, &change);
        self.emit(change);
    }

    /// Posts any bytes to the callback, signed; false when there is none.
    pub fn raw(&self, phone_number_id: Option<&str>, bytes: Bytes) -> bool {
        let destination = {
            let world = self.meta.world();
            let account = phone_number_id.and_then(|id| Some(world.number(id)?.0.waba_id.clone()));
            let account = account.unwrap_or_default();
            world.destination(&account, phone_number_id, &self.meta.app_secret)
        };
        let Some((url, secret)) = destination else {
            return false;
        };
        self.meta.sender.send(Parcel { url, secret, bytes });
        true
    }

    /// Fields of a number's node change (`quality_rating`, `status`, `whatsapp_business_manager_messaging_limit`, ...); the
    /// webhooks that Meta has for them tell it.
    pub fn set_facts(
        &self,
        phone_number_id: &str,
        set: Map<String, Value>,
        tell: bool,
    ) -> Result<(), UnknownNumber> {
        let channel = self.channel(phone_number_id)?;
        let news = fact_news(&channel, &set);
        if let Some(number) = self.meta.world().number_mut(phone_number_id) {
            number.facts.extend(set);
        }
        for change in news.into_iter().filter(|_| tell) {
            self.emit(change);
        }
        Ok(())
    }

    /// Meta disables an account, or reinstates it, and tells so.
    pub fn ban(&self, waba_id: &str, banned: bool) {
        if let Some(account) = self.meta.world().account_mut(waba_id) {
            account.banned = banned;
        }
        let state = if banned { "DISABLE" } else { "REINSTATE" };
        let info = json!({ "waba_ban_state": state, "waba_ban_date": "July 17, 2026" });
        let value = json!({ "event": "DISABLED_UPDATE", "ban_info": info });
        self.emit(wire::account(waba_id, "account_update", value));
    }

    /// A template (its name and language) changes, and Meta tells so; one that does not exist is added, with this body.
    pub fn set_template(
        &self,
        waba_id: &str,
        (name, language): (&str, &str),
        body: Option<&str>,
        change: TemplateChange,
        tell: bool,
    ) {
        let news = {
            let mut world = self.meta.world();
            let Some(account) = world.account_mut(waba_id) else {
                return;
            };
            let alike = |one: &Template| one.name == name && one.language == language;
            if !account.templates.iter().any(alike) {
                let body = body.unwrap_or("Hello!");
                let template = Template::plain(waba_id, name, language, body);
                account.templates.push(template);
            }
            let mut templates = account.templates.iter_mut();
            templates
                .find(|one| alike(one))
                .map(|template| template.change(waba_id, change))
        };
        for change in news.into_iter().flatten().filter(|_| tell) {
            self.emit(change);
        }
    }
}

impl World {
    fn heed(&mut self, phone_number_id: &str, person: &Person, change: &Change) {
        let key = person.key().to_owned();
        match change.field.as_str() {
            "calls" if change.value["calls"].is_array() => {
                let now = self.now_ms();
                self.meters.heard(phone_number_id, &key, now);
            }
            "user_preferences" => {
                let pair = (phone_number_id.to_owned(), key);
                match change.value["user_preferences"][0]["value"].as_str() {
                    Some("stop") => self.stopped.insert(pair),
                    _ => self.stopped.remove(&pair),
                };
            }
            "account_update" => {
                let state = change.value["ban_info"]["waba_ban_state"].as_str();
                if let (Some(state), Some(account)) = (state, self.account_mut(&change.waba_id)) {
                    account.banned = state == "DISABLE";
                }
            }
            _ => {}
        }
    }
}

fn fact_news(channel: &Channel, set: &Map<String, Value>) -> Vec<Change> {
    let mut news = Vec::new();
    let quality =
        |event: &str, limit: &str| wire::phone_number_quality_update(channel, event, limit);
    if let Some(rating) = set.get("quality_rating") {
        let event = if rating == "RED" {
            "FLAGGED"
        } else {
            "UNFLAGGED"
        };
        news.push(quality(event, "TIER_2K"));
    }
    let limit = set.get("whatsapp_business_manager_messaging_limit");
    if let Some(limit) = limit.and_then(Value::as_str) {
        let event = if limit == "TIER_250" {
            "DOWNGRADE"
        } else {
            "UPGRADE"
        };
        let mut change = quality(event, limit);
        change.value["max_daily_conversations_per_business"] = json!(limit);
        news.push(change);
        let capability = json!({
            "max_daily_conversations_per_business": limit,
            "max_phone_numbers_per_business": 20,
        });
        news.push(wire::account(
            &channel.waba_id,
            "business_capability_update",
            capability,
        ));
    }
    if set
        .get("throughput")
        .is_some_and(|one| one["level"] == "HIGH")
    {
        news.push(quality("THROUGHPUT_UPGRADE", "TIER_UNLIMITED"));
    }
    let decided = set.get("name_status").or(set.get("new_name_status"));
    if let Some(decision) = decided {
        let decision = if decision == "DECLINED" {
            &json!("REJECTED")
        } else {
            decision
        };
        let value = json!({
            "display_phone_number": channel.display_phone_number,
            "decision": decision,
            "requested_verified_name": set.get("verified_name"),
            "rejection_reason": null,
        });
        news.push(wire::account(
            &channel.waba_id,
            "phone_number_name_update",
            value,
        ));
    }
    news
}
