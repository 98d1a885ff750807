//! What was asked for, and the messages that it names.

use super::Record;
use crate::{Result, Tenant};
use postern_types::{ChannelId, ConversationId, Direction, MessageId, Status};
use uuid::Uuid;

/// What somebody asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Our id of a message.
    Ours(Uuid),
    /// The digits of a number, or its last ones.
    Phone(String),
    /// Meta's id of a message, or of a person.
    Word(String),
}

/// The longest id of Meta's that is kept.
const LONGEST: usize = 1024;

impl What {
    /// None for what can be none of them.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST || text.contains('\0') {
            return None;
        }
        if let Ok(id) = text.parse() {
            return Some(Self::Ours(id));
        }
        let is_phone = |c: char| c.is_ascii_digit() || "+()-./".contains(c) || c.is_whitespace();
        if text.chars().all(is_phone) {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            // Neither the way out of a country nor that out of a town is part of a number.
            let digits = digits.trim_start_matches('0');
            return (4..=20)
                .contains(&digits.len())
                .then(|| Self::Phone(digits.to_owned()));
        }
        Some(Self::Word(text.to_owned()))
    }

    /// Meta's id.
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Ours(_) | Self::Phone(_) => None,
        }
    }

    /// What to look for in raw webhooks; a few digits would be found anywhere.
    pub fn in_parts(&self) -> Option<&str> {
        match self {
            Self::Word(word) if word.len() >= 7 => Some(word),
            Self::Phone(digits) if digits.len() >= 7 => Some(digits),
            _ => None,
        }
    }
}

/// The messages that it names, newest first.
pub(super) async fn messages(tenant: &mut Tenant, what: &What) -> Result<Vec<Record>> {
    let workspace = tenant.workspace();
    let ids: Vec<Uuid> = match what {
        What::Ours(id) => vec![*id],
        What::Word(word) => {
            let named = sqlx::query_scalar!(
                "SELECT m.id FROM message m
                   JOIN channel ch ON ch.workspace_id = m.workspace_id AND ch.id = m.channel_id
                  WHERE m.workspace_id = $1 AND m.wamid = $2 ORDER BY m.at DESC LIMIT 20",
                workspace.0,
                word,
            )
            .fetch_all(tenant.conn())
            .await?;
            if named.is_empty() && is_person(word) {
                let people = sqlx::query_scalar!(
                    "SELECT i.contact_id FROM contact_identity i
                      WHERE i.workspace_id = $1 AND i.kind <> 'phone' AND i.value = $2 LIMIT 20",
                    workspace.0,
                    word,
                )
                .fetch_all(tenant.conn())
                .await?;
                of_people(tenant, &people).await?
            } else {
                named
            }
        }
        What::Phone(digits) => {
            let people = sqlx::query_scalar!(
                r#"SELECT contact_id AS "id!" FROM contact_identity
                    WHERE workspace_id = $1 AND kind = 'phone' AND scope = '' AND value = $2
                   UNION
                   (SELECT contact_id FROM contact_term WHERE workspace_id = $1 AND term = $2 LIMIT 20)"#,
                workspace.0,
                digits,
            )
            .fetch_all(tenant.conn())
            .await?;
            of_people(tenant, &people).await?
        }
    };
    let records = sqlx::query_as!(
        Record,
        r#"SELECT m.id AS "id: MessageId", m.conversation_id AS "conversation: ConversationId",
                  m.channel_id AS "channel: ChannelId", m.direction AS "direction: Direction", m.author_id AS author,
                  m.kind,
                  -- What was deleted is not told any more.
                  CASE WHEN m.changed AND EXISTS (SELECT FROM message r
                                                   WHERE r.workspace_id = m.workspace_id AND r.target_id = m.id
                                                     AND r.kind = 'revoke')
                       THEN '' ELSE left(m.body, 160) END AS "line!", m.at, m.received_at, m.wamid, m.status AS "status: Status",
                  m.fault_code, m.fault_reason, m.fault_details, m.target_id AS target, m.part_id AS part,
                  ch.name AS number, c.contact_name, c.contact_phone
             FROM message m
             JOIN channel ch ON ch.workspace_id = m.workspace_id AND ch.id = m.channel_id
             JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
            WHERE m.workspace_id = $1 AND m.id = ANY ($2)
            ORDER BY m.at DESC, m.arrival DESC LIMIT 20"#,
        workspace.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(records)
}

/// Whether it looks like Meta's id of a person: a country, a dot, the rest. No index finds them by themselves.
fn is_person(word: &str) -> bool {
    matches!(word.as_bytes(), [a, b, b'.', _, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase())
}

/// The newest messages with these people.
async fn of_people(tenant: &mut Tenant, people: &[Uuid]) -> Result<Vec<Uuid>> {
    let workspace = tenant.workspace();
    let ids = sqlx::query_scalar!(
        "SELECT m.id FROM message m
           JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
          WHERE m.workspace_id = $1 AND c.contact_id = ANY ($2)
          ORDER BY m.at DESC, m.arrival DESC LIMIT 20",
        workspace.0,
        people,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_taken_for_what_it_can_be() {
        let ours = "0199a1b2-0000-7000-8000-000000000001";
        for (text, what) in [
            (ours, Some(What::Ours(ours.parse().unwrap()))),
            (" +49 (151) 23-45 ", Some(What::Phone("491512345".into()))),
            ("0049 151 2345", Some(What::Phone("491512345".into()))),
            ("wamid.HBgL=", Some(What::Word("wamid.HBgL=".into()))),
            ("US.1349", Some(What::Word("US.1349".into()))),
            ("", None),
            ("  ", None),
            ("123", None),
            ("+", None),
            ("000", None),
            ("a\0b", None),
        ] {
            assert_eq!(What::read(text), what, "{text}");
        }
        assert_eq!(What::read(&"w".repeat(1025)), None);
        let parts = |text| What::read(text).and_then(|what| what.in_parts().map(str::to_owned));
        assert_eq!(parts("4915"), None);
        assert_eq!(parts("4915123").as_deref(), Some("4915123"));
        assert_eq!(parts("w1"), None);
        assert_eq!(parts(ours), None);
    }
}
