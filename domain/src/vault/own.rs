//! The columns that belong to no workspace: read and put under another key.

use super::column::{BATCH, Column, Row};
use crate::{Error, Result};
use sqlx::PgConnection;
use uuid::Uuid;

impl Column {
    /// The next values after `after`, in the order of their rows' ids; only those that do not begin with `but`.
    pub(super) async fn read_own(
        self,
        conn: &mut PgConnection,
        after: Uuid,
        but: Option<&[u8]>,
    ) -> Result<Vec<Row>> {
        let rows = match self {
            Self::Quarantine => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM quarantine
                      WHERE id > $1 AND ($2::bytea IS NULL OR substr(sealed, 1, octet_length($2)) <> $2)
                      ORDER BY id LIMIT $3",
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::Mail => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM mail
                      WHERE id > $1 AND ($2::bytea IS NULL OR substr(sealed, 1, octet_length($2)) <> $2)
                      ORDER BY id LIMIT $3",
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::MailedCode => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM mailed_code
                      WHERE id > $1 AND ($2::bytea IS NULL OR substr(sealed, 1, octet_length($2)) <> $2)
                      ORDER BY id LIMIT $3",
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::Totp => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM totp
                      WHERE id > $1 AND ($2::bytea IS NULL OR substr(sealed, 1, octet_length($2)) <> $2)
                      ORDER BY id LIMIT $3",
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::PasskeyState => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM passkey_state
                      WHERE id > $1 AND ($2::bytea IS NULL OR substr(sealed, 1, octet_length($2)) <> $2)
                      ORDER BY id LIMIT $3",
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            _ => return Err(Error::internal("this column is a workspace's")),
        };
        Ok(rows?)
    }

    /// Puts `new` where `old` stands, and nothing where something else does by now.
    pub(super) async fn swap_own(
        self,
        conn: &mut PgConnection,
        ids: &[Uuid],
        old: &[Vec<u8>],
        new: &[Vec<u8>],
    ) -> Result<()> {
        let swapped = match self {
            Self::Quarantine => {
                sqlx::query!(
                    "UPDATE quarantine q SET sealed = n.new
                       FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (id, old, new)
                      WHERE q.id = n.id AND q.sealed = n.old",
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await
            }
            Self::Mail => {
                sqlx::query!(
                    "UPDATE mail q SET sealed = n.new
                       FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (id, old, new)
                      WHERE q.id = n.id AND q.sealed = n.old",
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await
            }
            Self::MailedCode => {
                sqlx::query!(
                    "UPDATE mailed_code q SET sealed = n.new
                       FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (id, old, new)
                      WHERE q.id = n.id AND q.sealed = n.old",
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await
            }
            Self::Totp => {
                sqlx::query!(
                    "UPDATE totp q SET sealed = n.new
                       FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (id, old, new)
                      WHERE q.id = n.id AND q.sealed = n.old",
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await
            }
            Self::PasskeyState => {
                sqlx::query!(
                    "UPDATE passkey_state q SET sealed = n.new
                       FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (id, old, new)
                      WHERE q.id = n.id AND q.sealed = n.old",
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await
            }
            _ => return Err(Error::internal("this column is a workspace's")),
        };
        swapped?;
        Ok(())
    }
}
