//! From a configuration to what the routes and the worker stand on.

mod doorplate;

use crate::{
    api::Plans,
    config::{self, Config, site},
    limit::Limits,
    live::Hub,
    postgres,
    state::Site,
};
use anyhow::{Context as _, bail};
use leptos::config::LeptosOptions;
use postern_domain::{
    Db, Env,
    crypto::Keys,
    db,
    env::Real,
    file::Store,
    graph::Meta,
    installation,
    mail::{Post, Transport},
    oidc::Oidc,
    outside::{Outside, Reach},
    vault,
    wake::Wake,
    webhook::Intake,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::{path::Path, sync::Arc, time::Duration};
use zeroize::Zeroizing;

/// The database that is served: one's own, or one that somebody else runs.
pub struct Database {
    /// Signed in as the serving role.
    pub app: SecretString,
    /// Signed in as the owner, where this process may migrate.
    pub owner: Option<SecretString>,
    private: Option<postgres::Private>,
}

impl Database {
    /// Starts the private PostgreSQL when none is configured. Blocks: call it before the runtime starts.
    pub fn start(config: &Config) -> anyhow::Result<Self> {
        if let Some(app) = &config.database_url {
            return Ok(Self {
                app: app.clone(),
                owner: config.database_owner_url.clone(),
                private: None,
            });
        }
        let private =
            postgres::Private::start(&postgres::Data::of(config), &crate::config::os_random)?;
        let database = Self {
            app: private.app_url().clone(),
            owner: Some(private.owner_url().clone()),
            private: Some(private),
        };
        doorplate::hang(&config.data, &database)?;
        Ok(database)
    }

    /// [`Database::start`], or the private PostgreSQL of the server that runs on this data folder already.
    pub fn start_or_join(config: &Config) -> anyhow::Result<Self> {
        match Self::start(config) {
            Err(error) if matches!(error.downcast_ref(), Some(postgres::Error::Locked { .. })) => {
                doorplate::read(&config.data)
                    .context("the server that runs here is still starting; try again")
            }
            outcome => outcome,
        }
    }

    /// Stops what [`Database::start`] started.
    pub fn stop(self) {
        if let Some(private) = self.private {
            private.stop();
        }
    }
}

/// Migrates where it may, opens the pool and refuses to go on when the database does not hold tenants apart.
pub async fn env(config: &Config, database: &Database) -> anyhow::Result<Env> {
    if let Some(owner) = &database.owner {
        db::migrate(owner.expose_secret())
            .await
            .context("the database's schema could not be brought up to date")?;
    }
    let env = environment(config, database)?;
    let faults = env
        .db
        .faults()
        .await
        .context("the database does not answer")?;
    if !faults.is_empty() {
        bail!(
            "the database does not hold workspaces apart:\n  - {}",
            faults.join("\n  - ")
        );
    }
    vault::agree(&env)
        .await
        .context("the configured keys are not those that this installation uses")?;
    Ok(env)
}

fn environment(config: &Config, database: &Database) -> anyhow::Result<Env> {
    let wake = Wake::default();
    let pepper = Zeroizing::new(config.pepper.expose_secret().to_vec());
    let mut keys = Keys::new(config::keys::rings(config), pepper);
    if config.kept.master || config.kept.jwt {
        // Another process may add one, or take one out.
        keys = keys.reread(config::keys::reread(config));
    }
    Ok(Env {
        db: Db::open_url(
            database.app.expose_secret(),
            config.pool_size + config.worker_pool_size,
            wake.clone(),
        )?,
        clock: Arc::new(Real),
        chance: Arc::new(Real),
        keys: Arc::new(keys),
        meta: Meta {
            graph: config.graph_url.clone(),
            app_secret: config.app_secret.clone(),
            verify_token: config.verify_token.clone(),
            http: Meta::http()?,
        },
        files: store(config)?,
        post: post(config)?,
        registration: config.registration,
        // Whoever waits at the door waits for it twice or three times at most.
        oidc: Oidc::new(
            config.providers.clone(),
            &Meta::http_within(Duration::from_secs(6))?,
        ),
        outside: Outside::new(if config.private_endpoints {
            Reach::Private
        } else {
            Reach::Public
        })?,
        intake: Intake::of(config.webhook_batch),
        wake,
    })
}

/// How letters leave, as configured.
fn post(config: &Config) -> anyhow::Result<Post> {
    let transport = match &config.smtp {
        Some(smtp) => Transport::smtp(smtp).context("POSTERN_SMTP_CA or the mail server's name")?,
        None => Transport::Folder(config.data.join("mail")),
    };
    Ok(Post {
        transport: Arc::new(transport),
        from: config.mail_from.clone(),
        origin: config.base_url.origin().ascii_serialization().into(),
        portal: config.portal_origin().into(),
    })
}

/// Where files lie, as configured.
fn store(config: &Config) -> anyhow::Result<Store> {
    if let Some(s3) = &config.s3 {
        return Store::s3(s3).context("the settings of S3 do not make a store");
    }
    let folder = config.data.join("files");
    Store::folder(&folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))
}

/// Refuses to go on when files could not be stored.
pub async fn check_store(env: &Env) -> anyhow::Result<()> {
    let checked = env.files.check(env).await;
    checked.context("the store of files does not take, list, give and delete objects as it has to")
}

/// What the router needs beyond the environment.
pub async fn state(config: &Config, env: Env) -> anyhow::Result<crate::state::AppState> {
    let installation = installation::find(&env).await?;
    let origin = config.base_url.origin().ascii_serialization();
    Ok(crate::state::AppState {
        hub: Hub::new(env.clone()),
        // What else asks the database (webhooks, sockets) finds the job loops' connections at least.
        limits: Arc::new(Limits::new(&config.limits, config.pool_size as usize)),
        leptos: package(&config.site)?,
        api: Arc::new(Plans {
            plans: config.api_plans.clone(),
            usual: config.api_plan.clone(),
            origins: config.cors_origins.clone(),
        }),
        jobs: config.jobs_key.clone(),
        site: Arc::new(Site {
            portal: Some(config.portal_origin()).filter(|portal| *portal != origin),
            origin,
            secure: config.base_url.scheme() == "https",
            instance: installation.instance,
            body_limit: config.body_limit,
            proxies: config.trusted_proxies.clone(),
            folder: config.site.clone(),
        }),
        env,
    })
}

#[derive(Deserialize)]
struct Package {
    pkg: String,
    name: String,
}

/// Where the built client lies: the build writes it down beside the package.
fn package(folder: &Path) -> anyhow::Result<LeptosOptions> {
    let file = folder.join(site::FILE);
    let text = std::fs::read(&file)
        .with_context(|| format!("{} cannot be read. {}", file.display(), site::REMEDY))?;
    let package: Package =
        serde_json::from_slice(&text).with_context(|| format!("{} is broken", file.display()))?;
    Ok(LeptosOptions::builder()
        .output_name(package.name)
        .site_root(folder.display().to_string())
        .site_pkg_dir(package.pkg)
        .build())
}
