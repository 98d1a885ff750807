//! Meta's templates for one-time codes ("authentication templates"): which one a code goes out in, and how it is filled in.
//!
//! Meta's listing shows the button that copies or fills in the code as an address that ends in it (`URL`, of older ones `OTP`);
//! posted is in any case a button of the sub-type `url` with the code, and the body with the same code (Cloud API,
//! "Authentication templates").

use super::list;
use crate::{Env, Error, Result, Tenant};
use postern_types::{ChannelId, OtpTemplate};
use serde_json::{Value, json};

/// What Meta calls the kind.
pub(crate) const CODES: &str = "AUTHENTICATION";

/// A template that a code can go out in.
pub(crate) struct CodeTemplate {
    pub name: String,
    pub language: String,
    components: Value,
}

/// The one that was asked for; else an approved one of the number's account, in English when there is one.
/// [`Error::Invalid`] on `template` for one that is not there or is for something else, [`Error::Conflict`] for one that Meta does
/// not let be sent, or when there is none. Then Meta is asked for its templates, so that the transaction is to be committed.
pub(crate) async fn for_codes(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    wanted: Option<&OtpTemplate>,
) -> Result<CodeTemplate> {
    let found = find(tenant, channel, wanted).await?;
    if found.is_err() {
        list::refresh(env, tenant, channel).await?;
    }
    found
}

async fn find(
    tenant: &mut Tenant,
    channel: ChannelId,
    wanted: Option<&OtpTemplate>,
) -> Result<Result<CodeTemplate>> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT t.name, t.language, t.category, t.status, t.components
           FROM template t
           JOIN channel c ON c.workspace_id = t.workspace_id AND c.account_id = t.account_id
          WHERE t.workspace_id = $1 AND c.id = $2 AND t.gone_at IS NULL
            AND CASE WHEN $3::text IS NULL THEN t.category = $5 ELSE t.name = $3 END
            AND ($4::text IS NULL OR t.language = $4)
          ORDER BY t.category <> $5, t.status <> 'APPROVED', starts_with(t.language, 'en') DESC, t.name, t.language
          LIMIT 1",
        workspace.0,
        channel.0,
        wanted.map(|wanted| &wanted.name),
        wanted.and_then(|wanted| wanted.language.as_ref()),
        CODES,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(row) = row else {
        return Ok(Err(absent(wanted)));
    };
    let (name, language) = (&row.name, &row.language);
    if row.category != CODES {
        return Ok(Err(Error::invalid(
            "template",
            format!(
                "“{name}” is no authentication template, and codes go out in no other. Nothing was sent: name one of that category, or none."
            ),
        )));
    }
    if row.status != "APPROVED" {
        let status = &row.status;
        return Ok(Err(Error::conflict(format!(
            "Meta does not let the template “{name}” ({language}) be sent: it is {status}. Nothing was sent: name another one, or wait until it is approved.",
        ))));
    }
    Ok(Ok(CodeTemplate {
        name: row.name,
        language: row.language,
        components: row.components,
    }))
}

fn absent(wanted: Option<&OtpTemplate>) -> Error {
    let Some(OtpTemplate { name, language }) = wanted else {
        return Error::conflict(
            "This number's WhatsApp account has no authentication template. Nothing was sent: an admin makes one in WhatsApp Manager, of the category Authentication, with a button that copies the code. Meta is asked for the new ones at once when a code is asked for again.",
        );
    };
    let language = language.as_deref().unwrap_or("any language");
    Error::invalid(
        "template",
        format!(
            "This number's WhatsApp account has no template “{name}” in {language}. Nothing was sent: look at its name and language in WhatsApp Manager. Meta is asked for new ones at once."
        ),
    )
}

impl CodeTemplate {
    /// What is posted: Meta's object of its type, with the code in the words and in the button.
    pub fn letter(&self, code: &str) -> Value {
        let parameters = json!([{ "type": "text", "text": code }]);
        let mut components = vec![json!({ "type": "body", "parameters": parameters })];
        if let Some(index) = self.button() {
            components.push(json!({
                "type": "button", "sub_type": "url", "index": index.to_string(), "parameters": parameters,
            }));
        }
        json!({ "type": "template", "template": {
            "name": self.name, "language": { "code": self.language }, "components": components,
        } })
    }

    /// Which of its buttons takes the code.
    fn button(&self) -> Option<usize> {
        let is = |value: &Value, word: &str| {
            let value = value.as_str().unwrap_or_default();
            value.eq_ignore_ascii_case(word)
        };
        let components = self.components.as_array()?;
        let buttons = components
            .iter()
            .find(|part| is(&part["type"], "BUTTONS"))?;
        buttons["buttons"].as_array()?.iter().position(|button| {
            let ends = button["url"].as_str().is_some_and(|url| url.contains("{{"));
            is(&button["type"], "OTP") || (is(&button["type"], "URL") && ends)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_stands_in_the_words_and_in_the_button_that_takes_it() {
        let body = json!({ "type": "BODY", "text": "*{{1}}* is your code." });
        let url = json!({ "type": "URL", "text": "Copy", "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}" });
        let site = json!({ "type": "URL", "text": "Site", "url": "https://a.example/" });
        let otp = json!({ "type": "otp", "otp_type": "ONE_TAP" });
        let buttons = |buttons: &[&Value]| json!([body, { "type": "BUTTONS", "buttons": buttons }]);
        for (components, index) in [
            (buttons(&[&url]), Some("0")),
            (buttons(&[&site, &url]), Some("1")),
            (buttons(&[&otp]), Some("0")),
            (buttons(&[&site]), None),
            (json!([body]), None),
            (json!([body, { "type": "BUTTONS", "buttons": 7 }]), None),
            (json!(null), None),
        ] {
            let template = CodeTemplate {
                name: "verification_code".to_owned(),
                language: "en_US".to_owned(),
                components,
            };
            let word = json!([{ "type": "text", "text": "012345" }]);
            let mut expected = vec![json!({ "type": "body", "parameters": word })];
            if let Some(index) = index {
                expected.push(json!({ "type": "button", "sub_type": "url", "index": index, "parameters": word }));
            }
            assert_eq!(
                template.letter("012345"),
                json!({ "type": "template", "template": {
                    "name": "verification_code", "language": { "code": "en_US" }, "components": expected } })
            );
        }
    }
}
