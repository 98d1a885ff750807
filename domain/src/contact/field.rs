//! Fields that a workspace has made for its contacts, and what stands in them.

use super::{is_standing, written};
use crate::{Env, Error, Result, Tenant, audit, error::OnConstraint as _, event, teams};
use postern_types::{ContactId, FieldId, FieldKind, FieldValue, FieldView, Right, Side};
use serde_json::json;
use time::{Date, macros::format_description};
use url::Url;

/// Fields of a workspace at most.
const MOST: i64 = 50;
/// Choices of one at most.
const CHOICES: usize = 50;
/// Characters of what stands in a field, at most.
const LONGEST: usize = 500;

/// All fields, in their order.
pub async fn all(tenant: &mut Tenant) -> Result<Vec<FieldView>> {
    let workspace = tenant.workspace();
    let fields = sqlx::query_as!(
        FieldView,
        r#"SELECT id AS "id: FieldId", name, kind AS "kind: FieldKind", choices FROM contact_field
            WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY position, id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(fields)
}

/// What stands in a contact's fields.
pub(super) async fn values(tenant: &mut Tenant, contact: ContactId) -> Result<Vec<FieldValue>> {
    let workspace = tenant.workspace();
    let values = sqlx::query_as!(
        FieldValue,
        r#"SELECT v.field_id AS "field: FieldId", v.value
             FROM contact_value v
             JOIN contact_field f ON f.workspace_id = v.workspace_id AND f.id = v.field_id AND f.deleted_at IS NULL
            WHERE v.workspace_id = $1 AND v.contact_id = $2 ORDER BY f.position, f.id"#,
        workspace.0,
        contact.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(values)
}

/// Makes a field, behind the others. [`Error::Invalid`] when there is one of that name.
pub async fn make(
    env: &Env,
    tenant: &mut Tenant,
    name: &str,
    kind: FieldKind,
    choices: &[String],
) -> Result<FieldId> {
    teams::allowed(tenant, Right::Fields).await?;
    let name = checked_name(name)?;
    let choices = checked_choices(kind, choices)?;
    let workspace = tenant.workspace();
    let many = sqlx::query_scalar!(
        r#"SELECT count(*) AS "many!" FROM contact_field WHERE workspace_id = $1 AND deleted_at IS NULL"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if many >= MOST {
        return Err(Error::conflict(
            "There are 50 fields already: delete one that is not needed any more.",
        ));
    }
    let id: FieldId = env.id();
    sqlx::query!(
        "INSERT INTO contact_field (workspace_id, id, name, kind, choices, position, created_at)
         SELECT $1, $2, $3, $4, $5, coalesce(max(f.position), 0) + 1, $6 FROM contact_field f WHERE f.workspace_id = $1",
        workspace.0,
        id.0,
        name,
        kind as FieldKind,
        &choices,
        env.now(),
    )
    .execute(tenant.conn())
    .await
    .on_constraint("contact_field_name_key", taken)?;
    event::side(env, tenant, Side::Contact, id.0).await?;
    audit::record(env, tenant, "field.created", &json!({ "field": name })).await?;
    Ok(id)
}

/// Calls a field otherwise, or offers other choices in it. What stands in it stays, also what is no choice any more.
pub async fn change(
    env: &Env,
    tenant: &mut Tenant,
    id: FieldId,
    name: &str,
    choices: &[String],
) -> Result<()> {
    teams::allowed(tenant, Right::Fields).await?;
    let name = checked_name(name)?;
    let field = find(tenant, id).await?;
    let choices = checked_choices(field.kind, choices)?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact_field SET name = $3, choices = $4 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        name,
        &choices,
    )
    .execute(tenant.conn())
    .await
    .on_constraint("contact_field_name_key", taken)?;
    event::side(env, tenant, Side::Contact, id.0).await?;
    audit::record(env, tenant, "field.changed", &json!({ "field": name })).await
}

/// Moves a field one place up or down; the first goes no further up, and the last no further down.
pub async fn shift(env: &Env, tenant: &mut Tenant, id: FieldId, up: bool) -> Result<()> {
    teams::allowed(tenant, Right::Fields).await?;
    let workspace = tenant.workspace();
    // One at a time: of two who move, the second moves what the first has left.
    sqlx::query!(
        "SELECT workspace_id FROM workspace WHERE workspace_id = $1 FOR NO KEY UPDATE",
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let mut fields = all(tenant).await?;
    let at = fields.iter().position(|field| field.id == id);
    let at = at.ok_or(Error::NotFound)?;
    let to = if up { at.checked_sub(1) } else { Some(at + 1) };
    let Some(to) = to.filter(|to| *to < fields.len()) else {
        return Ok(());
    };
    fields.swap(at, to);
    let order: Vec<_> = fields.iter().map(|field| field.id.0).collect();
    sqlx::query!(
        "UPDATE contact_field f SET position = o.nth
           FROM unnest($2::uuid[]) WITH ORDINALITY AS o (id, nth)
          WHERE f.workspace_id = $1 AND f.id = o.id",
        workspace.0,
        &order,
    )
    .execute(tenant.conn())
    .await?;
    event::side(env, tenant, Side::Contact, id.0).await?;
    let name = fields.get(to).map(|field| field.name.as_str());
    audit::record(env, tenant, "field.moved", &json!({ "field": name })).await
}

/// Deletes a field: what stands in it is shown nowhere any more.
pub async fn delete(env: &Env, tenant: &mut Tenant, id: FieldId) -> Result<()> {
    teams::allowed(tenant, Right::Fields).await?;
    let workspace = tenant.workspace();
    let name = sqlx::query_scalar!(
        "UPDATE contact_field SET deleted_at = $3
          WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING name",
        workspace.0,
        id.0,
        env.now(),
    )
    .fetch_one(tenant.conn())
    .await?;
    event::side(env, tenant, Side::Contact, id.0).await?;
    audit::record(env, tenant, "field.deleted", &json!({ "field": name })).await
}

/// Puts something into a contact's field; with nothing, empties it. [`Error::Invalid`] on `value` for what its kind is not.
pub async fn set(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    id: FieldId,
    value: &str,
) -> Result<()> {
    is_standing(tenant, contact).await?;
    let field = find(tenant, id).await?;
    let workspace = tenant.workspace();
    let changed = if value.trim().is_empty() {
        sqlx::query!(
            "DELETE FROM contact_value WHERE workspace_id = $1 AND contact_id = $2 AND field_id = $3",
            workspace.0,
            contact.0,
            id.0,
        )
        .execute(tenant.conn())
        .await?
    } else {
        let value = checked(&field, value)?;
        sqlx::query!(
            "INSERT INTO contact_value AS v (workspace_id, contact_id, field_id, value) VALUES ($1, $2, $3, $4)
             ON CONFLICT (workspace_id, contact_id, field_id) DO UPDATE SET value = excluded.value
              WHERE v.value <> excluded.value",
            workspace.0,
            contact.0,
            id.0,
            value,
        )
        .execute(tenant.conn())
        .await?
    };
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    event::side(env, tenant, Side::Contact, contact.0).await?;
    let detail = json!({ "contact": contact, "field": field.name });
    audit::record(env, tenant, "contact.field_set", &detail).await
}

/// A field that is there.
async fn find(tenant: &mut Tenant, id: FieldId) -> Result<FieldView> {
    let workspace = tenant.workspace();
    let field = sqlx::query_as!(
        FieldView,
        r#"SELECT id AS "id: FieldId", name, kind AS "kind: FieldKind", choices FROM contact_field
            WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(field)
}

/// What stands in a field, as its kind writes it.
pub(super) fn checked(field: &FieldView, value: &str) -> Result<String> {
    let refused = |words: &'static str| Err(Error::invalid("value", words));
    let value = value.trim();
    if value.chars().count() > LONGEST || value.chars().any(char::is_control) {
        return refused("Up to 500 characters, in one line.");
    }
    match field.kind {
        FieldKind::Text => Ok(value.to_owned()),
        FieldKind::Number => number(value)
            .ok_or_else(|| Error::invalid("value", "Enter a number, such as 12 or -3.5.")),
        FieldKind::Date => {
            let day = Date::parse(value, format_description!("[year]-[month]-[day]"));
            match day {
                Ok(_) => Ok(value.to_owned()),
                Err(_) => refused("Enter a day, such as 2026-01-31."),
            }
        }
        FieldKind::Choice if field.choices.iter().any(|choice| choice == value) => {
            Ok(value.to_owned())
        }
        FieldKind::Choice => refused("Choose one of the field's choices."),
        FieldKind::YesNo if matches!(value, "yes" | "no") => Ok(value.to_owned()),
        FieldKind::YesNo => refused("Choose yes or no."),
        FieldKind::Link => {
            let url = Url::parse(value);
            let fits = url.is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https") && url.host_str().is_some()
            });
            if fits {
                Ok(value.to_owned())
            } else {
                refused("Enter a whole address, which begins with https://.")
            }
        }
    }
}

/// A decimal number plainly: a comma is a point.
fn number(value: &str) -> Option<String> {
    let value = value.replace(',', ".");
    let digits = value.strip_prefix('-').unwrap_or(&value);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (plain(whole) && plain(rest) && value.len() <= 30).then_some(value)
}

fn taken() -> Error {
    Error::invalid(
        "field_name",
        "There is a field of this name. Choose another one.",
    )
}

fn checked_name(name: &str) -> Result<String> {
    written::line(
        "field_name",
        name,
        40,
        "Give the field a name of 1 to 40 characters, in one line.",
    )
}

fn checked_choices(kind: FieldKind, choices: &[String]) -> Result<Vec<String>> {
    const WORDS: &str = "Give each choice 1 to 60 characters, in one line.";
    if kind != FieldKind::Choice {
        return Ok(Vec::new());
    }
    let mut checked: Vec<String> = Vec::new();
    if choices.len() > CHOICES {
        return Err(Error::invalid(
            "field_choices",
            "A field has 50 choices at most.",
        ));
    }
    for choice in choices {
        let choice = written::line("field_choices", choice, 60, WORDS)?;
        if !checked.contains(&choice) {
            checked.push(choice);
        }
    }
    if checked.is_empty() {
        return Err(Error::invalid(
            "field_choices",
            "Enter what may be chosen, one in each line.",
        ));
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_field_is_what_its_kind_says() {
        use FieldKind::{Choice, Date, Link, Number, Text, YesNo};
        let long = "x".repeat(501);
        for (kind, value, kept) in [
            (Text, " gold ", Some("gold")),
            (Text, "two\nlines", None),
            (Text, long.as_str(), None),
            (Number, "12", Some("12")),
            (Number, "-3,50", Some("-3.50")),
            (Number, "1e5", None),
            (Number, "1.2.3", None),
            (Number, ".", None),
            (Number, "NaN", None),
            (Date, "2026-01-31", Some("2026-01-31")),
            (Date, "2026-02-30", None),
            (Date, "31.01.2026", None),
            (Choice, "Red", Some("Red")),
            (Choice, "red", None),
            (YesNo, "yes", Some("yes")),
            (YesNo, "true", None),
            (Link, "https://example.com/a", Some("https://example.com/a")),
            (Link, "javascript:alert(1)", None),
            (Link, "example.com", None),
        ] {
            let field = FieldView {
                id: FieldId(uuid::Uuid::nil()),
                name: "F".into(),
                kind,
                choices: vec!["Red".into(), "Blue".into()],
            };
            let checked = checked(&field, value).ok();
            assert_eq!(checked.as_deref(), kept, "{kind:?} {value:?}");
        }
    }

    #[test]
    fn a_choice_has_something_to_choose_and_nothing_twice() {
        let choices = |all: &[&str]| {
            let all: Vec<String> = all.iter().map(|s| (*s).to_owned()).collect();
            checked_choices(FieldKind::Choice, &all).ok()
        };
        assert_eq!(
            choices(&["a", " a ", "b"]),
            Some(vec!["a".into(), "b".into()])
        );
        assert_eq!(choices(&[]), None);
        assert_eq!(choices(&[""]), None);
        assert_eq!(choices(&["x"; 51]), None);
        let none = checked_choices(FieldKind::Text, &["a".into()]).unwrap();
        assert!(none.is_empty());
    }
}
