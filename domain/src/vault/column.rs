//! Every column that holds sealed values: the one list that rotation and verification walk.

use crate::{
    Result, audit, call,
    channel::{event, secrets},
    code,
    contact::import,
    delivery, endpoint, factor, file, job, mail, quarantine, source, test_message,
    workspace::logo,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// A column of sealed values. A workspace's stand under its data keys; the installation's stand under a master key, and so do
/// the data keys themselves (`workspace_key.wrapped`), which are no variant: they are wrapped anew by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    ChannelToken,
    ChannelAppSecret,
    ChannelVerifyToken,
    ChannelEvent,
    Audit,
    WebhookPart,
    Job,
    FileKey,
    WorkspaceLogo,
    ImportKey,
    ImportFault,
    ApiCall,
    EndpointSecret,
    EndpointOldSecret,
    Delivery,
    TestMessage,
    SourceSecret,
    SourceBody,
    Quarantine,
    Mail,
    MailedCode,
    Totp,
    PasskeyState,
}

/// A sealed value and the row it stands in.
pub(super) struct Row {
    pub id: Uuid,
    pub sealed: Vec<u8>,
}

/// Values of one transaction. A body may have megabytes, and the feeds stand still below the oldest open transaction.
pub(super) const BATCH: i64 = 32;

impl Column {
    /// Those of a workspace.
    pub(crate) const WORKSPACE: [Self; 18] = [
        Self::ChannelToken,
        Self::ChannelAppSecret,
        Self::ChannelVerifyToken,
        Self::ChannelEvent,
        Self::Audit,
        Self::WebhookPart,
        Self::Job,
        Self::FileKey,
        Self::WorkspaceLogo,
        Self::ImportKey,
        Self::ImportFault,
        Self::ApiCall,
        Self::EndpointSecret,
        Self::EndpointOldSecret,
        Self::Delivery,
        Self::TestMessage,
        Self::SourceSecret,
        Self::SourceBody,
    ];

    /// Those of the installation.
    pub(crate) const OWN: [Self; 5] = [
        Self::Quarantine,
        Self::Mail,
        Self::MailedCode,
        Self::Totp,
        Self::PasskeyState,
    ];

