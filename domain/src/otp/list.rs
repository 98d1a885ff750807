//! Codes as they are read: how far each came, and its message.

use super::{TRIES, phone_hash};
use crate::{Env, Result, Tenant, contact, env::moment, page};
use postern_types::{
    ChannelId, OtpId, OtpPage, OtpRequest, OtpState, OtpTemplate, OtpView, Status,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// Codes of a page. The statement says one more, which tells whether another page follows.
const SHOWN: usize = 50;

struct Record {
    id: Uuid,
    state: OtpState,
    purpose: String,
    test: bool,
    key_id: Option<Uuid>,
    last_digits: String,
    country: Option<String>,
    channel_id: Option<Uuid>,
    template_name: Option<String>,
    template_language: Option<String>,
    tries: i16,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
    delivery: Option<Status>,
    delivery_at: Option<OffsetDateTime>,
    fault_code: Option<i64>,
    fault_reason: Option<String>,
}

impl From<Record> for OtpView {
    fn from(row: Record) -> Self {
        let left = match row.state {
            OtpState::Pending => TRIES - row.tries,
            _ => 0,
        };
        let language = row.template_language;
        Self {
            id: OtpId(row.id),
            state: row.state,
            purpose: row.purpose,
            test: row.test,
            key: row.key_id,
            last_digits: row.last_digits,
            country: row.country,
            channel: row.channel_id.map(ChannelId),
            template: row.template_name.map(|name| OtpTemplate { name, language }),
            tries: u8::try_from(row.tries).unwrap_or(0),
            tries_left: u8::try_from(left).unwrap_or(0),
            created_at: moment(row.created_at),
            expires_at: moment(row.expires_at),
            ended_at: row.ended_at.map(moment),
            delivery: row.delivery,
            delivery_at: row.delivery_at.map(moment),
            fault_code: row.fault_code,
            fault: row.fault_reason,
        }
    }
}

/// A page of them, the newest first. [`crate::Error::Invalid`] on `phone` for what is no whole number.
pub async fn page(env: &Env, tenant: &mut Tenant, asked: &OtpRequest) -> Result<OtpPage> {
    let workspace = tenant.workspace();
    let start = asked
        .after
        .as_deref()
        .map(page::parse::<Uuid>)
        .transpose()?;
    let phone = match asked.phone.trim() {
        "" => None,
        typed => Some(phone_hash(env, workspace, &contact::located(typed)?.digits)),
    };
    let mut rows = sqlx::query_as!(
        Record,
        // One that nobody has marked as expired yet is so all the same.
        r#"SELECT id, CASE WHEN state = 'pending' AND expires_at <= $3 THEN 'expired' ELSE state END AS "state!: OtpState",
                  purpose, test, key_id, last_digits, country, channel_id, template_name, template_language, tries,
                  created_at, expires_at, ended_at, delivery AS "delivery: Status", delivery_at, fault_code, fault_reason
             FROM otp_challenge
            WHERE workspace_id = $1
              AND ($2::text IS NULL
                   OR CASE WHEN state = 'pending' AND expires_at <= $3 THEN 'expired' ELSE state END = $2)
              AND ($4::boolean IS NULL OR test = $4)
              AND ($5::bytea IS NULL OR phone_hash = $5)
              AND ($6::timestamptz IS NULL OR (created_at, id) < ($6, $7::uuid))
            ORDER BY created_at DESC, id DESC LIMIT 51"#,
        workspace.0,
        asked.state.map(OtpState::as_str),
        env.now(),
        asked.test,
        phone.as_ref().map(|phone| &phone[..]),
        start.map(|(at, _)| at),
        start.map(|(_, id)| id),
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let last = rows.last().filter(|_| more);
    Ok(OtpPage {
        next: last.map(|row| page::key(row.created_at, row.id)),
        codes: rows.into_iter().map(Into::into).collect(),
    })
}

/// One of them.
pub async fn whole(env: &Env, tenant: &mut Tenant, id: OtpId) -> Result<OtpView> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Record,
        r#"SELECT id, CASE WHEN state = 'pending' AND expires_at <= $3 THEN 'expired' ELSE state END AS "state!: OtpState",
                  purpose, test, key_id, last_digits, country, channel_id, template_name, template_language, tries,
                  created_at, expires_at, ended_at, delivery AS "delivery: Status", delivery_at, fault_code, fault_reason
             FROM otp_challenge WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
        env.now(),
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(row.into())
}
