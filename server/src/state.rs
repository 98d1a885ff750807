//! What every route can reach.

use crate::{api::Plans, limit::Limits, live::Hub};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use postern_domain::{Env, signed::SigningKey};
use std::sync::Arc;

/// The state of the router. Cheap to clone.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The surroundings of every action.
    pub env: Env,
    /// Open sockets.
    pub hub: Hub,
    /// What a flood meets.
    pub limits: Arc<Limits>,
    /// Where pages find their package.
    pub leptos: LeptosOptions,
    /// What the configuration says about the API.
    pub api: Arc<Plans>,
    /// What a round of work is asked for with; nobody may without it.
    pub jobs: Option<Arc<SigningKey>>,
    /// What the configuration says about being reached.
    pub site: Arc<Site>,
}

/// How the installation is reached.
#[derive(Debug)]
pub struct Site {
    /// Scheme, host and port that browsers use: `http://localhost:3000`.
    pub origin: String,
    /// The same of the portal, where that has a host of its own.
    pub portal: Option<String>,
    /// True in production: adds what only https may have.
    pub secure: bool,
    /// Names cookies, so that installations on one host keep theirs apart.
    pub instance: String,
    /// The built client.
    pub folder: std::path::PathBuf,
    /// Bytes of a request's body, at most.
    pub body_limit: usize,
    /// Whose word on a client's address is taken.
    pub proxies: Vec<ipnet::IpNet>,
}
