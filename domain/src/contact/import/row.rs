//! A row, judged by itself: what it says of somebody, or what is wrong with it.

use super::split::{CELL, COLUMNS, Record};
use crate::{
    Error, Result, Tenant, account,
    contact::{field, form::other_form, label, note, phone},
    csv,
};
use phonenumber::country;
use postern_types::{FieldKind, FieldView, ImportColumn, ImportPlan, MemberId};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

/// What a row says of somebody.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub row: u32,
    pub name: Option<String>,
    pub digits: Option<String>,
    pub email: Option<String>,
    pub owner: Option<MemberId>,
    pub labels: Vec<String>,
    pub note: Option<String>,
    pub values: Vec<(uuid::Uuid, String)>,
    /// As it came.
    pub cells: Vec<String>,
}

/// A row at fault, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bad {
    pub row: u32,
    /// The heading of the cell that is at fault; empty for the row as a whole.
    pub column: String,
    pub words: String,
    pub cells: Vec<String>,
}

/// What rows are held against: as it is at the moment.
pub struct Book {
    fields: Vec<FieldView>,
    /// What labels are called, in small letters.
    labels: HashSet<String>,
    members: Vec<Member>,
    country: Option<country::Id>,
}

struct Member {
    id: MemberId,
    name: String,
    email: String,
}

/// Which row said something first.
#[derive(Default)]
pub struct Seen {
    phones: HashMap<String, u32>,
    emails: HashMap<String, u32>,
    /// Labels that will be made.
    labels: HashSet<String>,
}

impl Book {
    pub async fn load(tenant: &mut Tenant, plan: &ImportPlan) -> Result<Self> {
        let workspace = tenant.workspace();
        let fields = field::all(tenant).await?;
        let labels = label::all(tenant).await?;
        let members = sqlx::query_as!(
            Member,
            r#"SELECT m.id AS "id: MemberId", lower(a.name) AS "name!", a.email
                 FROM member m JOIN account a ON a.id = m.account_id
                WHERE m.workspace_id = $1 AND m.removed_at IS NULL AND m.state = 'active'"#,
            workspace.0,
        )
        .fetch_all(tenant.conn())
        .await?;
        Ok(Self {
            fields,
            labels: labels
                .iter()
                .map(|label| label.name.to_lowercase())
                .collect(),
            members,
            country: plan.country.parse().ok().and_then(phone::country_of),
        })
    }

    /// Whether a field is there.
    pub fn has(&self, id: uuid::Uuid) -> bool {
        self.fields.iter().any(|field| field.id.0 == id)
    }
}

/// What is wrong, and in which column when it is one cell.
type Wrong = (Option<usize>, String);

/// Judges a row. What is right is remembered: whoever says the same behind it says it twice.
pub fn judge(
    record: Record,
    headings: &[String],
    plan: &ImportPlan,
    book: &Book,
    seen: &mut Seen,
) -> Result<Wanted, Bad> {
    let read = whole(&record, headings).and_then(|()| read(&record, plan, book, seen));
    match read {
        Ok(wanted) => {
            seen.note(&wanted, book);
            Ok(Wanted {
                cells: record.cells,
                ..wanted
            })
        }
        Err((column, words)) => Err(Bad {
            row: record.row,
            column: column
                .and_then(|at| headings.get(at))
                .cloned()
                .unwrap_or_default(),
            words,
            cells: record.cells,
        }),
    }
}

fn whole(record: &Record, headings: &[String]) -> Result<(), Wrong> {
    if record.open {
        return Err((
            None,
            "A quotation mark is opened here and never closed: the rest of the file was read as this row.".to_owned(),
        ));
    }
    if let Some(at) = record.long {
        return Err((
            Some(at),
            format!("A cell has {CELL} bytes at most, and this one has more."),
        ));
    }
    let (has, should) = (record.cells.len(), headings.len());
    if has != should {
        let has = if has > COLUMNS {
            format!("more than {COLUMNS}")
        } else {
            has.to_string()
        };
        return Err((
            None,
            format!(
                "This row has {has} cells where the headings have {should}. Look whether a separator is missing, or too many."
            ),
        ));
    }
    if let Some(at) = record
        .cells
        .iter()
        .position(|cell| cell.contains('\u{FFFD}'))
    {
        return Err((
            Some(at),
            "Signs here are not of the encoding that was chosen. Choose another one, or write them anew.".to_owned(),
        ));
    }
    Ok(())
}

