//! Whose an account is.

use super::{Answer, Meta, exchange};
use secrecy::SecretString;

/// Meta's id of the business portfolio that owns the account. None when it does not say: some tokens may not ask.
pub async fn owner(meta: &Meta, token: &SecretString, account_id: &str) -> Option<String> {
    let mut url = meta.url(&[account_id]);
    url.query_pairs_mut()
        .append_pair("fields", "owner_business_info");
    let Answer::Good(answer) = exchange(meta.http.get(url), token).await else {
        return None;
    };
    let id = answer.pointer("/owner_business_info/id")?.as_str()?;
    let whole = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| id.to_owned())
}
