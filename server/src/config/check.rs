//! The rules that settings are held to, most of them in staging and production.

use postern_domain::prepare::{Link, link};
use secrecy::{ExposeSecret, SecretString};

use super::{Config, Environment, Fault, read::KEY_LENGTH, source::variable};

const MAKE_KEY: &str = "Make one with `openssl rand -base64 32` and keep it outside the database";

impl Config {
    /// Says every rule that these settings break; empty when Postern may start.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = self.check_links();
        if self.environment != Environment::Development {
            faults.extend(self.check_keys());
            faults.extend(self.check_edges());
        }
        faults
    }

    /// The rule for when nobody said which environment this is: development is no guess to make for a public address.
    pub(super) fn check_unset(&self) -> Option<Fault> {
        (self.base_url.scheme() == "https").then(|| {
            fault(
                "environment",
                "it is not set, and people come here over https",
                "Write production, staging or development",
            )
        })
    }

    fn check_keys(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.master_keys.is_empty() {
            faults.push(fault(
                "master_keys",
                "the encryption key is missing",
                MAKE_KEY,
            ));
        }
        if self.jwt_keys.is_empty() {
            faults.push(fault(
                "jwt_keys",
                "the key that signs tokens is missing",
                MAKE_KEY,
            ));
        }
        if self
            .jwt_keys
            .iter()
            .any(|key| key.bytes.expose_secret().len() < KEY_LENGTH)
        {
            faults.push(fault(
                "jwt_keys",
                "a key that signs tokens is shorter than 32 bytes",
                MAKE_KEY,
            ));
        }
        if self.pepper.expose_secret().len() < KEY_LENGTH {
            faults.push(fault("pepper", "the pepper is missing", MAKE_KEY));
        }
        faults
    }

    fn check_edges(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self
            .app_secret
            .as_ref()
            .is_none_or(|secret| secret.expose_secret().trim().is_empty())
        {
            let remedy = "Copy the app secret from Meta's app dashboard (App settings, Basic)";
            faults.push(fault(
                "app_secret",
                "it is empty, so no webhook could be verified",
                remedy,
            ));
        }
        if self.cors_origins.iter().any(|origin| origin.contains('*')) {
            faults.push(fault(
                "cors_origins",
                "it is a wildcard",
                "List the origins, or leave it empty",
            ));
        }
        // The numbers' tokens and everybody's files go there.
        if self.graph_url.scheme() != "https" {
            faults.push(fault(
                "graph_url",
                "it is not https, and access tokens go there",
                "Leave it out, or write the https:// address of Meta's Graph API",
            ));
        }
        let endpoint = self.s3.as_ref().and_then(|s3| s3.endpoint.as_ref());
        if endpoint.is_some_and(|url| url.scheme() != "https") {
            faults.push(fault(
                "s3_endpoint",
                "it is not https, so the key of the store would be used in the open",
                "Write the store's https:// address",
            ));
        }
        for settings in &self.providers {
            if settings.issuer.scheme() != "https" {
                let setting = format!("{}_issuer", settings.provider.as_str());
                faults.push(fault(
                    &setting,
                    "it is not https, and it says who people are",
                    "Leave it out",
                ));
            }
        }
        if self.smtp.as_ref().is_some_and(|smtp| smtp.plain) {
            faults.push(fault(
                "smtp_url",
                "it is without TLS, and codes and links go there",
                "Write smtps:// or smtp:// (STARTTLS)",
            ));
        }
        if self.private_endpoints {
            faults.push(fault(
                "private_endpoints",
                "it is true, so workspaces could have requests sent into this network",
                "Leave it out",
            ));
        }
        if self.base_url.scheme() != "https" {
            faults.push(fault(
                "base_url",
                "it is not https",
                "Write the https:// address that people use",
            ));
        }
        if self
            .portal_url
            .as_ref()
            .is_some_and(|url| url.scheme() != "https")
        {
            faults.push(fault(
                "portal_url",
                "it is not https, and what is shared with contacts goes there",
                "Write the https:// address that contacts use, or leave it out",
            ));
        }
        // Something ends TLS in front of us.
        if self.trusted_proxies.is_empty() {
            faults.push(fault(
                "trusted_proxies",
                "it is empty, so everybody would come from the proxy's address and share its limits",
                "List the addresses of the proxy that ends TLS, such as 127.0.0.1",
            ));
        }
        if self.trusted_proxies.iter().any(|net| net.prefix_len() == 0) {
            faults.push(fault(
                "trusted_proxies",
                "it holds every address, so anybody could claim to be anybody",
                "List the addresses of your own proxies alone",
            ));
        }
        faults
    }

    fn check_links(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let links = [
            ("database_url", &self.database_url),
            ("database_owner_url", &self.database_owner_url),
        ];
        for (setting, url) in links {
            if let Some(url) = url {
                faults.extend(self.check_link(setting, url));
            }
        }
        if self.database_url.is_none() && self.database_owner_url.is_some() {
            let wrong =
                "the owner's link is set without it, and Postern would run a PostgreSQL of its own";
            faults.push(fault("database_url", wrong, "Set both, or neither"));
        }
        faults
    }

    fn check_link(&self, setting: &str, url: &SecretString) -> Option<Fault> {
        match link(url) {
            Err(_) => Some(fault(
                setting,
                "it is not a PostgreSQL address",
                "Write postgres://user:password@host/database",
            )),
            Ok(Link::Plain) if self.environment != Environment::Development => {
                let remedy =
                    "Add sslmode=verify-full (or verify-ca, or require), or use a Unix socket";
                Some(fault(
                    setting,
                    "the link to the database is not encrypted",
                    remedy,
                ))
            }
            Ok(_) => None,
        }
    }
}

fn fault(setting: &str, wrong: &str, remedy: &str) -> Fault {
    Fault::new(variable(setting), wrong, remedy)
}
