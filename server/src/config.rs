//! What an installation sets: one documented struct, one environment variable a field.

mod check;
mod fault;
mod folder;
pub(crate) mod keys;
mod limits;
mod mail;
mod oidc;
mod read;
mod s3;
pub(crate) mod site;
mod source;
mod values;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc};

use ipnet::IpNet;
use postern_domain::{
    file::S3,
    mail::{Mailbox, Smtp},
    oidc::Settings,
    registration::Registration,
    signed::SigningKey,
};
use secrecy::{SecretSlice, SecretString};
use url::Url;

pub use fault::{Fault, Faults};
pub use keys::os_random;
pub use limits::Limits;
pub use values::{Environment, Key, LogFormat};

/// Every setting of an installation.
///
/// Each field is one environment variable: its name in capitals after `POSTERN_`, except for `DATABASE_URL` and
/// `DATABASE_OWNER_URL`, which keep the name that every tool knows. The same settings may stand in lower case in
/// `postern.toml` in the data folder, or in the file that `POSTERN_CONFIG` names; a variable goes before the file.
/// An empty value counts as none. To add a setting: a field here, a line in `read.rs`, a name in `source.rs`, a row in
/// the table test; a rule for production goes into `check.rs`.
#[derive(Clone, Debug)]
pub struct Config {
    /// `development` (default), `staging` or `production`. Staging is held to the rules of production.
    pub environment: Environment,
    /// The data folder, `./data` by default. It belongs to one environment for ever (see the file `environment` in it).
    pub data: PathBuf,
    /// Where HTTP is served, `127.0.0.1:3000` by default.
    pub listen: SocketAddr,
    /// How people reach this installation, `http://localhost:3000` by default; links in mail begin with it.
    pub base_url: Url,
    /// How contacts reach the portal, when it has a host of its own; links to it begin with it. `POSTERN_BASE_URL` by default.
    pub portal_url: Option<Url>,
    /// The folder of the built client: `site` beside the program by default, else what `cargo xtask web` built.
    pub site: PathBuf,
    /// The PostgreSQL that is served, signed in as the serving role (`DATABASE_URL`). Without it Postern runs its own.
    pub database_url: Option<SecretString>,
    /// The same database signed in as its owner, to migrate it (`DATABASE_OWNER_URL`).
    pub database_owner_url: Option<SecretString>,
    /// Meta's Graph API, `https://graph.facebook.com/v24.0` by default.
    pub graph_url: Url,
    /// A store that speaks S3 for files: `POSTERN_S3_BUCKET`, `…_S3_KEY_ID` and `…_S3_SECRET`; with `…_S3_ENDPOINT` for one
    /// that is not Amazon's, `…_S3_REGION` (`us-east-1` by default) and `…_S3_PATH_STYLE` (`true` by default with an
    /// endpoint). Without it files lie in the folder `files` of the data folder.
    pub s3: Option<S3>,
    /// The secret of the installation's Meta app, which signs its webhooks.
    pub app_secret: Option<SecretString>,
    /// The word that Meta repeats in the handshake of the installation's webhook.
    pub verify_token: Option<SecretString>,
    /// Master keys as `id:base64` of exactly 32 bytes, separated by commas; the first one is the newest, all of
    /// them open. Which one seals is settled with `postern keys rotate`.
    pub master_keys: Vec<Key>,
    /// Keys of the tokens as `id:base64` of at least 32 bytes; the first one is the newest,
    /// all of them verify. Which one signs is settled with `postern keys rotate --jwt`.
    pub jwt_keys: Vec<Key>,
    /// Mixed into every hash of a password or short code: base64 of at least 32 bytes. Losing it loses every password.
    pub pepper: SecretSlice<u8>,
    /// Origins whose pages may call the API (`https://app.example`, several by commas); none by default.
    pub cors_origins: Vec<String>,
    /// Calls of the API that a workspace may make in a minute, by the name of its plan: `free=10,standard=120,scale=1000` by
    /// default.
    pub api_plans: BTreeMap<String, u32>,
    /// The plan of workspaces that none was chosen for with `postern workspace plan`; `standard` by default.
    pub api_plan: String,
    /// Addresses or networks of the proxies whose `X-Forwarded-For` is believed; none by default, in development alone.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether strangers may register workspaces of their own: `closed` (default) or `open`.
    pub registration: Registration,
    /// By way of whom people may sign in: `POSTERN_GOOGLE_CLIENT_ID` with `…_CLIENT_SECRET` or `…_CLIENT_SECRET_FILE` (a file
    /// that holds it), and the same of `POSTERN_MICROSOFT_…`. `POSTERN_MICROSOFT_ISSUER` narrows it to one tenant
    /// (`https://login.microsoftonline.com/TENANT/v2.0`; everybody's by default), `POSTERN_GOOGLE_ISSUER` is for tests.
    pub providers: Vec<Settings>,
    /// The mail server, `smtps://user:password@host:465` or `smtp://…:587` (STARTTLS). Without it letters are written into the
    /// folder `mail` of the data folder. `POSTERN_SMTP_CA` names a file of certificates to trust besides the system's.
    pub smtp: Option<Smtp>,
    /// Whom letters are from, as `Postern <postern@example.com>`; by default of the host of `POSTERN_BASE_URL`.
    pub mail_from: Mailbox,
    /// How many job loops `serve` runs beside the web: a number, `true` (2, the default) or `false` (0).
    pub workers: usize,
    /// What signs `POST /jobs/run` (`whsec_` and base64 of 24 to 64 bytes), which works for 20 seconds, on hosts that keep no job
    /// loop running; without it there is no such address.
    pub jobs_key: Option<Arc<SigningKey>>,
    /// The filter of the log, as `tracing` reads it; `info` by default.
    pub log: String,
    /// `text` or `json`; text in development, json elsewhere by default.
    pub log_format: LogFormat,
    /// The longest webhook in bytes, 4 MiB by default.
    pub body_limit: usize,
    /// Webhooks that are committed together at most, 64 by default; with 0 each has a transaction of its own.
    pub webhook_batch: usize,
    /// Whether webhooks may go to this machine and to private networks, without TLS and to any port: `true` or `false`
    /// (default). For tests; staging and production refuse it.
    pub private_endpoints: bool,
    /// Connections of the web's pool, 16 by default.
    pub pool_size: u32,
    /// Connections of the job loops' pool, 8 by default.
    pub worker_pool_size: u32,
    /// What a flood meets: settings of their own.
    pub limits: Limits,
    /// Whom the private PostgreSQL runs as when Postern is started as root; `postgres` by default.
    pub pg_user: String,
    /// No setting: which keys come from the file in the data folder.
    pub(crate) kept: keys::InFile,
}

