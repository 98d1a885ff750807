//! The real program with its own PostgreSQL and sim beside it, one workspace, and whatever numbers a webhook names.

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::payload::{Named, Payload};
use crate::bench::database::{Database, Role};
use crate::bench::http;
use crate::house::House;
use crate::place::Place;
use crate::shell;
use crate::stack::random_hex;
use crate::web::pack::hex;

/// The workspace, and the database under it.
pub struct Stage {
    house: House,
    database: Database,
    /// The secret of the workspace's own Meta app.
    app_secret: String,
}

/// A number that was connected for a webhook.
pub struct Channel {
    pub id: String,
    /// Where its Meta app posts to.
    door: String,
}

impl Stage {
    /// Builds and starts everything.
    pub fn set(place: &Place) -> Result<Self> {
        let house = House::set(place, "conformance")?;
        Ok(Self {
            database: Database::of(&house.installation.data)?,
            house,
            app_secret: random_hex(16)?,
        })
    }

    /// Takes away all that the webhook before left: each is to stand for itself, whatever ids it shares with others.
    pub fn clear(&self) -> Result<()> {
        // What the workspace has learnt; everything else goes with its channel.
        const CLEAR: &str =
            "DELETE FROM job; DELETE FROM channel; DELETE FROM contact; DELETE FROM message_key;
                             DELETE FROM channel_event; DELETE FROM quarantine";
        let once = || self.database.ask(Role::Admin, CLEAR).map(drop);
        // A job may just be at it.
        once().or_else(|_| once())
    }

    /// Makes the workspace know the numbers and accounts that a webhook names, each under the workspace's own Meta app.
    /// One that names nobody comes in by a number that is made up.
    pub fn connect(&self, payload: &Payload) -> Result<Vec<Channel>> {
        let mut wanted = payload.numbers.clone();
        for account in &payload.accounts {
            if wanted.iter().all(|known| known.account != account.id) {
                wanted.push(Named {
                    id: made_up(wanted.len()),
                    ..account.clone()
                });
            }
        }
        if wanted.is_empty() {
            wanted.push(Named {
                id: made_up(0),
                account: String::new(),
                digits: None,
            });
        }
        let numbered = wanted.iter().enumerate();
        numbered
            .map(|(nth, named)| self.connect_one(nth, named))
            .collect()
    }

    fn connect_one(&self, nth: usize, named: &Named) -> Result<Channel> {
        // The form takes digits alone. What else a webhook may say in their place is put in by the database's own hand.
        let number = digits_of(&named.id).unwrap_or_else(|| made_up(nth));
        let account = digits_of(&named.account).unwrap_or_else(|| format!("9{}", made_up(nth)));
        let digits = named.digits.clone();
        let digits = digits.unwrap_or_else(|| format!("1555{:07}", 1000 + nth));
        let token = &self.house.installation.secrets.token;
        let new = json!({
            "waba_id": account, "token": token, "phone_number_id": number, "digits": digits,
            "verified_name": "Conformance",
        });
        self.house.tell_meta("number", &new)?;
        let form = json!({ "form": {
            "name": "Conformance", "phone_number_id": number, "account_id": account, "token": token,
            "app_secret": self.app_secret,
        }});
        let connected = self.call("channels/connect", &form)?;
        let text = |pointer: &str| connected.pointer(pointer).and_then(Value::as_str);
        let channel = Channel {
            id: text("/channel/id")
                .context("the number has no id")?
                .to_owned(),
            door: text("/channel/callback_path")
                .context("the number has no door")?
                .to_owned(),
        };
        let renamed = [
            (&number, &named.id, "phone_number_id"),
            (&account, &named.account, "account_id"),
        ];
        for (known, asked, column) in renamed {
            if known != asked && !asked.is_empty() {
                self.rename(&channel, column, asked)?;
            }
        }
        Ok(channel)
    }

    fn rename(&self, channel: &Channel, column: &str, to: &str) -> Result<()> {
        let (id, to) = (&channel.id, to.replace('\'', "''"));
        self.database.ask(
            Role::Admin,
            &format!(
                "UPDATE channel SET {column} = '{to}' WHERE id = '{id}';
                 UPDATE channel_route SET {column} = '{to}' WHERE channel_id = '{id}'"
            ),
        )?;
        Ok(())
    }

    /// Posts these bytes as the number's Meta app would; the status of the answer.
    pub fn post(&self, channel: &Channel, bytes: &[u8]) -> Result<u16> {
        let signature = signature(&self.app_secret, bytes)?;
        let url = format!("{}{}", self.house.url(), channel.door);
        let answer = http::send(&url, &[("X-Hub-Signature-256", &signature)], bytes)?;
        Ok(answer.status)
    }

    /// Calls a server function as the workspace's admin.
    pub fn call(&self, function: &str, body: &Value) -> Result<Value> {
        self.house.call(function, body)
    }

    /// Why pieces of it are in quarantine, as the operator's command lists them.
    pub fn quarantined(&self) -> Result<Vec<String>> {
        let told = shell::output(
            self.house
                .installation
                .postern()
                .args(["quarantine", "list"]),
        )?;
        let reason = |line: &str| line.split_whitespace().nth(3).map(str::to_owned);
        Ok(told.lines().filter_map(reason).collect())
    }

    /// States of the parts of which something is shown nowhere, as the operator's command lists them.
    pub fn kept(&self) -> Result<Vec<String>> {
        let mut list = self.house.installation.postern();
        list.args(["webhook", "kept", "--workspace", &self.house.workspace]);
        let told = shell::output(&mut list)?;
        let state = |line: &str| line.split_whitespace().nth(1).map(str::to_owned);
        Ok(told.lines().filter_map(state).collect())
    }

    /// Panics that the server's log tells of.
    pub fn panics(&self) -> Result<usize> {
        self.house.panics()
    }
}

/// What Meta writes beside the bytes that it posts.
fn signature(secret: &str, bytes: &[u8]) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|_| anyhow::anyhow!("this is no key"))?;
    mac.update(bytes);
    Ok(format!("sha256={}", hex(&mac.finalize().into_bytes())))
}

/// An id that the form takes.
fn digits_of(id: &str) -> Option<String> {
    let fits = (5..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| id.to_owned())
}

fn made_up(nth: usize) -> String {
    (700_000_000_000 + nth as u64).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_bytes_as_they_are() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?").expect("a key"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn an_id_of_digits_is_taken_as_it_is() {
        assert_eq!(
            digits_of("106540352242922").as_deref(),
            Some("106540352242922")
        );
        for other in ["1", "PHONE_NUMBER_ID", "", "+123456"] {
            assert_eq!(digits_of(other), None, "{other}");
        }
        assert!(digits_of(&made_up(3)).is_some());
    }
}
