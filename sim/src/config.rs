//! What one simulated Meta looks like.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::chaos::Chaos;
use crate::escape::Form;
use crate::ids;
use crate::limits::Limits;
use crate::registration::Registration;
use crate::template::Template;

/// Everything that [`crate::Sim::start`] needs. [`SimConfig::default`] has no account: add one.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Where to listen; loopback unless somebody insists.
    pub host: IpAddr,
    /// 0 takes any free port.
    pub port: u16,
    /// The app's secret, which signs webhooks.
    pub app_secret: String,
    /// What the callback must know in the handshake.
    pub verify_token: String,
    /// Where webhooks go, unless a number or an account says otherwise. `None`: nowhere yet.
    pub callback: Option<String>,
    /// The accounts that exist.
    pub accounts: Vec<Account>,
    /// How quickly statuses follow a send.
    pub pace: Pace,
    /// What to do when a webhook is not answered by 200.
    pub retry: Retry,
    /// Which of Meta's limits are enforced.
    pub limits: Limits,
    /// What goes wrong on the way.
    pub chaos: Chaos,
    /// How bodies are written.
    pub form: Form,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            app_secret: ids::secret(),
            verify_token: ids::secret(),
            callback: None,
            accounts: Vec::new(),
            pace: Pace::human(),
            retry: Retry::like_meta(),
            limits: Limits::none(),
            chaos: Chaos::calm(),
            form: Form::Escaped,
        }
    }
}

impl SimConfig {
    /// For tests: one account with one number, statuses and retries within milliseconds, no limits, no chaos.
    pub fn quick(waba_id: &str, phone_number_id: &str, token: &str) -> Self {
        let display = format!(
            "1555{:07}",
            phone_number_id
                .bytes()
                .fold(0u64, |n, b| (n * 31 + u64::from(b)) % 10_000_000)
        );
        Self {
            accounts: vec![Account::new(waba_id, token).with_number(Number::new(
                phone_number_id,
                &display,
                "Quick Test",
            ))],
            pace: Pace::quick(),
            retry: Retry::quick(),
            ..Self::default()
        }
    }
}

/// A business account (WABA).
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub waba_id: String,
    /// Its name.
    pub name: String,
    /// Tokens that open it.
    pub tokens: Vec<String>,
    /// Its numbers.
    pub numbers: Vec<Number>,
    /// Whether the app gets its webhooks (`subscribed_apps`).
    pub subscribed: bool,
    /// Its templates: at first the dozen of [`Template::seeded`].
    pub templates: Vec<Template>,
    /// Whether Meta has disabled it: nothing can be sent.
    pub banned: bool,
}

impl Account {
    /// An account that one token opens, subscribed, with no number.
    pub fn new(waba_id: &str, token: &str) -> Self {
        Self {
            waba_id: waba_id.to_owned(),
            name: "Simulated account".to_owned(),
            tokens: vec![token.to_owned()],
            numbers: Vec::new(),
            subscribed: true,
            templates: Template::seeded(waba_id),
            banned: false,
        }
    }

    /// With another number.
    pub fn with_number(mut self, number: Number) -> Self {
        self.numbers.push(number);
        self
    }
}

/// A business phone number.
#[derive(Clone, Debug)]
pub struct Number {
    /// The phone number id.
    pub id: String,
    /// Digits with the country code.
    pub digits: String,
    /// The name customers see.
    pub verified_name: String,
    /// Where its webhooks go instead, and by whose secret they are signed.
    pub hook: Option<Hook>,
    /// Fields of the node that are not as with any other number: `quality_rating`, `status`, ...
    pub facts: Map<String, Value>,
    /// What customers see of the business, with the fields of `whatsapp_business_profile`.
    pub profile: Map<String, Value>,
    /// Who may not write to it: numbers without `+`, or user ids.
    pub blocked: BTreeSet<String>,
    /// The PIN of the two-step verification, and what was tried with it.
    pub registration: Registration,
}

impl Number {
    /// A number whose webhooks go to the app's callback.
    pub fn new(id: &str, digits: &str, verified_name: &str) -> Self {
        Self {
            id: id.to_owned(),
            digits: digits.chars().filter(char::is_ascii_digit).collect(),
            verified_name: verified_name.to_owned(),
            hook: None,
            facts: Map::new(),
            profile: Map::new(),
            blocked: BTreeSet::new(),
            registration: Registration::default(),
        }
    }

    /// With a field of the node that is not as with any other number.
    pub fn with_fact(mut self, field: &str, value: Value) -> Self {
        self.facts.insert(field.to_owned(), value);
        self
    }
}

/// A callback of a number's or an account's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Where to.
    pub url: String,
    /// The secret of the app that owns the number, when it is not the installation's app.
    pub app_secret: Option<String>,
}

/// The time from a send to each of its statuses: at least the first, at most the second.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From the send to `sent`.
    pub sent: (Duration, Duration),
    /// From `sent` to `delivered`.
    pub delivered: (Duration, Duration),
    /// From `delivered` to `read`; `None`: nobody reads.
    pub read: Option<(Duration, Duration)>,
}

impl Pace {
    /// As a person with the phone in hand.
    pub fn human() -> Self {
        Self {
            sent: millis(150, 500),
            delivered: millis(300, 1200),
            read: Some(millis(400, 1500)),
        }
    }

    /// For tests.
    pub fn quick() -> Self {
        Self {
            sent: millis(0, 5),
            delivered: millis(1, 5),
            read: Some(millis(1, 5)),
        }
    }
}

/// How often a webhook is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// How long an answer may take.
    pub timeout: Duration,
    /// The pause after the first failure; it doubles with each.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// When to give up, counted from the first try.
    pub until: Duration,
}

impl Retry {
    /// At once, then with decreasing frequency over 36 hours.
    pub fn like_meta() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            first: Duration::from_secs(1),
            longest: Duration::from_hours(1),
            until: Duration::from_hours(36),
        }
    }

    /// For tests: the same shape, within seconds.
    pub fn quick() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            first: Duration::from_millis(10),
            longest: Duration::from_millis(200),
            until: Duration::from_secs(20),
        }
    }
}

const fn millis(from: u64, to: u64) -> (Duration, Duration) {
    (Duration::from_millis(from), Duration::from_millis(to))
}
