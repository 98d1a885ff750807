//! What a contact wants of us: whether marketing may reach them.

use super::{identity::holders, merge::standing};
use crate::{Result, Tenant, payload::Preference};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

/// Keeps what a contact said last of marketing. Of somebody who never wrote nothing is kept.
pub(crate) async fn prefer(
    tenant: &mut Tenant,
    scope: &str,
    preference: &Preference,
) -> Result<()> {
    let Some(contact) = holders(tenant, scope, &preference.who).await?.who() else {
        return Ok(());
    };
    let contact = standing(tenant, contact).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact
            SET marketing_stopped_at = CASE WHEN $4 THEN $3::timestamptz END, marketing_told_at = $3
          WHERE workspace_id = $1 AND id = $2 AND (marketing_told_at IS NULL OR marketing_told_at <= $3)",
        workspace.0,
        contact.0,
        preference.at,
        preference.stop,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// What a contact said last of marketing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Word {
    /// Since when they want none.
    #[serde(with = "rfc3339::option")]
    stopped: Option<OffsetDateTime>,
    /// When they said so, or the opposite.
    #[serde(with = "rfc3339::option")]
    told: Option<OffsetDateTime>,
}

impl Word {
    pub fn new(stopped: Option<OffsetDateTime>, told: Option<OffsetDateTime>) -> Self {
        Self {
            stopped,
            // Of a stop that was taken over in an older merge the second is not known.
            told: told.or(stopped),
        }
    }

    /// Whether it gives way to the word of one who is taken for the same person: to a stop, unless it is the newer one.
    /// A merge frees nobody of a stop.
    pub fn yields_to(self, other: Self) -> bool {
        other.stopped.is_some() && other != self && self.told <= other.told
    }
}

/// What two say of marketing once they are parted, the one that was left first. `now` and `gone` are what they say before
/// that, `said` what the first one had said before they were merged, `took` whether they took the other's word over. Whose a
/// stop is that was told to both as one, nobody can tell: it holds for both.
pub(super) fn part(now: Word, gone: Word, said: Option<Word>, took: bool) -> (Word, Word) {
    let since = match said {
        _ if took => now.stopped != gone.stopped,
        Some(said) => now != said,
        None => true,
    };
    if since {
        let stops = gone.yields_to(now);
        (now, if stops { now } else { gone })
    } else if took {
        (said.unwrap_or_default(), gone)
    } else {
        (now, gone)
    }
}

/// Makes it the contact's.
pub(super) async fn write(tenant: &mut Tenant, contact: Uuid, word: Word) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact SET marketing_stopped_at = $3, marketing_told_at = $4 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        contact,
        word.stopped,
        word.told,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_750_000_000 + second).unwrap()
    }

    fn stop(second: i64) -> Word {
        Word::new(Some(at(second)), Some(at(second)))
    }

    fn start(second: i64) -> Word {
        Word::new(None, Some(at(second)))
    }

    const NONE: Word = Word {
        stopped: None,
        told: None,
    };

    #[test]
    fn a_stop_is_taken_over_unless_the_other_word_is_newer_and_a_start_never() {
        for (word, other, yields) in [
            (NONE, stop(1), true),
            (start(1), stop(2), true),
            (start(2), stop(2), true),
            (start(3), stop(2), false),
            (stop(1), stop(2), true),
            (stop(2), stop(1), false),
            (stop(2), stop(2), false),
            (stop(1), start(2), false),
            (NONE, start(2), false),
            (NONE, NONE, false),
            (NONE, Word::new(Some(at(1)), None), true),
        ] {
            assert_eq!(word.yields_to(other), yields, "{word:?} {other:?}");
        }
    }

    #[test]
    fn what_was_told_to_two_as_one_stops_both_and_the_rest_is_as_it_was() {
        for (now, gone, said, took, expected) in [
            // Nothing was told.
            (NONE, NONE, Some(NONE), false, (NONE, NONE)),
            (stop(1), NONE, Some(stop(1)), false, (stop(1), NONE)),
            (stop(2), stop(2), Some(NONE), true, (NONE, stop(2))),
            (stop(2), stop(2), Some(start(1)), true, (start(1), stop(2))),
            // A stop was.
            (stop(3), NONE, Some(NONE), false, (stop(3), stop(3))),
            (stop(3), NONE, Some(stop(1)), false, (stop(3), stop(3))),
            (stop(3), stop(2), Some(NONE), true, (stop(3), stop(3))),
            // It is older than what the other one had said since.
            (stop(3), start(4), Some(NONE), false, (stop(3), start(4))),
            // That marketing may come again was: it frees nobody but the one who heard it.
            (start(3), stop(2), Some(NONE), true, (start(3), stop(2))),
            (start(3), NONE, Some(stop(1)), false, (start(3), NONE)),
            // Of an older merge it is not known what was told when.
            (stop(2), stop(2), None, true, (NONE, stop(2))),
            (stop(1), NONE, None, false, (stop(1), stop(1))),
            (NONE, stop(1), None, false, (NONE, stop(1))),
        ] {
            let parted = part(now, gone, said, took);
            assert_eq!(parted, expected, "{now:?} {gone:?} {said:?} {took}");
        }
    }

    #[test]
    fn a_word_is_kept_to_the_microsecond() {
        let told = at(1) + time::Duration::microseconds(123_456);
        for word in [NONE, start(1), Word::new(None, Some(told))] {
            let text = serde_json::to_string(&word).unwrap();
            assert_eq!(serde_json::from_str::<Word>(&text).unwrap(), word, "{text}");
        }
    }
}