fn read(record: &Record, plan: &ImportPlan, book: &Book, seen: &Seen) -> Result<Wanted, Wrong> {
    let mut wanted = Wanted {
        row: record.row,
        ..Wanted::default()
    };
    let mut place = None;
    for (at, (cell, column)) in record.cells.iter().zip(&plan.columns).enumerate() {
        let cell = plain(cell);
        let cell = cell.as_ref();
        if cell.is_empty() || *column == ImportColumn::Skip {
            continue;
        }
        let wrong = |words: String| (Some(at), words);
        match column {
            ImportColumn::Skip => {}
            ImportColumn::Name => {
                let words = cell.split_whitespace().collect::<Vec<_>>().join(" ");
                let name = match wanted.name.take() {
                    Some(name) => format!("{name} {words}"),
                    None => words,
                };
                if name.chars().count() > 80 || name.chars().any(char::is_control) {
                    return Err(wrong("A name has up to 80 characters.".to_owned()));
                }
                wanted.name = Some(name);
            }
            ImportColumn::Phone => {
                place = Some(at);
                wanted.digits = Some(number(book, cell).map_err(wrong)?);
            }
            ImportColumn::Email => {
                place = place.or(Some(at));
                wanted.email =
                    Some(account::checked_email(cell).map_err(|error| wrong(words(error)))?);
            }
            ImportColumn::Owner => {
                wanted.owner = Some(owner(book, cell).map_err(wrong)?);
            }
            ImportColumn::Labels => {
                labels(&mut wanted.labels, plan, book, seen, cell).map_err(wrong)?;
            }
            ImportColumn::Note => {
                let body = match wanted.note.take() {
                    Some(before) => format!("{before}\n{cell}"),
                    None => cell.to_owned(),
                };
                wanted.note = Some(
                    note::checked(&body)
                        .map_err(|_| wrong("A note has up to 4,000 characters.".to_owned()))?,
                );
            }
            ImportColumn::Field(id) => {
                let field = book.fields.iter().find(|field| field.id == *id);
                let field =
                    field.ok_or_else(|| wrong("The field was deleted meanwhile.".to_owned()))?;
                wanted
                    .values
                    .push((id.0, value(field, cell).map_err(wrong)?));
            }
        }
    }
    let same = seen.before(&wanted);
    match (&wanted.digits, &wanted.email, same) {
        (None, None, _) => Err((
            None,
            "There is neither a number nor an address: by one of them the contact is known."
                .to_owned(),
        )),
        (_, _, Some(row)) => Err((
            place,
            format!("Row {row} is about the same contact already. That one counts."),
        )),
        _ => Ok(wanted),
    }
}

impl Seen {
    /// The row before that is about the same contact: by the number, or where there is none by the address.
    fn before(&self, wanted: &Wanted) -> Option<u32> {
        match (&wanted.digits, &wanted.email) {
            (Some(digits), _) => self.phones.get(&one_form(digits)).copied(),
            (None, Some(email)) => self.emails.get(email).copied(),
            (None, None) => None,
        }
    }

    fn note(&mut self, wanted: &Wanted, book: &Book) {
        if let Some(digits) = &wanted.digits {
            self.phones.insert(one_form(digits), wanted.row);
        }
        if let Some(email) = &wanted.email {
            self.emails.entry(email.clone()).or_insert(wanted.row);
        }
        let fresh = wanted.labels.iter().map(|label| label.to_lowercase());
        self.labels
            .extend(fresh.filter(|label| !book.labels.contains(label)));
    }
}

/// One of the ways to write a number of which there may be two.
fn one_form(digits: &str) -> String {
    match other_form(digits) {
        Some(other) if other.as_str() < digits => other,
        _ => digits.to_owned(),
    }
}

