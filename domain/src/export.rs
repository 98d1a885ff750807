//! Records as CSV files, for whoever wants to take them along: each kind piece by piece, in the order in which its records
//! were made, so that none comes twice and none that stood there is left out.
//!
//! A piece is a transaction of its own, which lets in again whoever asks: who is signed out, or is no admin any more, gets no
//! further one. No secret is in any of it. To add a kind: its name in `types::export`, its columns and its statement in a file
//! here, its words in `app::words::export`.

mod chats;
mod contacts;
mod house;
mod tasks;

use crate::{Env, Error, Result, Tenant, audit, crypto, csv};
use postern_types::{BookRequest, ExportKind, ExportPiece, ExportRequest, OwnedBy};
use serde_json::json;
use uuid::Uuid;

/// Records of a piece. The statements say one more, which tells whether another follows.
const LINES: usize = 1000;

/// A piece of a file before it is written.
struct Sheet {
    /// What the columns are called.
    head: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    /// Where the next piece begins.
    next: Option<String>,
}

/// A record as a statement says it: its cells are texts already.
struct Row {
    id: Uuid,
    cells: Vec<Option<String>>,
}

/// The records behind the place that the request names, or from the beginning. That somebody takes them away is a line of the
/// audit, for each piece.
pub async fn piece(env: &Env, tenant: &mut Tenant, request: &ExportRequest) -> Result<ExportPiece> {
    let place = Place::read(request.after.as_deref())?;
    let after = place.as_ref().map(|place| place.after.as_str());
    let sheet = sheet(tenant, request, after).await?;
    let columns = fingerprint(&sheet.head);
    if place.as_ref().is_some_and(|place| place.columns != columns) {
        return Err(Error::conflict(
            "The columns have changed while the file was made. Nothing was saved: download it again.",
        ));
    }
    let lines = sheet.rows.len();
    let mut told = json!({ "what": request.kind.word(), "lines": lines, "behind": after });
    if request.kind == ExportKind::Contacts {
        let BookRequest {
            search,
            label,
            owner,
            ..
        } = &request.book;
        told["narrowed"] =
            json!(!search.is_empty() || label.is_some() || *owner != OwnedBy::Anybody);
    }
    audit::record(env, tenant, "export.made", &told).await?;
    let mut text = String::new();
    if place.is_none() {
        text.push(csv::MARK);
        csv::write(&mut text, sheet.head.iter().map(String::as_str));
    }
    for row in &sheet.rows {
        csv::write(
            &mut text,
            row.iter().map(|cell| cell.as_deref().unwrap_or_default()),
        );
    }
    let next = sheet.next.map(|after| format!("{columns}.{after}"));
    Ok(ExportPiece {
        csv: text,
        lines: u32::try_from(lines).unwrap_or(u32::MAX),
        next,
    })
}

async fn sheet(tenant: &mut Tenant, request: &ExportRequest, after: Option<&str>) -> Result<Sheet> {
    if request.kind == ExportKind::Contacts {
        return contacts::contacts(tenant, &request.book, after).await;
    }
    let after = match after {
        Some(after) => after.parse().map_err(|_| refused())?,
        None => Uuid::nil(),
    };
    match request.kind {
        ExportKind::Contacts | ExportKind::Notes => contacts::notes(tenant, after).await,
        ExportKind::Conversations => chats::conversations(tenant, after).await,
        ExportKind::Messages => chats::messages(tenant, after).await,
        ExportKind::Files => chats::files(tenant, after).await,
        ExportKind::Tasks => tasks::tasks(tenant, after).await,
        ExportKind::TaskItems => tasks::items(tenant, after).await,
        ExportKind::TaskComments => tasks::comments(tenant, after).await,
        ExportKind::TaskDocuments => tasks::documents(tenant, after).await,
        ExportKind::Links => contacts::links(tenant, after).await,
        ExportKind::Members => house::members(tenant, after).await,
        ExportKind::Teams => house::teams(tenant, after).await,
        ExportKind::Labels => house::labels(tenant, after).await,
        ExportKind::Fields => house::fields(tenant, after).await,
        ExportKind::Channels => house::channels(tenant, after).await,
        ExportKind::Templates => house::templates(tenant, after).await,
    }
}

impl Sheet {
    /// What a statement said, of which the record that is one too many begins the next piece.
    fn new(head: &[&str], mut rows: Vec<Row>) -> Self {
        let more = rows.len() > LINES;
        rows.truncate(LINES);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        Self {
            head: head.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows.into_iter().map(|row| row.cells).collect(),
            next,
        }
    }
}

/// Where a piece ended.
struct Place {
    /// The columns that the file was begun with.
    columns: String,
    /// The last record, as its kind knows it.
    after: String,
}

impl Place {
    fn read(after: Option<&str>) -> Result<Option<Self>> {
        let Some(after) = after else { return Ok(None) };
        let (columns, after) = after.split_once('.').ok_or_else(refused)?;
        Ok(Some(Self {
            columns: columns.to_owned(),
            after: after.to_owned(),
        }))
    }
}

fn fingerprint(head: &[String]) -> String {
    let digest = hex::encode(crypto::sha256(head.join("\n").as_bytes()));
    digest.chars().take(16).collect()
}

fn refused() -> Error {
    Error::invalid(
        "after",
        "There is no such place in this file. Download it again from its beginning.",
    )
}

#[cfg(test)]
mod tests;
