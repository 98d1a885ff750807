//! How a person reads dates, and what they hear of.

use super::{me, own::signed};
use crate::{Env, Error, Result};
use postern_types::{Announce, Habits, LOCALES, Me, SessionId};

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
    sqlx::query!(
        "INSERT INTO account_setting (account_id, locale, announce, sound) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id) DO UPDATE
            SET locale = excluded.locale, announce = excluded.announce, sound = excluded.sound",
        signed.account.0,
        locale,
        habits.announce as Announce,
        habits.sound,
    )
    .execute(global.conn())
    .await?;
    let me = me(env, global.conn(), signed.account, Some(session)).await?;
    global.commit().await?;
    Ok(me)
}