/// A cell without space around it, and without what keeps a spreadsheet from acting upon it.
fn plain(cell: &str) -> Cow<'_, str> {
    match csv::bare(cell) {
        Cow::Borrowed(bare) => Cow::Borrowed(bare.trim()),
        Cow::Owned(bare) => Cow::Owned(bare.trim().to_owned()),
    }
}

fn words(error: Error) -> String {
    match error {
        Error::Invalid { reason, .. } => reason.into_owned(),
        other => other.to_string(),
    }
}

fn number(book: &Book, cell: &str) -> Result<String, String> {
    let cut = cell.bytes().any(|byte| matches!(byte, b'E' | b'e'))
        && cell.replace(',', ".").parse::<f64>().is_ok();
    if cut {
        return Err(
            "A spreadsheet has rounded this number, and digits are lost. Make the column text there, and save it anew."
                .to_owned(),
        );
    }
    phone::read(book.country, cell)
}

fn owner(book: &Book, cell: &str) -> Result<MemberId, String> {
    let small = cell.to_lowercase();
    let by_email = book.members.iter().find(|member| member.email == small);
    if let Some(member) = by_email {
        return Ok(member.id);
    }
    let mut named = book.members.iter().filter(|member| member.name == small);
    match (named.next(), named.next()) {
        (Some(member), None) => Ok(member.id),
        (Some(_), Some(_)) => {
            Err("Several people here are called so: write their address instead.".to_owned())
        }
        _ => Err("Nobody who works here is called so, or has this address.".to_owned()),
    }
}

fn labels(
    found: &mut Vec<String>,
    plan: &ImportPlan,
    book: &Book,
    seen: &Seen,
    cell: &str,
) -> Result<(), String> {
    let names = cell.split([',', ';']).map(str::trim);
    let names: Vec<&str> = names
        .filter(|name| !name.is_empty())
        .take(label::MOST + 1)
        .collect();
    if names.len() > label::MOST {
        return Err("More than 200 labels stand in this cell.".to_owned());
    }
    let mut worn: HashSet<String> = found.iter().map(|name| name.to_lowercase()).collect();
    let there = |small: &String| book.labels.contains(small) || seen.labels.contains(small);
    let more = seen.labels.difference(&book.labels).count();
    let mut all = book.labels.len() + more + worn.iter().filter(|small| !there(small)).count();
    for name in names {
        let small = name.to_lowercase();
        if !book.labels.contains(&small) {
            if !plan.labels {
                return Err(format!(
                    "There is no label “{}”. Make it, or have missing labels made.",
                    short(name)
                ));
            }
            if name.chars().count() > 40 || name.chars().any(char::is_control) {
                return Err("A label has 1 to 40 characters, in one line.".to_owned());
            }
            let fresh = !seen.labels.contains(&small) && !worn.contains(&small);
            if fresh && all >= label::MOST {
                return Err(
                    "There are 200 labels already: delete one that is not needed any more."
                        .to_owned(),
                );
            }
        }
        let fresh = !there(&small);
        if worn.insert(small) {
            all += usize::from(fresh);
            found.push(name.to_owned());
        }
    }
    Ok(())
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// What stands in a field. Programs write yes and no, days and choices in more ways than one.
fn value(field: &FieldView, cell: &str) -> Result<String, String> {
    let small = cell.to_lowercase();
    let read = match field.kind {
        FieldKind::YesNo => match small.as_str() {
            "yes" | "true" | "1" | "y" | "x" | "ja" | "sí" | "si" | "oui" => "yes".to_owned(),
            "no" | "false" | "0" | "n" | "nein" | "non" => "no".to_owned(),
            _ => small,
        },
        FieldKind::Choice => {
            let choice = field
                .choices
                .iter()
                .find(|choice| choice.to_lowercase() == small);
            choice.cloned().unwrap_or_else(|| cell.to_owned())
        }
        FieldKind::Date => day(cell).unwrap_or_else(|| cell.to_owned()),
        _ => cell.to_owned(),
    };
    field::checked(field, &read).map_err(words)
}

/// A day with points: 31.1.2026. With slashes nobody knows which one the month is.
fn day(cell: &str) -> Option<String> {
    let mut parts = cell.split('.').map(|part| part.trim().parse::<u16>().ok());
    let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && year > 999).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
#[path = "tests/row.rs"]
mod tests;