impl Config {
    /// Reads every setting from the environment and the file, makes the data folder (and in development the missing
    /// keys) and says everything that is wrong at once, the rules of [`Config::check`] included.
    pub fn load() -> Result<Self, Faults> {
        Self::load_from(&variables(), &os_random)
    }

    /// [`Config::load`] for whoever shows pages: that there is a client to show is checked with the rest.
    pub fn load_to_serve() -> Result<Self, Faults> {
        Self::gather(&variables(), &os_random, site::check)
    }

    /// [`Config::load`] with the variables and the randomness given.
    pub fn load_from(
        variables: &BTreeMap<String, String>,
        fill: &dyn Fn(&mut [u8]),
    ) -> Result<Self, Faults> {
        Self::gather(variables, fill, |_| None)
    }

    /// Scheme, host and port of the portal.
    pub(crate) fn portal_origin(&self) -> String {
        let url = self.portal_url.as_ref().unwrap_or(&self.base_url);
        url.origin().ascii_serialization()
    }

    fn gather(
        variables: &BTreeMap<String, String>,
        fill: &dyn Fn(&mut [u8]),
        more: impl Fn(&Self) -> Option<Fault>,
    ) -> Result<Self, Faults> {
        let (source, mut faults) = source::Source::open(variables);
        let mut config = read::read(&source, &mut faults);
        if config.environment.makes_missing_keys() {
            keys::recall(&mut config, &source, &mut faults);
        }
        let mut broken = config.check();
        let environment = source.text("environment");
        if environment.is_none() {
            broken.extend(config.check_unset());
        }
        // Unless nobody can tell which environment the data folder must be of.
        if environment.is_none_or(|word| Environment::from_word(&word).is_some()) {
            broken.extend(folder::check(&config));
        }
        broken.extend(folder::try_writing(&config));
        broken.extend(more(&config));
        for fault in broken {
            // A setting that cannot be read is not missing as well.
            if !faults.iter().any(|known| known.is_about(&fault.name)) {
                faults.push(fault);
            }
        }
        if faults.is_empty() {
            faults.extend(folder::make(&config));
        }
        if faults.is_empty() && config.environment.makes_missing_keys() {
            faults.extend(keys::make_missing(&mut config, fill));
        }
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(Faults(faults))
        }
    }
}

/// The variables of the process.
fn variables() -> BTreeMap<String, String> {
    // Not `vars()`: it panics when any variable of the process, ours or not, is not UTF-8.
    std::env::vars_os()
        .filter_map(|(name, value)| {
            Some((
                name.into_string().ok()?,
                value.to_string_lossy().into_owned(),
            ))
        })
        .collect()
}