    /// `table.column` of every sealed column of the schema.
    #[cfg(test)]
    pub(crate) fn places() -> impl Iterator<Item = &'static str> {
        let all = Self::WORKSPACE.into_iter().chain(Self::OWN);
        all.map(Self::place).chain([super::WRAPPED])
    }

    /// `table.column`, as it is authenticated with each value.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Self::ChannelToken => secrets::TOKEN,
            Self::ChannelAppSecret => secrets::APP_SECRET,
            Self::ChannelVerifyToken => secrets::VERIFY_TOKEN,
            Self::ChannelEvent => event::SEALED,
            Self::Audit => audit::DETAIL,
            Self::WebhookPart => "webhook_part.sealed",
            Self::Job => job::SEALED,
            Self::FileKey => file::KEY,
            Self::WorkspaceLogo => logo::SEALED,
            Self::ImportKey => import::KEY,
            Self::ImportFault => import::FAULTS,
            Self::ApiCall => call::SEALED,
            Self::EndpointSecret => endpoint::SECRET,
            Self::EndpointOldSecret => endpoint::OLD_SECRET,
            Self::Delivery => delivery::SEALED,
            Self::TestMessage => test_message::SEALED,
            Self::SourceSecret => source::SECRET,
            Self::SourceBody => source::BODY,
            Self::Quarantine => quarantine::SEALED,
            Self::Mail => mail::SEALED,
            Self::MailedCode => code::SEALED,
            Self::Totp => factor::SEALED,
            Self::PasskeyState => factor::passkey::SEALED,
        }
    }

    /// The next values after `after`, in the order of their rows' ids; only those that do not begin with `but`.
    #[expect(
        clippy::too_many_lines,
        reason = "a statement for each column, checked at build"
    )]
    pub(super) async fn read(
        self,
        conn: &mut PgConnection,
        workspace: Uuid,
        after: Uuid,
        but: Option<&[u8]>,
    ) -> Result<Vec<Row>> {
        let rows = match self {
            // A number that was disconnected has an empty token.
            Self::ChannelToken => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, token_sealed AS sealed FROM channel
                      WHERE workspace_id = $1 AND id > $2 AND token_sealed <> ''
                        AND ($3::bytea IS NULL OR substr(token_sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::ChannelAppSecret => {
                sqlx::query_as!(
                    Row,
                    r#"SELECT id, app_secret_sealed AS "sealed!" FROM channel
                        WHERE workspace_id = $1 AND id > $2 AND app_secret_sealed IS NOT NULL
                          AND ($3::bytea IS NULL OR substr(app_secret_sealed, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4"#,
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::ChannelVerifyToken => {
                sqlx::query_as!(
                    Row,
                    r#"SELECT id, verify_token_sealed AS "sealed!" FROM channel
                        WHERE workspace_id = $1 AND id > $2 AND verify_token_sealed IS NOT NULL
                          AND ($3::bytea IS NULL OR substr(verify_token_sealed, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4"#,
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::Audit => {
                sqlx::query_as!(
                    Row,
                    r#"SELECT id, detail AS "sealed!" FROM audit
                        WHERE workspace_id = $1 AND id > $2 AND detail IS NOT NULL
                          AND ($3::bytea IS NULL OR substr(detail, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4"#,
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::WebhookPart => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM webhook_part
                      WHERE workspace_id = $1 AND id > $2
                        AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::ChannelEvent => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM channel_event
                      WHERE workspace_id = $1 AND id > $2
                        AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::Job => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM job
                      WHERE workspace_id = $1 AND id > $2
                        AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::FileKey => {
                sqlx::query_as!(
                    Row,
                    r#"SELECT id, key_sealed AS "sealed!" FROM file
                        WHERE workspace_id = $1 AND id > $2 AND key_sealed IS NOT NULL
                          AND ($3::bytea IS NULL OR substr(key_sealed, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4"#,
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::WorkspaceLogo => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM workspace_logo
                      WHERE workspace_id = $1 AND id > $2
                        AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::ImportKey => {
                sqlx::query_as!(
                    Row,
                    r#"SELECT id, key_sealed AS "sealed!" FROM contact_import
                        WHERE workspace_id = $1 AND id > $2 AND key_sealed IS NOT NULL
                          AND ($3::bytea IS NULL OR substr(key_sealed, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4"#,
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::ImportFault => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM contact_import_fault
                      WHERE workspace_id = $1 AND id > $2
                        AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::ApiCall => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM api_call
                      WHERE workspace_id = $1 AND id > $2
                        AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            // One that was deleted has an empty one.
            Self::EndpointSecret => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, secret_sealed AS sealed FROM endpoint
                        WHERE workspace_id = $1 AND id > $2 AND secret_sealed <> ''
                          AND ($3::bytea IS NULL OR substr(secret_sealed, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::EndpointOldSecret => {
                sqlx::query_as!(
                    Row,
                    r#"SELECT id, old_sealed AS "sealed!" FROM endpoint
                        WHERE workspace_id = $1 AND id > $2 AND old_sealed IS NOT NULL
                          AND ($3::bytea IS NULL OR substr(old_sealed, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4"#,
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::Delivery => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM delivery
                      WHERE workspace_id = $1 AND id > $2
                        AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::TestMessage => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, sealed FROM test_message
                      WHERE workspace_id = $1 AND id > $2
                        AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                      ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            // One that was deleted has an empty one.
            Self::SourceSecret => {
                sqlx::query_as!(
                    Row,
                    "SELECT id, secret_sealed AS sealed FROM source
                        WHERE workspace_id = $1 AND id > $2 AND secret_sealed <> ''
                          AND ($3::bytea IS NULL OR substr(secret_sealed, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4",
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::SourceBody => {
                sqlx::query_as!(
                    Row,
                    r#"SELECT id, sealed AS "sealed!" FROM source_entry
                        WHERE workspace_id = $1 AND id > $2 AND sealed IS NOT NULL
                          AND ($3::bytea IS NULL OR substr(sealed, 1, octet_length($3)) <> $3)
                        ORDER BY id LIMIT $4"#,
                    workspace,
                    after,
                    but,
                    BATCH,
                )
                .fetch_all(conn)
                .await
            }
            Self::Quarantine
            | Self::Mail
            | Self::MailedCode
            | Self::Totp
            | Self::PasskeyState => {
                return self.read_own(conn, after, but).await;
            }
        };
        Ok(rows?)
    }

    /// Puts `new` where `old` stands, and nothing where something else does by now: it was sealed after the old was read.
    #[expect(
        clippy::too_many_lines,
        reason = "a statement for each column, checked at build"
    )]
    pub(super) async fn swap(
        self,
        conn: &mut PgConnection,
        workspace: Uuid,
        ids: &[Uuid],
        old: &[Vec<u8>],
        new: &[Vec<u8>],
    ) -> Result<()> {
        match self {
            Self::ChannelToken => {
                sqlx::query!(
                    "UPDATE channel c SET token_sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE c.workspace_id = $1 AND c.id = n.id AND c.token_sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::ChannelAppSecret => {
                sqlx::query!(
                    "UPDATE channel c SET app_secret_sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE c.workspace_id = $1 AND c.id = n.id AND c.app_secret_sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::ChannelVerifyToken => {
                sqlx::query!(
                    "UPDATE channel c SET verify_token_sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE c.workspace_id = $1 AND c.id = n.id AND c.verify_token_sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            // Nobody else changes a line of the audit.
            Self::Audit => {
                sqlx::query!("SELECT reseal_details($1, $2)", ids, new)
                    .fetch_one(conn)
                    .await?;
            }
            Self::WebhookPart => {
                sqlx::query!(
                    "UPDATE webhook_part p SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE p.workspace_id = $1 AND p.id = n.id AND p.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::ChannelEvent => {
                sqlx::query!(
                    "UPDATE channel_event e SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE e.workspace_id = $1 AND e.id = n.id AND e.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::Job => {
                sqlx::query!(
                    "UPDATE job j SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE j.workspace_id = $1 AND j.id = n.id AND j.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::FileKey => {
                sqlx::query!(
                    "UPDATE file f SET key_sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE f.workspace_id = $1 AND f.id = n.id AND f.key_sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::WorkspaceLogo => {
                sqlx::query!(
                    "UPDATE workspace_logo l SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE l.workspace_id = $1 AND l.id = n.id AND l.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::ImportKey => {
                sqlx::query!(
                    "UPDATE contact_import i SET key_sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE i.workspace_id = $1 AND i.id = n.id AND i.key_sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::ImportFault => {
                sqlx::query!(
                    "UPDATE contact_import_fault i SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE i.workspace_id = $1 AND i.id = n.id AND i.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::ApiCall => {
                sqlx::query!(
                    "UPDATE api_call c SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE c.workspace_id = $1 AND c.id = n.id AND c.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::EndpointSecret => {
                sqlx::query!(
                    "UPDATE endpoint e SET secret_sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE e.workspace_id = $1 AND e.id = n.id AND e.secret_sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::EndpointOldSecret => {
                sqlx::query!(
                    "UPDATE endpoint e SET old_sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE e.workspace_id = $1 AND e.id = n.id AND e.old_sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::Delivery => {
                sqlx::query!(
                    "UPDATE delivery d SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE d.workspace_id = $1 AND d.id = n.id AND d.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::TestMessage => {
                sqlx::query!(
                    "UPDATE test_message t SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE t.workspace_id = $1 AND t.id = n.id AND t.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::SourceSecret => {
                sqlx::query!(
                    "UPDATE source s SET secret_sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE s.workspace_id = $1 AND s.id = n.id AND s.secret_sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::SourceBody => {
                sqlx::query!(
                    "UPDATE source_entry e SET sealed = n.new
                       FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n (id, old, new)
                      WHERE e.workspace_id = $1 AND e.id = n.id AND e.sealed = n.old",
                    workspace,
                    ids,
                    old,
                    new,
                )
                .execute(conn)
                .await?;
            }
            Self::Quarantine | Self::Mail | Self::MailedCode | Self::Totp | Self::PasskeyState => {
                self.swap_own(conn, ids, old, new).await?;
            }
        }
        Ok(())
    }
}
