//! What the simulated Meta knows: accounts, tokens, people, and what was sent.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::chaos::Chaos;
use crate::clock;
use crate::config::{Account, Hook, Number, Pace};
use crate::failure::GraphError;
use crate::fault::FaultPlan;
use crate::ledger::Ledger;
use crate::limits::{Limits, Meters};
use crate::media::Media;
use crate::wire::{Channel, Person};

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) accounts: Vec<Account>,
    pub(crate) callback: Option<String>,
    pub(crate) account_hooks: HashMap<String, Hook>,
    pub(crate) revoked: HashSet<String>,
    pub(crate) limits: Limits,
    pub(crate) chaos: Chaos,
    pub(crate) pace: Pace,
    pub(crate) meters: Meters,
    pub(crate) faults: Vec<FaultPlan>,
    pub(crate) ledger: Ledger,
    pub(crate) people: HashMap<String, Person>,
    pub(crate) media: Media,
    /// Who wrote in a group, by its id.
    pub(crate) groups: HashMap<String, BTreeSet<String>>,
    /// The hash of a person's keys, of those whose identity is checked.
    pub(crate) identities: HashMap<String, String>,
    /// Who wants no marketing, by number and person.
    pub(crate) stopped: HashSet<(String, String)>,
    /// The files of templates that were announced, and how long they are.
    pub(crate) uploads: HashMap<String, usize>,
    /// Milliseconds that Meta's clock is ahead of ours.
    pub(crate) ahead_ms: u64,
}

impl World {
    /// Meta's time, by which windows close, files age and registrations are counted.
    pub(crate) fn now_ms(&self) -> u64 {
        clock::now_ms() + self.ahead_ms
    }

    /// The accounts that a bearer token opens.
    pub(crate) fn opened_by(&self, token: Option<&str>) -> Result<Vec<&Account>, GraphError> {
        let token = token.ok_or_else(GraphError::no_token)?;
        let opened: Vec<&Account> = self
            .accounts
            .iter()
            .filter(|account| account.tokens.iter().any(|known| known == token))
            .collect();
        if opened.is_empty() || self.revoked.contains(token) {
            return Err(GraphError::bad_token());
        }
        Ok(opened)
    }

    /// A number by its id, with its account.
    pub(crate) fn number(&self, id: &str) -> Option<(&Account, &Number)> {
        self.accounts.iter().find_map(|account| {
            Some((
                account,
                account.numbers.iter().find(|number| number.id == id)?,
            ))
        })
    }

    pub(crate) fn number_mut(&mut self, id: &str) -> Option<&mut Number> {
        self.accounts
            .iter_mut()
            .find_map(|account| account.numbers.iter_mut().find(|number| number.id == id))
    }

    /// The account of that id, or of the number of that id.
    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        let own = self.accounts.iter().find(|account| account.waba_id == id);
        own.or_else(|| Some(self.number(id)?.0))
    }

    pub(crate) fn account_mut(&mut self, waba_id: &str) -> Option<&mut Account> {
        self.accounts
            .iter_mut()
            .find(|account| account.waba_id == waba_id)
    }

    pub(crate) fn channel(&self, phone_number_id: &str) -> Option<Channel> {
        let (account, number) = self.number(phone_number_id)?;
        Some(Channel {
            waba_id: account.waba_id.clone(),
            phone_number_id: number.id.clone(),
            display_phone_number: number.digits.clone(),
        })
    }

    pub(crate) fn first_number(&self) -> Option<String> {
        let number = self
            .accounts
            .iter()
            .flat_map(|account| &account.numbers)
            .next()?;
        Some(number.id.clone())
    }

    /// Where an event goes, and whose secret signs it: the number's own hook, the account's, the app's. `None` when there
    /// is no callback or the account is not subscribed.
    pub(crate) fn destination(
        &self,
        waba_id: &str,
        phone_number_id: Option<&str>,
        app_secret: &str,
    ) -> Option<(String, String)> {
        let account = self
            .accounts
            .iter()
            .find(|account| account.waba_id == waba_id);
        if account.is_some_and(|account| !account.subscribed) {
            return None;
        }
        let own = phone_number_id
            .and_then(|id| self.number(id))
            .and_then(|(_, number)| number.hook.as_ref())
            .or_else(|| self.account_hooks.get(waba_id));
        match own {
            Some(hook) => Some((
                hook.url.clone(),
                hook.app_secret
                    .clone()
                    .unwrap_or_else(|| app_secret.to_owned()),
            )),
            None => Some((self.callback.clone()?, app_secret.to_owned())),
        }
    }

    /// The person behind an address that was sent to: one who wrote before, also under the number's other spelling in
    /// Brazil (ninth digit) and Mexico (the 1), else somebody new.
    pub(crate) fn person(&self, to: &str) -> Person {
        let known = |key: &str| self.people.get(key).cloned();
        let other = match (to.get(..2), to.len()) {
            (Some("55"), 13) if to.get(4..5) == Some("9") => {
                Some(format!("{}{}", &to[..4], &to[5..]))
            }
            (Some("55"), 12) => Some(format!("{}9{}", &to[..4], &to[4..])),
            (Some("52"), 13) if to.get(2..3) == Some("1") => Some(format!("52{}", &to[3..])),
            (Some("52"), 12) => Some(format!("521{}", &to[2..])),
            _ => None,
        };
        let by_user_id = || {
            let mut people = self.people.values();
            people
                .find(|one| one.user_id.as_deref() == Some(to))
                .cloned()
        };
        let person = known(to).or_else(|| known(&other?)).or_else(by_user_id);
        person.unwrap_or_else(|| {
            if to.bytes().all(|byte| byte.is_ascii_digit()) {
                Person::new(to)
            } else {
                Person::anonymous(to)
            }
        })
    }
}
