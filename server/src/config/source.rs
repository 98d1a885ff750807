//! Where settings come from: the environment before the file, every value as the text that was written.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use figment::{
    Error, Figment, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::Fault;

const SETTINGS: &[&str] = &[
    "environment",
    "data",
    "listen",
    "base_url",
    "portal_url",
    "site",
    "database_url",
    "database_owner_url",
    "graph_url",
    "s3_endpoint",
    "s3_bucket",
    "s3_region",
    "s3_key_id",
    "s3_secret",
    "s3_path_style",
    "app_secret",
    "verify_token",
    "master_keys",
    "jwt_keys",
    "pepper",
    "api_plan",
    "api_plans",
    "cors_origins",
    "trusted_proxies",
    "registration",
    "google_client_id",
    "google_client_secret",
    "google_client_secret_file",
    "google_issuer",
    "microsoft_client_id",
    "microsoft_client_secret",
    "microsoft_client_secret_file",
    "microsoft_issuer",
    "smtp_url",
    "smtp_ca",
    "mail_from",
    "workers",
    "jobs_key",
    "log",
    "log_format",
    "body_limit",
    "webhook_batch",
    "private_endpoints",
    "pool_size",
    "worker_pool_size",
    "limit_sign_in",
    "limit_renew",
    "limit_cookie",
    "limit_page",
    "limit_webhook",
    "limit_live",
    "limit_call",
    "limit_session",
    "limit_workspace",
    "connections",
    "connections_per_address",
    "requests",
    "sockets_per_session",
    "request_seconds",
    "body_seconds",
    "pg_user",
];

/// Variables with these beginnings belong to tests, tools and single sub-commands.
const NOT_SETTINGS: [&str; 7] = [
    "POSTERN_TEST_",
    "POSTERN_SIM_",
    "POSTERN_DEMO_",
    "POSTERN_XTASK_",
    "POSTERN_BENCH_",
    "POSTERN_PREPARE_",
    "POSTERN_NEW_",
];

/// The layered settings.
pub(super) struct Source {
    figment: Figment,
}

impl Source {
    /// Opens both layers; what cannot be read or is not known is a fault, and the rest is read all the same.
    pub(super) fn open(variables: &BTreeMap<String, String>) -> (Self, Vec<Fault>) {
        let mut faults = unknown_variables(variables);
        let environment = Layer::of_variables(variables);
        let named = variables
            .get("POSTERN_CONFIG")
            .filter(|path| !path.trim().is_empty())
            .map(PathBuf::from);
        let path = named.clone().unwrap_or_else(|| {
            let data = environment
                .values
                .get("data")
                .and_then(Value::as_str)
                .unwrap_or("./data");
            Path::new(data).join("postern.toml")
        });
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => Layer::of_file(&path, &text, &mut faults),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Layer::default()
            }
            Err(error) => {
                let name = if named.is_some() {
                    "POSTERN_CONFIG".to_owned()
                } else {
                    path.display().to_string()
                };
                let wrong = format!("the file {} cannot be read ({error})", path.display());
                faults.push(Fault::new(
                    name,
                    wrong,
                    "Name a file that Postern may read, or leave it out",
                ));
                Layer::default()
            }
        };
        (
            Self {
                figment: Figment::new().merge(file).merge(environment),
            },
            faults,
        )
    }

    /// The value of a setting; an empty one counts as none.
    pub(super) fn text(&self, setting: &str) -> Option<String> {
        let value = self.figment.find_value(setting).ok()?;
        Some(value.as_str()?.to_owned()).filter(|text| !text.is_empty())
    }

    /// The name by which an operator knows a setting, with the file when it came from there.
    pub(super) fn name(&self, setting: &str) -> String {
        match self.figment.find_metadata(setting) {
            Some(metadata) if metadata.name != VARIABLES => {
                format!("{} ({setting} in {})", variable(setting), metadata.name)
            }
            _ => variable(setting),
        }
    }
}

/// The environment variable of a setting.
pub(super) fn variable(setting: &str) -> String {
    let capitals = setting.to_uppercase();
    if capitals.starts_with("DATABASE_") {
        capitals
    } else {
        format!("POSTERN_{capitals}")
    }
}

const VARIABLES: &str = "the environment";

/// One layer of texts. Figment's own `Env` guesses types, and a secret of digits would come out as a number.
#[derive(Clone, Default)]
struct Layer {
    name: String,
    values: Dict,
}

impl Layer {
    fn of_variables(variables: &BTreeMap<String, String>) -> Self {
        let values = SETTINGS.iter().filter_map(|setting| {
            let value = variables.get(&variable(setting))?.trim();
            (!value.is_empty()).then(|| ((*setting).to_owned(), Value::from(value)))
        });
        Self {
            name: VARIABLES.into(),
            values: values.collect(),
        }
    }

    fn of_file(path: &Path, text: &str, faults: &mut Vec<Fault>) -> Self {
        let name = path.display().to_string();
        let read: Dict = match Toml::from_str(text) {
            Ok(read) => read,
            Err(error) => {
                // Only the place and the rule: the whole message quotes the line, which may hold a secret.
                let end = error.span().map_or(0, |span| span.start).min(text.len());
                let line = text.bytes().take(end).filter(|byte| *byte == b'\n').count() + 1;
                faults.push(Fault::new(
                    &name,
                    format!("line {line} is not TOML"),
                    "Write it as `setting = \"value\"`",
                ));
                return Self::default();
            }
        };
        let mut values = Dict::new();
        for (setting, value) in read {
            if SETTINGS.contains(&setting.as_str()) {
                match flat(&value) {
                    Some(text) => drop(values.insert(setting, Value::from(text))),
                    None => faults.push(Fault::new(
                        format!("{} ({setting} in {name})", variable(&setting)),
                        "it is neither a text, a number, a yes or no, nor a list of them",
                        "Write it as `setting = \"value\"`",
                    )),
                }
            } else {
                faults.push(Fault::new(
                    format!("{setting} in {name}"),
                    "Postern has no such setting",
                    "Correct its name or remove the line",
                ));
            }
        }
        Self { name, values }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

fn flat(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.trim().to_owned()),
        Value::Bool(_, yes) => Some(yes.to_string()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|n| n.to_string())
            .or_else(|| number.to_u128().map(|n| n.to_string()))
            .or_else(|| number.to_f64().map(|n| n.to_string())),
        Value::Array(_, items) => Some(
            items
                .iter()
                .map(flat)
                .collect::<Option<Vec<_>>>()?
                .join(","),
        ),
        _ => None,
    }
}

/// A mistyped name is no small thing: `POSTERN_ENVIROMENT=production` would quietly be development.
fn unknown_variables(variables: &BTreeMap<String, String>) -> Vec<Fault> {
    let known: Vec<String> = SETTINGS.iter().map(|setting| variable(setting)).collect();
    variables
        .keys()
        .filter(|name| {
            name.starts_with("POSTERN_") && *name != "POSTERN_CONFIG" && !known.contains(*name)
        })
        .filter(|name| {
            !NOT_SETTINGS
                .iter()
                .any(|beginning| name.starts_with(beginning))
        })
        .map(|name| {
            Fault::new(
                name,
                "Postern has no such setting",
                "Correct its name or unset it",
            )
        })
        .collect()
}
