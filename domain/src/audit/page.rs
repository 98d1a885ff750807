//! The audit as it is read: page by page, with names in place of ids.

use super::detail::{self, Detail};
use crate::{Env, Error, Result, Tenant, env::moment, member, page};
use postern_types::{AuditEntry, AuditPage, AuditRequest, AuditState, Line, MemberId, Moment};
use serde_json::Value;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// Entries of a page. The statement says one more, which tells whether another page follows.
const ENTRIES: usize = 50;

/// One page, newest first. [`Error::Invalid`] for a time that is none.
pub async fn page(env: &Env, tenant: &mut Tenant, asked: &AuditRequest) -> Result<AuditPage> {
    let workspace = tenant.workspace();
    let start = asked
        .after
        .as_deref()
        .map(page::parse::<Uuid>)
        .transpose()?;
    let action = page::sought("action", &asked.action)?;
    let (from, until) = (time("from", asked.from)?, time("until", asked.until)?);
    let mut rows = sqlx::query!(
        "SELECT id, at, actor, action, network, detail, digest, position FROM audit
          WHERE workspace_id = $1
            AND ($2::uuid IS NULL OR actor = $2)
            AND starts_with(action, $3)
            AND ($4::timestamptz IS NULL OR at >= $4)
            AND ($5::timestamptz IS NULL OR at < $5)
            AND ($6::timestamptz IS NULL OR (at, id) < ($6, $7::uuid))
          ORDER BY at DESC, id DESC LIMIT 51",
        workspace.0,
        asked.member.map(|member| member.0),
        action,
        from,
        until,
        start.map(|(at, _)| at),
        start.map(|(_, id)| id),
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > ENTRIES;
    rows.truncate(ENTRIES);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| page::key(row.at, row.id));
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let told = detail::open(
            env,
            tenant,
            row.id,
            row.detail.as_deref(),
            row.digest.as_deref(),
        )
        .await?;
        let (detail, state) = lines(told);
        entries.push(AuditEntry {
            id: row.id,
            at: moment(row.at),
            actor: row.actor.map(MemberId),
            by: None,
            action: row.action,
            network: row.network,
            detail,
            state,
            position: row.position,
        });
    }
    name(tenant, &mut entries).await?;
    let people = match asked.after {
        None => member::list(tenant).await?,
        Some(_) => Vec::new(),
    };
    Ok(AuditPage {
        entries,
        next,
        people,
    })
}

fn time(field: &'static str, moment: Option<Moment>) -> Result<Option<OffsetDateTime>> {
    let time = |moment: Moment| {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(moment.0) * 1_000_000)
            .map_err(|_| Error::invalid(field, "This is no time."))
    };
    moment.map(time).transpose()
}

/// A detail as names and what stands behind them.
fn lines(detail: Detail) -> (Vec<Line>, AuditState) {
    let json = match detail {
        Detail::Absent => return (Vec::new(), AuditState::Whole),
        Detail::Erased => return (Vec::new(), AuditState::Erased),
        Detail::Closed | Detail::Told { sound: false, .. } => {
            return (Vec::new(), AuditState::Broken);
        }
        Detail::Told { json, .. } => json,
    };
    let line = |label: String, value: Value| Line {
        label,
        value: match value {
            Value::String(text) => text,
            other => other.to_string(),
        },
    };
    let lines = match serde_json::from_str(&json) {
        Ok(Value::Object(fields)) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(label, value)| line(label, value))
            .collect(),
        Ok(Value::Null) => Vec::new(),
        Ok(value) => vec![line(String::new(), value)],
        Err(_) => return (Vec::new(), AuditState::Broken),
    };
    (lines, AuditState::Whole)
}

/// Puts the names of people, numbers, teams, API keys and contacts of this workspace where their ids stand.
async fn name(tenant: &mut Tenant, entries: &mut [AuditEntry]) -> Result<()> {
    let mut ids: Vec<Uuid> = entries
        .iter()
        .flat_map(|entry| {
            let told = entry
                .detail
                .iter()
                .filter_map(|line| line.value.parse::<Uuid>().ok());
            told.chain(entry.actor.map(|actor| actor.0))
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT m.id AS "id!", a.name AS "name!" FROM member m JOIN account a ON a.id = m.account_id
            WHERE m.workspace_id = $1 AND m.id = ANY ($2::uuid[])
           UNION ALL
           SELECT c.id, c.name FROM channel c WHERE c.workspace_id = $1 AND c.id = ANY ($2::uuid[])
           UNION ALL
           SELECT g.id, g.name FROM team g WHERE g.workspace_id = $1 AND g.id = ANY ($2::uuid[])
           UNION ALL
           SELECT k.id, k.name FROM api_key k WHERE k.workspace_id = $1 AND k.id = ANY ($2::uuid[])
           UNION ALL
           SELECT t.id, coalesce(t.given_name, t.name, t.phone) FROM contact t
            WHERE t.workspace_id = $1 AND t.id = ANY ($2::uuid[]) AND coalesce(t.given_name, t.name, t.phone) IS NOT NULL"#,
        workspace.0,
        &ids[..],
    )
    .fetch_all(tenant.conn())
    .await?;
    let names: HashMap<Uuid, String> = rows.into_iter().map(|row| (row.id, row.name)).collect();
    for entry in entries {
        entry.by = entry.actor.and_then(|actor| names.get(&actor.0).cloned());
        for line in &mut entry.detail {
            let id = line.value.parse::<Uuid>().ok();
            if let Some(name) = id.and_then(|id| names.get(&id)) {
                line.value.clone_from(name);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_shown_as_pairs_and_what_cannot_be_trusted_not_at_all() {
        let told = |json: &str, sound| Detail::Told {
            salt: None,
            json: json.to_owned(),
            sound,
        };
        let shown = |detail| {
            let (lines, state) = lines(detail);
            let pairs: Vec<_> = lines.into_iter().map(|l| (l.label, l.value)).collect();
            (pairs, state)
        };
        let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        let (pairs, state) = shown(told(
            r#"{"role":"agent","n":3,"heir":null,"on":true}"#,
            true,
        ));
        assert_eq!(state, AuditState::Whole);
        for expected in [pair("role", "agent"), pair("n", "3"), pair("on", "true")] {
            assert!(pairs.contains(&expected), "{pairs:?}");
        }
        assert_eq!(pairs.len(), 3);
        let alone = shown(told(r#""detail""#, true));
        assert_eq!(alone, (vec![pair("", "detail")], AuditState::Whole));
        for (detail, expected) in [
            (told("{}", false), AuditState::Broken),
            (told("no JSON", true), AuditState::Broken),
            (Detail::Closed, AuditState::Broken),
            (Detail::Erased, AuditState::Erased),
            (Detail::Absent, AuditState::Whole),
        ] {
            assert_eq!(shown(detail), (Vec::new(), expected));
        }
    }
}
