//! What opens an account besides its password, told when that is new: whoever was in may have added some of it.

use crate::{Env, Result, mail::Letter};
use postern_types::{AccountId, Provider};
use sqlx::PgConnection;

/// The letter with what there is, and where it can be taken away; as it was when there is nothing.
pub(super) async fn told(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    letter: Letter,
) -> Result<Letter> {
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM passkey WHERE account_id = $1) AS "passkeys!",
                  EXISTS (SELECT FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL) AS "totp!",
                  (SELECT count(*) FROM recovery_code WHERE account_id = $1 AND spent_at IS NULL) AS "recovery!",
                  ARRAY(SELECT provider FROM account_identity WHERE account_id = $1 ORDER BY provider) AS "providers!""#,
        account.0,
    )
    .fetch_one(conn)
    .await?;
    let providers = row.providers.iter().filter_map(|word| {
        let provider = Provider::from_word(word)?;
        Some(provider.name().to_owned())
    });
    let mut all: Vec<String> = counted(row.passkeys, "passkey").into_iter().collect();
    all.extend(providers);
    all.extend(row.totp.then(|| "an authenticator application".to_owned()));
    all.extend(counted(row.recovery, "recovery code"));
    if all.is_empty() {
        return Ok(letter);
    }
    let words = format!(
        "These still open your account, or are its second step: {}. Take away what is not yours.",
        all.join(", ")
    );
    let settings = format!("{}/settings/account", env.post.origin);
    Ok(letter
        .words(words)
        .button("Look at them in your settings", settings))
}

fn counted(number: i64, what: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    }
}
