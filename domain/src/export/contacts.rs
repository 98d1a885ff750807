//! Contacts as the book shows them, what was noted of them, and their portal links.

use super::{LINES, Row, Sheet};
use crate::{Result, Tenant, contact};
use postern_types::{BookOrder, BookRequest};
use std::collections::HashMap;
use uuid::Uuid;

/// What every contact has; behind it stand the workspace's own fields.
const CONTACT: [&str; 9] = [
    "id",
    "name",
    "whatsapp_name",
    "username",
    "phone",
    "email",
    "owner",
    "labels",
    "since",
];

/// Contacts that the book shows for `asked`, newest first whatever its order: a name may change while the file is made, the
/// time does not.
pub(super) async fn contacts(
    tenant: &mut Tenant,
    asked: &BookRequest,
    after: Option<&str>,
) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let mut request = BookRequest {
        order: BookOrder::Newest,
        after: after.map(str::to_owned),
        ..asked.clone()
    };
    let mut ids = Vec::new();
    loop {
        let page = contact::book(tenant, &request).await?;
        ids.extend(page.rows.into_iter().map(|row| row.id.0));
        request.after = page.next;
        if request.after.is_none() || ids.len() >= LINES {
            break;
        }
    }
    let fields = sqlx::query!(
        "SELECT id, name FROM contact_field
          WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY position, id",
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut values: HashMap<(Uuid, Uuid), String> = sqlx::query!(
        "SELECT contact_id, field_id, value FROM contact_value WHERE workspace_id = $1 AND contact_id = ANY ($2)",
        workspace.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?
    .into_iter()
    .map(|row| ((row.contact_id, row.field_id), row.value))
    .collect();
    let found = sqlx::query_as!(
        Row,
        r#"SELECT c.id,
                  ARRAY[c.id::text, coalesce(c.given_name, c.name, c.username), c.name, c.username, c.phone, c.email,
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = c.owner_id),
                        (SELECT string_agg(b.name, '; ' ORDER BY b.name)
                           FROM contact_label l JOIN label b ON b.workspace_id = $1 AND b.id = l.label_id
                          WHERE l.workspace_id = $1 AND l.contact_id = c.id AND b.deleted_at IS NULL),
                        to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM contact c WHERE c.workspace_id = $1 AND c.id = ANY ($2)"#,
        workspace.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut found: HashMap<Uuid, Vec<Option<String>>> =
        found.into_iter().map(|row| (row.id, row.cells)).collect();
    let rows = ids.iter().filter_map(|id| {
        let mut cells = found.remove(id)?;
        cells.extend(fields.iter().map(|field| values.remove(&(*id, field.id))));
        Some(cells)
    });
    let rows = rows.collect();
    let head = CONTACT.into_iter().map(str::to_owned);
    Ok(Sheet {
        head: head
            .chain(fields.iter().map(|field| field.name.clone()))
            .collect(),
        rows,
        next: request.after,
    })
}

/// What was noted of contacts.
pub(super) async fn notes(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT o.id,
                  ARRAY[o.id::text, o.contact_id::text, coalesce(c.given_name, c.name, c.username), o.body,
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = o.author_id),
                        to_char(o.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(o.edited_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM contact_note o JOIN contact c ON c.workspace_id = $1 AND c.id = o.contact_id
            WHERE o.workspace_id = $1 AND o.id > $2 ORDER BY o.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id",
        "contact_id",
        "contact",
        "note",
        "author",
        "at",
        "edited",
    ];
    Ok(Sheet::new(&head, rows))
}

/// Portal links: their addresses and PINs are kept by nobody, and their hashes stay here.
pub(super) async fn links(tenant: &mut Tenant, after: Uuid) -> Result<Sheet> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT l.id,
                  ARRAY[l.id::text, l.contact_id::text, coalesce(c.given_name, c.name, c.username),
                        (SELECT n.name FROM member m JOIN account n ON n.id = m.account_id
                          WHERE m.workspace_id = $1 AND m.id = l.author_id),
                        to_char(l.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(l.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(l.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        to_char(l.used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                  ] AS "cells!: Vec<Option<String>>"
             FROM portal_link l JOIN contact c ON c.workspace_id = $1 AND c.id = l.contact_id
            WHERE l.workspace_id = $1 AND l.id > $2 ORDER BY l.id LIMIT 1001"#,
        workspace.0,
        after,
    )
    .fetch_all(tenant.conn())
    .await?;
    let head = [
        "id",
        "contact_id",
        "contact",
        "author",
        "created",
        "expires",
        "revoked",
        "used",
    ];
    Ok(Sheet::new(&head, rows))
}
