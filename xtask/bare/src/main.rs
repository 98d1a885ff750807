//! The API's first page of contacts without the API: the same two queries behind a handler that knows no key, no limit, no
//! workspace's policies and no transaction. `cargo xtask bench api` measures it beside the product, and nobody else runs it.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde::Serialize;
use sqlx::{
    FromRow, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::net::TcpListener;
use uuid::Uuid;

/// As many as the server's own pool for the web has.
const CONNECTIONS: u32 = 16;
/// Rows of a page.
const ROWS: usize = 50;

const PLACES: &str = "SELECT c.id, c.sort_name, c.created_at FROM contact c
    WHERE c.workspace_id = $1 AND c.merged_into IS NULL AND (c.created_at, c.id) < ($2, $3::uuid)
      AND ($4 OR c.owner_id IS NULL)
    ORDER BY c.created_at DESC, c.id DESC LIMIT 51";

const SHOWN: &str = "SELECT c.id, coalesce(c.given_name, c.name, c.username) AS name, c.phone, c.email, c.owner_id, c.created_at,
           ARRAY(SELECT l.label_id FROM contact_label l
                  WHERE l.workspace_id = $1 AND l.contact_id = c.id ORDER BY l.label_id) AS labels
      FROM contact c WHERE c.workspace_id = $1 AND c.id = ANY ($2)";

#[derive(Clone)]
struct Of {
    pool: PgPool,
    workspace: Uuid,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    owner_id: Option<Uuid>,
    created_at: OffsetDateTime,
    labels: Vec<Uuid>,
}

#[derive(Serialize)]
struct Contact {
    id: Uuid,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    owner: Option<Uuid>,
    labels: Vec<Uuid>,
    since: String,
}

#[derive(Serialize)]
struct Page {
    data: Vec<Contact>,
    next: Option<Uuid>,
}

/// Serves the workspace that is named first, from the database that the environment names (`PGHOST` and its like), and
/// prints the port.
#[tokio::main]
async fn main() -> Result<()> {
    let workspace = std::env::args().nth(1).context("which workspace?")?;
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS);
    let of = Of {
        pool: pool.connect_with(PgConnectOptions::new()).await?,
        workspace: workspace.parse()?,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    let routes = Router::new().route("/contacts", get(list)).with_state(of);
    Ok(axum::serve(listener, routes).await?)
}

async fn list(State(of): State<Of>) -> Result<Json<Page>, StatusCode> {
    page(&of).await.map(Json).map_err(|fault| {
        eprintln!("{fault:#}");
        StatusCode::INTERNAL_SERVER_ERROR
    })
}

async fn page(of: &Of) -> Result<Page> {
    let places: Vec<(Uuid, String, OffsetDateTime)> = sqlx::query_as(PLACES)
        .bind(of.workspace)
        .bind(time::macros::datetime!(9999-01-01 0:00 UTC))
        .bind(Uuid::max())
        .bind(true)
        .fetch_all(&of.pool)
        .await?;
    let ids: Vec<Uuid> = places.iter().take(ROWS).map(|place| place.0).collect();
    let rows: Vec<Row> = sqlx::query_as(SHOWN)
        .bind(of.workspace)
        .bind(&ids)
        .fetch_all(&of.pool)
        .await?;
    let mut rows: HashMap<Uuid, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
    let data = ids.iter().filter_map(|id| rows.remove(id)).map(shown);
    Ok(Page {
        data: data.collect::<Result<_>>()?,
        next: ids.last().copied().filter(|_| places.len() > ROWS),
    })
}

fn shown(row: Row) -> Result<Contact> {
    Ok(Contact {
        id: row.id,
        name: row.name,
        phone: row.phone,
        email: row.email,
        owner: row.owner_id,
        labels: row.labels,
        since: row.created_at.format(&Rfc3339)?,
    })
}
