//! How a person reads dates, and what they hear of.

use super::{
    Deed, audit_about, me,
    own::{lock, signed},
};
use crate::{Env, Error, Result};
use postern_types::{Announce, Habits, LOCALES, Me, SessionId};
use serde_json::json;

/// Keeps what the person chose, for all of their browsers. [`Error::Invalid`] on `locale`.
pub async fn settle(env: &Env, session: SessionId, habits: &Habits) -> Result<Me> {
    let locale = habits.locale.as_deref();
    if locale.is_some_and(|locale| !LOCALES.contains(&locale)) {
        return Err(Error::invalid(
            "locale",
            "Choose a way to write dates of the list.",
        ));
    }
    let mut global = env.db.global().await?;
    let signed = signed(global.conn(), session).await?;
    // One save at a time: each writes down what it changed itself.
    lock(global.conn(), signed.account).await?;
    let before = me(env, global.conn(), signed.account, None).await?.habits;
    let changed = changed(&before, habits);
    if changed.is_empty() {
        return me(env, global.conn(), signed.account, Some(session)).await;
    }
    sqlx::query!(
        "INSERT INTO account_setting (account_id, locale, announce, sound, task_mail) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id) DO UPDATE
            SET locale = excluded.locale, announce = excluded.announce, sound = excluded.sound,
                task_mail = excluded.task_mail",
        signed.account.0,
        locale,
        habits.announce as Announce,
        habits.sound,
        habits.task_mail,
    )
    .execute(global.conn())
    .await?;
    let from = Some(signed.network.as_str());
    let detail = json!({ "changed": changed });
    let deed = Deed::Settled;
    audit_about(env, global.conn(), signed.account, deed, from, &detail).await?;
    let me = me(env, global.conn(), signed.account, Some(session)).await?;
    global.commit().await?;
    Ok(me)
}

/// Which of them are others than before.
fn changed(before: &Habits, after: &Habits) -> Vec<&'static str> {
    [
        ("locale", before.locale != after.locale),
        ("announce", before.announce != after.announce),
        ("sound", before.sound != after.sound),
        ("task_mail", before.task_mail != after.task_mail),
    ]
    .into_iter()
    .filter_map(|(name, other)| other.then_some(name))
    .collect()
}

#[cfg(test)]
mod tests;
