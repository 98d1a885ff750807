//! Message templates: what an account has, what fits one when it is sent, and what Meta tells when one changes.

mod fit;
mod news;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use fit::{fit, variables};
pub use news::TemplateChange;

/// A template in one language.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Seventeen digits at most; the same for the same account, name and language.
    #[serde(skip)]
    pub id: u64,
    /// Lower-case letters, digits and underscores.
    pub name: String,
    /// `en_US`, `de`, ...
    pub language: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    pub category: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, ...
    #[serde(default = "approved")]
    pub status: String,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    #[serde(default = "unknown")]
    pub quality: String,
    /// Why it was rejected; `NONE` otherwise.
    #[serde(default = "none")]
    pub rejected_reason: String,
    /// `POSITIONAL` or `NAMED`.
    #[serde(default = "positional")]
    pub parameter_format: String,
    /// As they were created.
    pub components: Vec<Value>,
}

fn approved() -> String {
    "APPROVED".to_owned()
}

fn unknown() -> String {
    "UNKNOWN".to_owned()
}

fn none() -> String {
    "NONE".to_owned()
}

fn positional() -> String {
    "POSITIONAL".to_owned()
}

impl Template {
    /// What every account begins with.
    pub fn seeded(waba_id: &str) -> Vec<Self> {
        let all: Vec<Self> = serde_json::from_str(include_str!("template/seeded.json"))
            .expect("the file beside this one is read by a test");
        all.into_iter()
            .map(|template| template.of(waba_id))
            .collect()
    }

    /// A plain one: approved, with a body and nothing else.
    pub fn plain(waba_id: &str, name: &str, language: &str, body: &str) -> Self {
        Self {
            id: 0,
            name: name.to_owned(),
            language: language.to_owned(),
            category: "UTILITY".to_owned(),
            status: approved(),
            quality: unknown(),
            rejected_reason: none(),
            parameter_format: positional(),
            components: vec![json!({ "type": "BODY", "text": body })],
        }
        .of(waba_id)
    }

    /// With the id that it has in this account.
    pub(crate) fn of(mut self, waba_id: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (waba_id, &self.name, &self.language).hash(&mut hasher);
        self.id = 10_000_000_000_000_000 + hasher.finish() % 90_000_000_000_000_000;
        self
    }

    /// The node with all its fields.
    pub(crate) fn node(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "status": self.status,
            "quality_score": { "score": self.quality, "date": 1_748_000_000 },
            "rejected_reason": self.rejected_reason,
            "parameter_format": self.parameter_format,
            "components": self.components,
            "correct_category": self.category,
            "message_send_ttl_seconds": 2_592_000,
            "sub_category": "CUSTOM",
            "cta_url_link_tracking_opted_out": false,
            "library_template_name": null,
            "previous_category": null,
        })
    }

    /// The first component of a type.
    pub(crate) fn component(&self, kind: &str) -> Option<&Value> {
        self.components
            .iter()
            .find(|component| component["type"] == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_begin_with_templates_of_every_kind() {
        let all = Template::seeded("1");
        assert!(all.len() >= 12);
        for status in ["APPROVED", "REJECTED", "PAUSED", "PENDING"] {
            assert!(all.iter().any(|one| one.status == status), "{status}");
        }
        for category in ["MARKETING", "UTILITY", "AUTHENTICATION"] {
            assert!(all.iter().any(|one| one.category == category), "{category}");
        }
        for format in ["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"] {
            let has = |one: &Template| {
                one.component("HEADER")
                    .is_some_and(|header| header["format"] == format)
            };
            assert!(all.iter().any(has), "{format}");
        }
        assert!(all.iter().any(|one| one.component("CAROUSEL").is_some()));
        let mut ids: Vec<u64> = all.iter().map(|one| one.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all.len());
        assert_ne!(Template::seeded("2")[0].id, all[0].id);
        assert_eq!(Template::seeded("1"), all);
    }
}
