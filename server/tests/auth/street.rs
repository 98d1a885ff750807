//! A house beside two pretended providers, and browsers on their way between them.

use crate::{
    google::{Google, oidc},
    house::{Answer, House, ORIGIN},
};
use axum::http::{StatusCode, header};
use postern_domain::{
    env::{Chance, Clock, Real},
    registration::Registration,
};
use postern_types::Provider;
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use time::{Duration, OffsetDateTime};

pub const PASSWORD: &str = "a quiet harbour 7";

/// Chance as it is: fifty of these draw more than a byte can count.
struct Fair;

impl Chance for Fair {
    fn fill(&self, bytes: &mut [u8]) {
        Real.fill(bytes);
    }
}

#[derive(Default)]
struct Moved(Mutex<Duration>);

impl Clock for Moved {
    fn now(&self) -> OffsetDateTime {
        Real.now() + *self.0.lock().expect("not poisoned")
    }
}

/// A house with an owner, and the pretended providers.
pub struct Street {
    pub house: House,
    pub google: Google,
    pub microsoft: Google,
    pub inside: Value,
    clock: Arc<Moved>,
}

impl Street {
    pub async fn open(options: PgConnectOptions) -> Self {
        Self::registering(options, Registration::Closed).await
    }

    pub async fn registering(options: PgConnectOptions, registration: Registration) -> Self {
        let (google, microsoft) = (Google::open().await, Google::open().await);
        let clock = Arc::new(Moved::default());
        let house = House::with(options, |env| {
            env.chance = Arc::new(Fair);
            env.clock = clock.clone();
            env.registration = registration;
            env.oidc = oidc(vec![
                google.settings(Provider::Google),
                microsoft.settings(Provider::Microsoft),
            ]);
        });
        let inside = house.set_up().await.json();
        Self {
            house,
            google,
            microsoft,
            inside,
            clock,
        }
    }

    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.inside["token"].as_str().expect("text"))
    }

    /// So many minutes pass.
    pub fn later(&self, minutes: i64) {
        *self.clock.0.lock().expect("not poisoned") += Duration::minutes(minutes);
    }

    /// Connects the owner's account with what Google says.
    pub async fn connect(&self) -> Value {
        let mut browser = Browser::default();
        let form = json!({ "provider": "google", "password": PASSWORD }).to_string();
        let headers = [("authorization", self.bearer())];
        let away = browser
            .post(&self.house, "/auth/oidc/connect", &headers, &form)
            .await;
        let told = self.google.agree(away.json()["to"].as_str().expect("text"));
        browser.back(&self.house, "google", &told).await;
        browser.finish(&self.house).await.json()
    }
}

/// What keeps cookies as a browser does.
#[derive(Default, Clone)]
pub struct Browser(pub BTreeMap<String, String>);

impl Browser {
    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.cookies() {
            let (pair, _) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The cookies that go along; with a navigation from another site only the Lax one.
    fn jar(&self, from_elsewhere: bool) -> String {
        let pairs = self
            .0
            .iter()
            .filter(|(name, _)| !from_elsewhere || name.contains("-away-"));
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    pub async fn post(
        &mut self,
        house: &House,
        path: &str,
        more: &[(&str, String)],
        body: &str,
    ) -> Answer {
        let jar = self.jar(false);
        let mut headers = vec![("origin", ORIGIN), ("cookie", jar.as_str())];
        headers.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = house.post(path, &headers, body).await;
        self.keep(&answer);
        answer
    }

    /// Where the provider's page is.
    pub async fn depart(&mut self, house: &House, provider: &str) -> String {
        let form = json!({ "provider": provider }).to_string();
        let away = self.post(house, "/auth/oidc/depart", &[], &form).await;
        assert_eq!(away.status, StatusCode::OK, "{}", away.body);
        away.json()["to"].as_str().expect("text").to_owned()
    }

    /// The provider sends the browser back.
    pub async fn back(&self, house: &House, provider: &str, told: &str) -> Answer {
        let path = format!("/auth/oidc/{provider}/callback?{told}");
        let jar = self.jar(true);
        let headers = [("cookie", jar.as_str()), ("sec-fetch-site", "cross-site")];
        let answer = house.get(&path, &headers).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.headers[header::LOCATION], "/sign-in?arrived");
        assert!(answer.cookies().is_empty(), "nobody is in yet");
        answer
    }

    pub async fn finish(&mut self, house: &House) -> Answer {
        self.post(house, "/auth/oidc/finish", &[], "null").await
    }

    /// All of it.
    pub async fn by_way_of(&mut self, street: &Street, provider: &str) -> Value {
        let to = self.depart(&street.house, provider).await;
        let pretended = if provider == "google" {
            &street.google
        } else {
            &street.microsoft
        };
        let told = pretended.agree(&to);
        self.back(&street.house, provider, &told).await;
        self.finish(&street.house).await.json()
    }

    pub fn is_in(&self) -> bool {
        self.0.keys().any(|name| name.contains("-refresh-"))
    }
}

pub fn refused(provider: Option<&str>, why: &str) -> Value {
    json!({ "refused": { "provider": provider, "why": why } })
}
