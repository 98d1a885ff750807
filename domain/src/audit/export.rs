//! The audit as a file: everything that is needed to see, without this installation, that nothing of it was changed.

use super::{
    chain::{Line, Walk, micros},
    detail::{self, Detail, SALT},
    record,
};
use crate::{Env, Error, Result, Tenant, crypto, csv};
use postern_types::AuditPiece;
use serde_json::json;
use std::io::BufRead;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// The columns. `actor_name` is for readers: names change, and no link holds them. `salt` and `detail` are empty once they
/// were erased.
const COLUMNS: [&str; 12] = [
    "workspace",
    "position",
    "link",
    "digest",
    "id",
    "at",
    "actor",
    "actor_name",
    "action",
    "network",
    "salt",
    "detail",
];

/// Lines of a piece. The statement says one more, which tells whether another follows.
const LINES: usize = 500;

/// The linked lines behind the place `after`, or from the beginning; that somebody takes them out is itself a line, for each
/// piece.
pub async fn export(env: &Env, tenant: &mut Tenant, after: Option<i64>) -> Result<AuditPiece> {
    let workspace = tenant.workspace();
    let mut text = String::new();
    let lines = sqlx::query_scalar!(
        "SELECT position FROM audit_head WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let detail = json!({ "lines": lines.unwrap_or(0), "from": after });
    record(env, tenant, "audit.exported", &detail).await?;
    if after.is_none() {
        csv::write(&mut text, COLUMNS);
    }
    let mut rows = sqlx::query!(
        r#"SELECT a.id, a.at, a.actor, n.name AS "name?", a.action, a.network, a.detail, a.digest,
                  a.position AS "position!", a.link AS "link!"
             FROM audit a
             LEFT JOIN member m ON m.workspace_id = $1 AND m.id = a.actor
             LEFT JOIN account n ON n.id = m.account_id
            WHERE a.workspace_id = $1 AND a.position > $2
            ORDER BY a.position LIMIT 501"#,
        workspace.0,
        after.unwrap_or(i64::MIN),
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > LINES;
    rows.truncate(LINES);
    let next = rows.last().filter(|_| more).map(|row| row.position);
    for row in rows {
        let (sealed, digest) = (row.detail.as_deref(), row.digest.as_deref());
        let (salt, told) = match detail::open(env, tenant, row.id, sealed, digest).await? {
            Detail::Told { salt, json, .. } => (salt.map(hex::encode), json),
            Detail::Absent | Detail::Erased | Detail::Closed => (None, String::new()),
        };
        let at = row.at.format(&Rfc3339);
        let at = at.map_err(|error| Error::Internal(error.into()))?;
        let cells = [
            workspace.to_string(),
            row.position.to_string(),
            hex::encode(row.link),
            row.digest.map(hex::encode).unwrap_or_default(),
            row.id.to_string(),
            at,
            row.actor.map(|id| id.to_string()).unwrap_or_default(),
            row.name.unwrap_or_default(),
            row.action,
            row.network.unwrap_or_default(),
            salt.unwrap_or_default(),
            told,
        ];
        csv::write(&mut text, cells.iter().map(String::as_str));
    }
    Ok(AuditPiece { csv: text, next })
}

/// What a file comes to that [`export`] made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Lines that verify, from the first on.
    pub lines: i64,
    /// Those of them whose detail is not there any more.
    pub erased: i64,
    /// The link of the last of them, in hexadecimal digits.
    pub link: String,
    /// The first place that does not verify.
    pub broken_at: Option<i64>,
}

/// Goes along the chain in a file, without a database and without a key. [`Error::Invalid`] for what is no such file.
pub fn check(mut file: impl BufRead) -> Result<Checked> {
    let no_export = || {
        Error::invalid(
            "file",
            "This is no file that `postern audit export` or the page of the audit has made.",
        )
    };
    let head = csv::read(&mut file).map_err(|_| no_export())?;
    if head.is_none_or(|head| head != COLUMNS) {
        return Err(no_export());
    }
    let mut walk = Walk::default();
    let mut erased = 0;
    let mut of = None;
    while walk.broken.is_none() {
        let cells = match csv::read(&mut file) {
            Ok(Some(cells)) => cells,
            Ok(None) => break,
            // A fault of the disk is one; what is no text was written by somebody else.
            Err(error) if error.kind() != std::io::ErrorKind::InvalidData => {
                return Err(Error::Internal(error.into()));
            }
            Err(_) => {
                walk.fail();
                break;
            }
        };
        match Exported::read(&cells) {
            // All of one workspace.
            Some(line) if *of.get_or_insert(line.workspace) == line.workspace => {
                walk.step(line.position, &line.link, &line.line());
                erased += i64::from(walk.broken.is_none() && line.is_erased());
            }
            _ => walk.fail(),
        }
    }
    Ok(Checked {
        lines: walk.position,
        erased,
        link: hex::encode(walk.link),
        broken_at: walk.broken,
    })
}

/// A line of a file.
struct Exported<'a> {
    workspace: Uuid,
    position: i64,
    link: Vec<u8>,
    digest: Option<Vec<u8>>,
    id: Uuid,
    at: OffsetDateTime,
    actor: Option<Uuid>,
    action: &'a str,
    network: Option<&'a str>,
    detail: &'a str,
}

impl<'a> Exported<'a> {
    /// None when it cannot be what was written: its detail has to be the one that its digest was made of.
    fn read(cells: &'a [String]) -> Option<Self> {
        let cells: &[String; COLUMNS.len()] = cells.try_into().ok()?;
        let [
            workspace,
            position,
            link,
            digest,
            id,
            at,
            actor,
            _,
            action,
            network,
            salt,
            detail,
        ] = cells;
        let read = Self {
            workspace: workspace.parse().ok()?,
            position: position.parse().ok()?,
            link: hex::decode(link).ok()?,
            digest: some(digest).map(hex::decode).transpose().ok()?,
            id: id.parse().ok()?,
            at: OffsetDateTime::parse(at, &Rfc3339).ok()?,
            actor: some(actor).map(str::parse::<Uuid>).transpose().ok()?,
            action,
            network: some(network),
            detail,
        };
        let salt = hex::decode(salt).ok()?;
        let written = match &read.digest {
            // Of before the chain: no link holds the detail.
            None => salt.is_empty(),
            Some(_) if salt.is_empty() && detail.is_empty() => true,
            Some(digest) => {
                let made = crypto::sha256(&[&salt[..], detail.as_bytes()].concat());
                salt.len() == SALT && made[..] == digest[..]
            }
        };
        written.then_some(read)
    }

    fn is_erased(&self) -> bool {
        self.digest.is_some() && self.detail.is_empty()
    }

    fn line(&self) -> Line<'_> {
        Line {
            workspace: self.workspace,
            id: self.id,
            at: micros(self.at),
            actor: self.actor,
            action: self.action,
            network: self.network,
            digest: self.digest.as_deref(),
        }
    }
}

fn some(cell: &str) -> Option<&str> {
    Some(cell).filter(|cell| !cell.is_empty())
}
