//! Turns the texts of settings into a [`Config`], noting every one that cannot be read.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
};

use base64::{Engine as _, engine};
use ipnet::IpNet;
use secrecy::{SecretSlice, SecretString};
use url::Url;

use super::{
    Config, Environment, Fault, Key, Limits, LogFormat, keys, mail, oidc, s3, site, source::Source,
};
use crate::api::Plans;
use postern_domain::{registration::Registration, signed::SigningKey};

/// Both with and without padding: key generators differ.
pub(super) const BASE64: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(engine::DecodePaddingMode::Indifferent),
);

/// The shortest key of tokens and the shortest pepper, in bytes; a master key is exactly as long.
pub(super) const KEY_LENGTH: usize = 32;

const MAKE_JOBS_KEY: &str = "Write whsec_ and what `openssl rand -base64 32` prints, in one word";
const MAKE_KEY: &str = "Make one with `openssl rand -base64 32`";

/// Reads every setting; one that cannot be read is noted and takes its default, so that the next is read as well.
pub(super) fn read(source: &Source, faults: &mut Vec<Fault>) -> Config {
    let mut reader = Reader { source, faults };
    let environment = match source.text("environment") {
        None => Environment::Development,
        // Whatever was meant, it is held to the strictest rules: their faults stand in the same list.
        Some(_) => reader
            .parse(
                "environment",
                "Write development, staging or production",
                Environment::from_word,
            )
            .unwrap_or(Environment::Production),
    };
    let base_url = reader.web_address("base_url", "http://localhost:3000");
    let (api_plans, api_plan) = plans(&mut reader);
    Config {
        environment,
        data: source
            .text("data")
            .map_or_else(|| "./data".into(), PathBuf::from),
        listen: reader
            .parse(
                "listen",
                "Write an address and a port, such as 127.0.0.1:3000",
                |t| t.parse().ok(),
            )
            .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3000))),
        smtp: mail::read(&mut reader),
        mail_from: mail::from(&mut reader, base_url.host_str().unwrap_or_default()),
        registration: registration(&mut reader),
        providers: oidc::read(&mut reader),
        base_url,
        portal_url: reader.address("portal_url"),
        site: source.text("site").map_or_else(site::usual, PathBuf::from),
        database_url: source.text("database_url").map(SecretString::from),
        database_owner_url: source.text("database_owner_url").map(SecretString::from),
        graph_url: reader.web_address("graph_url", "https://graph.facebook.com/v24.0"),
        s3: s3::read(&mut reader),
        app_secret: source.text("app_secret").map(SecretString::from),
        verify_token: source.text("verify_token").map(SecretString::from),
        master_keys: reader.keys(
            "master_keys",
            |length| length == KEY_LENGTH,
            "exactly 32 bytes",
        ),
        jwt_keys: reader.keys(
            "jwt_keys",
            |length| length >= KEY_LENGTH,
            "at least 32 bytes",
        ),
        pepper: reader.pepper(),
        cors_origins: origins(&mut reader),
        api_plans,
        api_plan,
        trusted_proxies: reader.list(
            "trusted_proxies",
            "Write addresses or networks, such as 10.0.0.0/8",
            network,
        ),
        workers: reader
            .parse("workers", "Write true, false or a number up to 64", workers)
            .unwrap_or(2),
        jobs_key: reader
            .parse("jobs_key", MAKE_JOBS_KEY, SigningKey::parse)
            .map(Arc::new),
        log: reader
            .parse(
                "log",
                "Write a filter such as info or info,postern_server=debug",
                |text| {
                    tracing_subscriber::EnvFilter::try_new(text)
                        .ok()
                        .map(|_| text.to_owned())
                },
            )
            .unwrap_or_else(|| "info".into()),
        log_format: log_format(&mut reader, environment),
        body_limit: reader.number("body_limit", 1024, 64 * 1024 * 1024, 4 * 1024 * 1024),
        webhook_batch: reader.number("webhook_batch", 0, 1000, 64),
        private_endpoints: reader
            .parse("private_endpoints", "Write true or false", |text| {
                text.parse().ok()
            })
            .unwrap_or(false),
        pool_size: reader.number("pool_size", 2, 1000, 16),
        worker_pool_size: reader.number("worker_pool_size", 2, 1000, 8),
        limits: Limits::read(&mut reader),
        pg_user: reader
            .parse(
                "pg_user",
                "Write the name of a user of this machine, not root",
                |text| {
                    (text != "root" && text != "0" && !text.starts_with('-'))
                        .then(|| text.to_owned())
                },
            )
            .unwrap_or_else(|| "postgres".into()),
        kept: keys::InFile::default(),
    }
}

fn log_format(reader: &mut Reader, environment: Environment) -> LogFormat {
    reader
        .parse("log_format", "Write text or json", |text| match text {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            _ => None,
        })
        .unwrap_or(if environment == Environment::Development {
            LogFormat::Text
        } else {
            LogFormat::Json
        })
}

fn registration(reader: &mut Reader) -> Registration {
    reader
        .parse("registration", "Write closed or open", |text| match text {
            "closed" => Some(Registration::Closed),
            "open" => Some(Registration::Open),
            _ => None,
        })
        .unwrap_or_default()
}

