//! The audit: who did what in a workspace, when and from where.

use crate::{Line, MemberId, MemberView, Moment};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRequest {
    /// What this member did; none for everybody.
    pub member: Option<MemberId>,
    /// What the action's word begins with; empty for any.
    pub action: String,
    /// Not before.
    pub from: Option<Moment>,
    /// Before.
    pub until: Option<Moment>,
    /// Where the page begins, as the page before it said.
    pub after: Option<String>,
}

/// A page of entries, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    /// Everybody who is or was a member, by name; with the first page alone.
    pub people: Vec<MemberView>,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Moment,
    /// Who did it; none for Postern itself and its operator.
    pub actor: Option<MemberId>,
    /// Their name, as long as it is known.
    pub by: Option<String>,
    /// What was done, in a word for programs: `member.removed`.
    pub action: String,
    /// From which network (/24, /48), where a browser did it.
    pub network: Option<String>,
    /// What is told of it in particular; ids of people, numbers and contacts stand there as their names.
    pub detail: Vec<Line>,
    /// Whether that can be read.
    pub state: AuditState,
    /// Its place in the chain; none until it is linked.
    pub position: Option<i64>,
}

/// How an entry's detail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditState {
    /// It is there, or there never was one.
    Whole,
    /// It was erased, or the key that opened it.
    Erased,
    /// It does not open, or is not what was written.
    Broken,
}

/// Whether the chain holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChain {
    /// Entries of the workspace.
    pub entries: i64,
    /// Those that are linked; the others were written just now.
    pub linked: i64,
    /// The first place at which it does not verify.
    pub broken_at: Option<i64>,
    /// The last link, in hexadecimal digits: whoever notes it down can tell later that nothing before it was changed or cut
    /// off.
    pub link: Option<String>,
}

/// A piece of the audit as CSV.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPiece {
    /// Whole lines; the first piece begins with the names of the columns.
    pub csv: String,
    /// After which place the next piece begins; none at the end.
    pub next: Option<i64>,
}
