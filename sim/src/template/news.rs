//! A template that changes, and the webhook that tells it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Template;
use crate::wire;

/// What is to become of a template. Each key that is there changes it and is told by a webhook of its own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TemplateChange {
    /// Told by `message_template_status_update`.
    pub status: Option<String>,
    /// Of a rejection or a pause.
    pub reason: Option<String>,
    /// Told by `message_template_quality_update`.
    pub quality: Option<String>,
    /// Told by `template_category_update`.
    pub category: Option<String>,
    /// Told by `message_template_components_update`.
    pub components: Option<Vec<Value>>,
}

impl Template {
    /// Changes, and returns what there is to tell.
    pub(crate) fn change(&mut self, waba_id: &str, change: TemplateChange) -> Vec<wire::Change> {
        let mut news = Vec::new();
        let mut tell = |field: &str, value: Value| news.push(wire::account(waba_id, field, value));
        if let Some(status) = change.status {
            self.status.clone_from(&status);
            let reason = change.reason.unwrap_or_else(|| "NONE".to_owned());
            self.rejected_reason.clone_from(&reason);
            tell(
                "message_template_status_update",
                self.status_value(&status, &reason),
            );
        }
        if let Some(quality) = change.quality {
            let mut value = self.named();
            value["previous_quality_score"] = json!(self.quality);
            value["new_quality_score"] = json!(quality);
            self.quality = quality;
            tell("message_template_quality_update", value);
        }
        if let Some(category) = change.category {
            let mut value = self.named();
            value["previous_category"] = json!(self.category);
            value["new_category"] = json!(category);
            self.category = category;
            tell("template_category_update", value);
        }
        if let Some(components) = change.components {
            self.components = components;
            tell(
                "message_template_components_update",
                self.components_value(),
            );
        }
        news
    }

    fn named(&self) -> Value {
        json!({
            "message_template_id": self.id,
            "message_template_name": self.name,
            "message_template_language": self.language,
        })
    }

    fn status_value(&self, status: &str, reason: &str) -> Value {
        let mut value = self.named();
        value["event"] = json!(status);
        value["reason"] = json!(reason);
        value["message_template_category"] = json!(self.category);
        match status {
            "REJECTED" => {
                value["rejection_info"] = json!({
                    "reason": "The format of the parameters is not allowed.",
                    "recommendation": "Put words between the parameters.",
                });
            }
            "PAUSED" => {
                value["other_info"] = json!({
                    "title": "FIRST_PAUSE",
                    "description": "The template is paused for 3 hours because of low quality.",
                });
            }
            "DISABLED" => value["disable_info"] = json!({ "disable_date": crate::clock::now() }),
            _ => {}
        }
        value
    }

    fn components_value(&self) -> Value {
        let mut value = self.named();
        for (kind, key) in [
            ("HEADER", "message_template_title"),
            ("BODY", "message_template_element"),
            ("FOOTER", "message_template_footer"),
        ] {
            let text = self.component(kind).and_then(|one| one["text"].as_str());
            wire::put(&mut value, key, text);
        }
        let buttons = self.component("BUTTONS");
        if let Some(buttons) = buttons.and_then(|one| one["buttons"].as_array()) {
            let told = buttons.iter().map(|button| {
                let mut told = json!({
                    "message_template_button_type": button["type"],
                    "message_template_button_text": button["text"],
                });
                for key in ["url", "phone_number"] {
                    let name = format!("message_template_button_{key}");
                    wire::put(&mut told, &name, button[key].as_str());
                }
                told
            });
            value["message_template_buttons"] = told.collect();
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_told_by_a_field_of_its_own() {
        let mut template = Template::seeded("1").swap_remove(1);
        let before = template.clone();
        let news = template.change(
            "1",
            TemplateChange {
                status: Some("PAUSED".to_owned()),
                quality: Some("RED".to_owned()),
                category: Some("MARKETING".to_owned()),
                components: Some(before.components.clone()),
                ..TemplateChange::default()
            },
        );
        let told: Vec<&str> = news.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(
            told,
            [
                "message_template_status_update",
                "message_template_quality_update",
                "template_category_update",
                "message_template_components_update",
            ]
        );
        for one in &news {
            assert_eq!(one.value["message_template_id"], before.id);
            assert!(one.phone_number_id.is_none());
        }
        assert_eq!(news[1].value["previous_quality_score"], "GREEN");
        assert_eq!(news[2].value["previous_category"], "UTILITY");
        let buttons = &news[3].value["message_template_buttons"];
        assert_eq!(
            buttons[0]["message_template_button_phone_number"],
            "+15550783881"
        );
        assert_eq!(
            (template.status.as_str(), template.quality.as_str()),
            ("PAUSED", "RED")
        );
    }
}