pub(super) struct Reader<'a> {
    source: &'a Source,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    /// The text of a setting.
    pub(super) fn text(&self, setting: &str) -> Option<String> {
        self.source.text(setting)
    }

    pub(super) fn parse<T>(
        &mut self,
        setting: &str,
        remedy: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.source.text(setting)?;
        let value = parse(&text);
        if value.is_none() {
            self.fault(setting, "its value is not understood", remedy);
        }
        value
    }

    pub(super) fn number<T: FromStr + PartialOrd + std::fmt::Display>(
        &mut self,
        setting: &str,
        least: T,
        most: T,
        usual: T,
    ) -> T {
        let remedy = format!("Write a whole number from {least} to {most}");
        let parse = |text: &str| text.parse().ok().filter(|n| *n >= least && *n <= most);
        self.parse(setting, &remedy, parse).unwrap_or(usual)
    }

    fn web_address(&mut self, setting: &str, usual: &'static str) -> Url {
        self.address(setting)
            .unwrap_or_else(|| Url::parse(usual).expect("the usual address is an address"))
    }

    /// An address on the web, when one is set.
    pub(super) fn address(&mut self, setting: &str) -> Option<Url> {
        let parse = |text: &str| {
            let url = Url::parse(text.trim_end_matches('/')).ok()?;
            let plain =
                url.username().is_empty() && url.password().is_none() && url.query().is_none();
            (matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && plain
                && url.fragment().is_none())
            .then_some(url)
        };
        self.parse(setting, "Write an address that begins with https:// or http://, without user, query or fragment", parse)
    }

    fn list<T>(
        &mut self,
        setting: &str,
        remedy: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        self.parse(setting, remedy, |text| entries(text).map(parse).collect())
            .unwrap_or_default()
    }

    fn keys(&mut self, setting: &str, fits: impl Fn(usize) -> bool, length: &str) -> Vec<Key> {
        let Some(text) = self.source.text(setting) else {
            return Vec::new();
        };
        let mut keys: Vec<Key> = Vec::new();
        for (number, entry) in entries(&text).enumerate() {
            let wrong = match key(entry) {
                None => format!("key {} is not `id:base64`", number + 1),
                Some((id, _)) if keys.iter().any(|known| known.id == id) => {
                    format!("the id of key {} is taken", number + 1)
                }
                Some((_, bytes)) if !fits(bytes.len()) => {
                    format!(
                        "key {} has {} bytes and needs {length}",
                        number + 1,
                        bytes.len()
                    )
                }
                Some((id, bytes)) => {
                    keys.push(Key {
                        id: id.to_owned(),
                        bytes: SecretSlice::from(bytes),
                    });
                    continue;
                }
            };
            self.fault(
                setting,
                &wrong,
                &format!("Write `id:base64`, several separated by commas. {MAKE_KEY}"),
            );
        }
        keys
    }

    fn pepper(&mut self) -> SecretSlice<u8> {
        let remedy = format!("Write base64 of at least 32 bytes. {MAKE_KEY}");
        let parse = |text: &str| {
            BASE64
                .decode(text)
                .ok()
                .filter(|bytes| bytes.len() >= KEY_LENGTH)
        };
        SecretSlice::from(self.parse("pepper", &remedy, parse).unwrap_or_default())
    }

    pub(super) fn fault(&mut self, setting: &str, wrong: &str, remedy: &str) {
        self.faults
            .push(Fault::new(self.source.name(setting), wrong, remedy));
    }
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

/// An entry `id:base64`.
pub(super) fn key(entry: &str) -> Option<(&str, Vec<u8>)> {
    let (id, encoded) = entry.split_once(':')?;
    let plain = id
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    ((1..=32).contains(&id.len()) && plain).then_some((id, BASE64.decode(encoded.trim()).ok()?))
}

/// An origin as browsers send it, or the wildcard, which only development accepts.
fn origin(text: &str) -> Option<String> {
    if text == "*" {
        return Some(text.to_owned());
    }
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let origin = url.origin().ascii_serialization();
    (text.trim_end_matches('/').eq_ignore_ascii_case(&origin)).then_some(origin)
}

fn origins(reader: &mut Reader<'_>) -> Vec<String> {
    let remedy = "Write origins such as https://app.example, or nothing";
    reader.list("cors_origins", remedy, origin)
}

/// The plans of the API, and the usual one of them.
fn plans(reader: &mut Reader<'_>) -> (BTreeMap<String, u32>, String) {
    let usual = Plans::default();
    let api_plans = reader
        .parse(
            "api_plans",
            "Write plans with 10 to 1000 calls a minute, such as standard=120,scale=1000",
            plan_list,
        )
        .unwrap_or(usual.plans);
    let api_plan = reader
        .parse("api_plan", "Write the name of one of the plans", |text| {
            api_plans.contains_key(text).then(|| text.to_owned())
        })
        .or_else(|| api_plans.contains_key(&usual.usual).then_some(usual.usual))
        // Of others than the usual ones the least, until one is named.
        .or_else(|| Some(api_plans.iter().min_by_key(|(_, calls)| **calls)?.0.clone()))
        .unwrap_or_default();
    (api_plans, api_plan)
}

/// `name=number` each, 10 to 1000.
fn plan_list(text: &str) -> Option<BTreeMap<String, u32>> {
    let plan = |entry: &str| {
        let (name, calls) = entry.split_once('=')?;
        let calls: u32 = calls.trim().parse().ok()?;
        let name = name.trim();
        let named = (1..=32).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (named && (10..=1000).contains(&calls)).then(|| (name.to_owned(), calls))
    };
    let plans: BTreeMap<_, _> = entries(text).map(plan).collect::<Option<_>>()?;
    (!plans.is_empty()).then_some(plans)
}

fn network(text: &str) -> Option<IpNet> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn workers(text: &str) -> Option<usize> {
    match text {
        "true" => Some(2),
        "false" => Some(0),
        _ => text.parse().ok().filter(|count| *count <= 64),
    }
}
