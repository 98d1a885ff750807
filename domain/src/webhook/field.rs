//! Changes of fields that are no messages: kept with the number's events, and told to the nouns that act on them.

use crate::{
    Env, Result, Tenant,
    channel::{event, health, portfolio},
    inbound::Number,
    payload::FieldNews,
    template,
};

/// Keeps a change, once, and lets those act on it whom it concerns.
pub(super) async fn apply(
    env: &Env,
    tenant: &mut Tenant,
    number: Option<&Number>,
    news: &FieldNews,
) -> Result<()> {
    let new = event::keep(env, tenant, number, news).await?;
    let account = account(number, news);
    // Whose the account is, it says of the one that it names within.
    if news.field == "account_update" && news.inner_account.as_deref() == Some(account) {
        portfolio::heard(tenant, account, &news.value).await?;
    }
    match news.field.as_str() {
        // Also what was kept before: it knows by the time what it has heard of already.
        "phone_number_quality_update"
        | "phone_number_name_update"
        | "account_update"
        | "account_alerts"
        | "account_review_update"
        | "business_capability_update"
        | "security" => {
            health::heard(env, tenant, account, &news.field, &news.value, news.at).await
        }
        "message_template_status_update"
        | "message_template_quality_update"
        | "message_template_components_update"
        | "template_category_update"
            if new =>
        {
            template::heard(env, tenant, account, &news.value, news.at).await
        }
        _ => Ok(()),
    }
}

/// The account that a change is about; whether its signer speaks for it was seen to where the body was split. Of a number it
/// is that number's, whatever account is named beside it.
fn account<'a>(number: Option<&'a Number>, news: &'a FieldNews) -> &'a str {
    if let Some(number) = number {
        return &number.account;
    }
    let (came, inner) = (news.account.as_deref(), news.inner_account.as_deref());
    let account = if news.field == "account_update" {
        // A partner hears of its clients' accounts: theirs is the one that it is about.
        inner.or(came)
    } else {
        came.or(inner)
    };
    account.unwrap_or_default()
}
