//! The providers of this installation: what they say of themselves, and the keys that they sign with.

use super::exchange::{self, Told};
use crate::Env;
use jsonwebtoken::DecodingKey;
use postern_types::Provider;
use secrecy::SecretString;
use serde::Deserialize;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use url::{Host, Url};
use uuid::Uuid;

/// How long what a provider says of itself is believed.
const FRESH: Duration = Duration::hours(1);
/// How soon it is asked anew for a key that it did not have: whoever sends tokens cannot make us ask at will.
const REST: Duration = Duration::minutes(1);
/// How long after a failure it is not asked again.
const PAUSE: Duration = Duration::seconds(5);
/// Keys of one provider, at most.
const KEYS: usize = 64;

/// How this installation is known to a provider.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which one.
    pub provider: Provider,
    /// Its issuer, as `https://accounts.google.com`.
    pub issuer: Url,
    /// Our id there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: SecretString,
}

/// The providers by way of which people sign in; cheap to clone, and none by default.
#[derive(Clone, Default)]
pub struct Oidc(Arc<[Client]>);

impl Oidc {
    /// Those that are set up. `http` follows no redirect and gives up in time, like [`crate::graph::Meta::http`].
    pub fn new(settings: Vec<Settings>, http: &reqwest::Client) -> Self {
        let client = |settings: Settings| Client {
            issuer: settings.issuer.as_str().trim_end_matches('/').to_owned(),
            http: http.clone(),
            held: Mutex::default(),
            settings,
        };
        Self(settings.into_iter().map(client).collect())
    }

    /// Which they are.
    pub fn offered(&self) -> Vec<Provider> {
        let mut offered: Vec<_> = self.0.iter().map(|one| one.settings.provider).collect();
        offered.sort();
        offered
    }

    pub(super) fn client(&self, provider: Provider) -> Option<&Client> {
        self.0.iter().find(|one| one.settings.provider == provider)
    }
}

/// This installation, as one provider knows it.
pub(super) struct Client {
    pub settings: Settings,
    pub http: reqwest::Client,
    /// Without a slash at its end, as it is compared.
    issuer: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    known: Option<Arc<Known>>,
    failed_at: Option<OffsetDateTime>,
}

/// What a provider says of itself.
pub(super) struct Known {
    /// Its issuer; Microsoft's for everybody holds `{tenantid}` in the place of the tenant's.
    issuer: String,
    pub authorize: Url,
    pub token: Url,
    /// Whether its answers always name it (RFC 9207).
    pub names_itself: bool,
    keys: Vec<Key>,
    at: OffsetDateTime,
}

/// A key that it signs with.
pub(super) struct Key {
    id: String,
    pub decoding: DecodingKey,
    /// For whose tokens alone, where that is said; may hold `{tenantid}`.
    issuer: Option<String>,
}

/// What is looked at in a discovery document (OpenID Connect Discovery 1.0).
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: String,
    e: String,
    issuer: Option<String>,
}

impl Client {
    /// What the provider says of itself, asked for once an hour; sooner when the key `wanted` is not among its keys.
    pub async fn known(&self, env: &Env, wanted: Option<&str>) -> Told<Arc<Known>> {
        // One asks at a time, and the others find the answer.
        let mut held = self.held.lock().await;
        let now = env.now();
        if let Some(known) = &held.known {
            let age = now - known.at;
            let has = wanted.is_none_or(|id| known.key(id).is_some());
            if age < FRESH && (has || age < REST) {
                return Ok(Arc::clone(known));
            }
        }
        if held.failed_at.is_some_and(|at| now - at < PAUSE) {
            return Err("it did not answer a moment ago");
        }
        match self.ask(now).await {
            Ok(known) => {
                let known = Arc::new(known);
                held.known = Some(Arc::clone(&known));
                held.failed_at = None;
                Ok(known)
            }
            Err(why) => {
                held.failed_at = Some(now);
                Err(why)
            }
        }
    }

    async fn ask(&self, now: OffsetDateTime) -> Told<Known> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer);
        let document: Document = exchange::json(self.http.get(address)).await?;
        if !self.is_described_by(&document.issuer) {
            return Err("it calls itself by another issuer than the configured one");
        }
        let at = |address: &str| {
            self.reachable(address)
                .ok_or("an address of it is not https")
        };
        let set: KeySet = exchange::json(self.http.get(at(&document.jwks_uri)?)).await?;
        Ok(Known {
            authorize: at(&document.authorization_endpoint)?,
            token: at(&document.token_endpoint)?,
            names_itself: document.authorization_response_iss_parameter_supported,
            issuer: document.issuer,
            keys: set.keys.into_iter().take(KEYS).filter_map(key).collect(),
            at: now,
        })
    }

    /// Microsoft has one document for all tenants, whose issuer is a pattern.
    pub fn is_described_by(&self, issuer: &str) -> bool {
        let pattern = || {
            ["/common/", "/organizations/"].iter().any(|all| {
                self.issuer.contains(all) && self.issuer.replace(all, "/{tenantid}/") == issuer
            })
        };
        issuer == self.issuer || (self.settings.provider == Provider::Microsoft && pattern())
    }

    /// An address of the provider: over https, or on this machine where the configured issuer is.
    pub fn reachable(&self, address: &str) -> Option<Url> {
        let url = Url::parse(address).ok()?;
        let plain = url.scheme() == "http" && is_here(&url) && is_here(&self.settings.issuer);
        (url.scheme() == "https" || plain).then_some(url)
    }
}

/// Whether an address is this machine's own.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Known {
    /// For tests: one of that name, with no keys.
    #[cfg(test)]
    pub fn called(issuer: &str) -> Self {
        let nowhere = Url::parse("https://nowhere.example").unwrap();
        Self {
            issuer: issuer.to_owned(),
            authorize: nowhere.clone(),
            token: nowhere,
            names_itself: false,
            keys: Vec::new(),
            at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    /// The key of that id.
    pub fn key(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Whether a token's issuer, with its tenant where it has one, is this provider.
    pub fn is_issuer(&self, issuer: &str, tenant: Option<&str>) -> bool {
        fits(&self.issuer, issuer, tenant)
    }

    /// Whether an answer's `iss` names this provider (RFC 9207); the tenant is not known yet.
    pub fn is_named(&self, issuer: &str) -> bool {
        match self.issuer.split_once("{tenantid}") {
            None => self.issuer == issuer,
            Some((before, behind)) => issuer
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(behind))
                .is_some_and(|tenant| Uuid::try_parse(tenant).is_ok()),
        }
    }
}

impl Key {
    /// Whether tokens of that issuer are signed with it.
    pub fn is_for(&self, issuer: &str, tenant: Option<&str>) -> bool {
        let only = self.issuer.as_deref();
        only.is_none_or(|pattern| fits(pattern, issuer, tenant))
    }
}

fn fits(pattern: &str, issuer: &str, tenant: Option<&str>) -> bool {
    if !pattern.contains("{tenantid}") {
        return pattern == issuer;
    }
    tenant.is_some_and(|id| {
        Uuid::try_parse(id).is_ok() && pattern.replace("{tenantid}", id) == issuer
    })
}

/// What is no RSA key for signatures is passed over.
fn key(value: serde_json::Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let signs = jwk.purpose.is_none_or(|purpose| purpose == "sig");
    let fits = jwk.alg.is_none_or(|alg| alg == "RS256");
    if jwk.kty != "RSA" || !signs || !fits {
        return None;
    }
    Some(Key {
        decoding: DecodingKey::from_rsa_components(&jwk.n, &jwk.e).ok()?,
        id: jwk.kid,
        issuer: jwk.issuer,
    })
}
