//! An account's message templates (`GET /{account}/message_templates`).

use super::{Answer, Meta, Refusal, exchange_up_to};
use secrecy::SecretString;
use serde_json::Value;

/// A page of templates with all that belongs to them is large.
const MOST: usize = 8 * 1024 * 1024;
/// What is asked for; less when Meta does not know a field of it, which is newer than the version that is spoken.
const FIELDS: [&str; 3] = [
    "id,name,status,category,language,components,quality_score,rejected_reason,parameter_format",
    "id,name,status,category,language,components,quality_score,rejected_reason",
    "id,name,status,category,language,components",
];
/// Meta's code for a field that it does not know, among others.
const UNKNOWN_FIELD: i64 = 100;

/// Where a listing stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// Meta's cursor.
    after: Option<String>,
    /// Which of [`FIELDS`] Meta knows.
    fields: usize,
}

/// What came of asking.
#[derive(Debug)]
pub(crate) enum Listing {
    /// Some of them, in Meta's form, and where to go on; none at the end.
    Page(Vec<Value>, Option<Place>),
    /// Meta refuses.
    Refused(Refusal),
    /// Meta was not reached, or what answered was not it.
    Away,
}

/// The page at that place.
pub(crate) async fn list_templates(
    meta: &Meta,
    token: &SecretString,
    account_id: &str,
    mut place: Place,
) -> Listing {
    loop {
        let Some(fields) = FIELDS.get(place.fields) else {
            return Listing::Away;
        };
        let mut url = meta.url(&[account_id, "message_templates"]);
        url.query_pairs_mut()
            .append_pair("fields", fields)
            .append_pair("limit", "100");
        if let Some(after) = &place.after {
            url.query_pairs_mut().append_pair("after", after);
        }
        match exchange_up_to(MOST, meta.http.get(url), token).await {
            Answer::Good(mut page) => {
                let Some(Value::Array(templates)) = page.get_mut("data").map(Value::take) else {
                    return Listing::Away;
                };
                return Listing::Page(templates, next(&page, place));
            }
            Answer::Refused(refusal)
                if refusal.code == UNKNOWN_FIELD && place.fields + 1 < FIELDS.len() =>
            {
                place.fields += 1;
            }
            Answer::Refused(refusal) => return Listing::Refused(refusal),
            Answer::Ambiguous(_) | Answer::NotSent => return Listing::Away,
        }
    }
}

/// By the cursor, and never by the address in `next`: the token goes to the configured host alone.
fn next(page: &Value, place: Place) -> Option<Place> {
    let paging = &page["paging"];
    let after = paging["cursors"]["after"].as_str()?;
    // A cursor that leads nowhere else would be asked for ever.
    let moves = place.after.as_deref() != Some(after);
    (moves && paging["next"].is_string()).then(|| Place {
        after: Some(after.to_owned()),
        ..place
    })
}
