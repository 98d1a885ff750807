//! The business profile of a number.

use super::{Answer, Meta, Refusal, exchange};
use crate::{Error, Result};
use postern_types::Profile;
use secrecy::SecretString;
use serde_json::{Value, json};

/// Reads it.
pub async fn read_profile(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
) -> Result<Profile> {
    let mut url = meta.url(&[phone_number_id, "whatsapp_business_profile"]);
    url.query_pairs_mut().append_pair(
        "fields",
        "about,address,description,email,vertical,websites",
    );
    match exchange(meta.http.get(url), token).await {
        Answer::Good(answer) => Ok(profile(&answer)),
        Answer::Refused(refusal) => Err(words(&refusal)),
        Answer::Ambiguous(_) | Answer::NotSent => Err(super::silent()),
    }
}

/// Writes all of it: what is empty is emptied at Meta.
pub async fn write_profile(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
    profile: &Profile,
) -> Result<()> {
    let url = meta.url(&[phone_number_id, "whatsapp_business_profile"]);
    let mut body = json!({
        "messaging_product": "whatsapp",
        "about": profile.about,
        "address": profile.address,
        "description": profile.description,
        "email": profile.email,
        "websites": profile.websites,
    });
    // Meta takes no empty word for it; "undefined" is one of its own.
    if !profile.vertical.is_empty() {
        body["vertical"] = json!(profile.vertical);
    }
    match exchange(meta.http.post(url).json(&body), token).await {
        Answer::Good(_) => Ok(()),
        Answer::Refused(refusal) => Err(words(&refusal)),
        Answer::Ambiguous(_) => Err(Error::Upstream(
            "Meta did not say whether it has taken the profile. Read it again to see.".into(),
        )),
        Answer::NotSent => Err(super::silent()),
    }
}

/// `{data: [{about, address, …, websites: []}]}`
fn profile(answer: &Value) -> Profile {
    let told = &answer["data"][0];
    let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
    let websites = told["websites"].as_array().map_or(&[][..], Vec::as_slice);
    Profile {
        about: text("about"),
        address: text("address"),
        description: text("description"),
        email: text("email"),
        vertical: text("vertical"),
        websites: websites
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    }
}

fn words(refusal: &Refusal) -> Error {
    match refusal.code {
        // What it says names the field; it is for the admin who wrote it.
        100 | 131_008 | 131_009 => Error::invalid(
            "profile",
            format!("Meta did not take the profile: {}", refusal.details),
        ),
        _ => super::refused(refusal, "profile"),
    }
}
