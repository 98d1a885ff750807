//! Asking for a code: whether it may be, by which number and in which template; then it is drawn, kept, and its sending promised.

use super::{budget, last_digits, list, phone_hash, send::Parcel, settings, shortened};
use crate::{
    Env, Error, Result, Tenant, audit, channel, code,
    contact::{self, Located},
    job::{self, Kind},
    password,
    template::{self, CodeTemplate},
    test_message,
};
use postern_types::{
    AskOtp, ChannelId, ChannelState, ChannelView, OtpId, OtpTemplate, OtpView, Status, TestKind,
};
use serde_json::json;
use time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Seconds that a code may be good for.
const LIFE_S: std::ops::RangeInclusive<u32> = 60..=600;
/// The same where nobody says.
const USUAL_S: u32 = 300;
/// Letters of a purpose, at most.
const PURPOSE: usize = 40;
/// Letters of a template's name, as Meta has it.
const NAME: usize = 512;

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// The caller's key; none for a person.
    pub key: Option<Uuid>,
    /// Whether it is for trying out: then nothing reaches anybody, and the code is delivered to the log of tests.
    pub test: bool,
}

/// Asks for a code. In three steps, for argon2 runs between two transactions, and in none: [`ask`], then [`Admitted::draw`],
/// then [`Drawn::keep`].
///
/// [`Error::Invalid`] on `phone`, `purpose`, `ttl_s` or `template`; [`Error::NotFound`] for a number of ours that is not there;
/// [`Error::Conflict`] when none can send, or the template cannot be sent now; [`Error::TooMany`] over a budget. Of what fails
/// nothing is sent, and no earlier code is ended. The transaction is to be committed all the same: what is refused may have
/// written a line of the audit, or had Meta asked for its templates.
pub async fn ask(env: &Env, tenant: &mut Tenant, by: By, asked: &AskOtp) -> Result<Admitted> {
    let form = Form::read(asked)?;
    let way = admit(env, tenant, by, &form).await?;
    Ok(Admitted { by, form, way })
}

/// A code that may be sent: the budgets have counted it.
pub struct Admitted {
    by: By,
    form: Form,
    way: Option<Way>,
}

impl Admitted {
    /// Draws it. Not in a transaction: it takes argon2.
    pub async fn draw(self, env: &Env) -> Result<Drawn> {
        let id: OtpId = env.id();
        let code = code::six_digits(env);
        let hash = password::hash_code(env, id.0.as_bytes(), &code).await?;
        Ok(Drawn {
            of: self,
            id,
            code,
            hash,
        })
    }
}

/// A code that was drawn, before it is kept.
pub struct Drawn {
    of: Admitted,
    id: OtpId,
    code: Zeroizing<String>,
    hash: String,
}

impl Drawn {
    /// Ends the pending code of that person and purpose, keeps this one, and promises its sending.
    pub async fn keep(self, env: &Env, tenant: &mut Tenant) -> Result<OtpView> {
        keep(env, tenant, &self).await?;
        list::whole(env, tenant, self.id).await
    }
}

/// What was asked for, checked as far as that needs nobody.
struct Form {
    phone: Located,
    purpose: String,
    life: Duration,
    channel: Option<ChannelId>,
    template: Option<OtpTemplate>,
}

impl Form {
    fn read(asked: &AskOtp) -> Result<Self> {
        let phone = contact::located(&asked.phone)?;
        let purpose = asked.purpose.clone().unwrap_or_else(|| "default".into());
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if !(1..=PURPOSE).contains(&purpose.len()) || !purpose.chars().all(fits) {
            return Err(Error::invalid(
                "purpose",
                "A purpose has 1 to 40 of the signs a-z, 0-9, _ and -. Nothing was sent.",
            ));
        }
        let ttl_s = asked.ttl_s.unwrap_or(USUAL_S);
        if !LIFE_S.contains(&ttl_s) {
            return Err(Error::invalid(
                "ttl_s",
                "A code is good for 60 to 600 seconds. Nothing was sent.",
            ));
        }
        if asked.template.as_ref().is_some_and(is_none) {
            return Err(Error::invalid(
                "template",
                "This is no name or no language of a template. Nothing was sent.",
            ));
        }
        Ok(Self {
            phone,
            purpose,
            life: Duration::seconds(ttl_s.into()),
            channel: asked.channel,
            template: asked.template.clone(),
        })
    }
}

/// What Meta would call no template; PostgreSQL takes no NUL in a text.
fn is_none(template: &OtpTemplate) -> bool {
    let fits = |text: &str| (1..=NAME).contains(&text.len()) && !text.contains('\0');
    !fits(&template.name) || template.language.as_deref().is_some_and(|text| !fits(text))
}

/// How a code goes to its person.
struct Way {
    channel: ChannelId,
    template: CodeTemplate,
}

/// Says how a code would go, none in a test, and takes it out of the budgets. What is wrong with the request costs none of
/// them.
async fn admit(env: &Env, tenant: &mut Tenant, by: By, form: &Form) -> Result<Option<Way>> {
    let settings = settings(tenant).await?;
    budget::admit(env, tenant, by.test, &form.phone, &settings).await?;
    let way = if by.test {
        if let Some(channel) = form.channel {
            channel::find(tenant, channel).await?;
        }
        None
    } else {
        Some(choose(env, tenant, form).await?)
    };
    budget::take(env, tenant, by.test, &form.phone, &settings).await?;
    Ok(way)
}

async fn choose(env: &Env, tenant: &mut Tenant, form: &Form) -> Result<Way> {
    let channel = number(tenant, form.channel).await?;
    if channel.state == ChannelState::Disconnected {
        return Err(Error::conflict(
            "This number is disconnected, so nothing was sent. An admin can connect it again under Numbers; or name another one.",
        ));
    }
    let own = channel.phone.chars().filter(char::is_ascii_digit);
    if own.eq(form.phone.digits.chars()) {
        return Err(Error::invalid(
            "phone",
            "This is your own number. Nothing was sent: give the customer's.",
        ));
    }
    let template = template::for_codes(env, tenant, channel.id, form.template.as_ref()).await?;
    Ok(Way {
        channel: channel.id,
        template,
    })
}

/// The one that was named; else the one that is connected longest.
async fn number(tenant: &mut Tenant, named: Option<ChannelId>) -> Result<ChannelView> {
    let id = match named {
        Some(id) => Some(id),
        None => oldest(tenant).await?,
    };
    let id = id.ok_or_else(|| {
        Error::conflict(
            "No number is connected, so nothing was sent. An admin connects one under Numbers.",
        )
    })?;
    channel::find(tenant, id).await
}

async fn oldest(tenant: &mut Tenant) -> Result<Option<ChannelId>> {
    let workspace = tenant.workspace();
    let id = sqlx::query_scalar!(
        r#"SELECT id AS "id: ChannelId" FROM channel
            WHERE workspace_id = $1 AND state = 'connected' ORDER BY connected_at, id LIMIT 1"#,
        workspace.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(id)
}

async fn keep(env: &Env, tenant: &mut Tenant, drawn: &Drawn) -> Result<()> {
    let Admitted { by, form, way } = &drawn.of;
    let way = way.as_ref();
    let (workspace, now) = (tenant.workspace(), env.now());
    let digits = &form.phone.digits;
    let phone = phone_hash(env, workspace, digits);
    supersede(env, tenant, by.test, form, &phone).await?;
    let template = way.map(|way| (&way.template.name, &way.template.language));
    let tried = form.template.as_ref();
    sqlx::query!(
        "INSERT INTO otp_challenge (workspace_id, id, key_id, test, purpose, channel_id, template_name, template_language,
                                    phone_hash, last_digits, country, code_hash, state, created_at, expires_at, delivery,
                                    delivery_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'pending', $13, $14, $15, $16)",
        workspace.0,
        drawn.id.0,
        by.key,
        by.test,
        form.purpose,
        way.map(|way| way.channel.0),
        template.map(|(name, _)| name).or(tried.map(|tried| &tried.name)),
        template
            .map(|(_, language)| language)
            .or(tried.and_then(|tried| tried.language.as_ref())),
        &phone[..],
        last_digits(digits),
        form.phone.country,
        drawn.hash,
        now,
        now + form.life,
        way.map(|_| Status::Queued.as_str()),
        way.map(|_| now),
    )
    .execute(tenant.conn())
    .await?;
    if let Some(way) = way {
        promise(env, tenant, digits, &phone, way, drawn).await?;
    } else {
        let body = json!({ "code": &*drawn.code, "id": drawn.id, "purpose": form.purpose });
        let phone = format!("+{digits}");
        test_message::deliver(env, tenant, by.key, &phone, TestKind::Otp, &body).await?;
    }
    let told = json!({
        "otp": drawn.id, "phone": shortened(digits), "purpose": form.purpose, "channel": way.map(|way| way.channel),
        "test": by.test,
    });
    audit::record(env, tenant, "otp.requested", &told).await
}

/// Ends the pending code. Whoever does so for the same person and purpose at the same time waits for this one, and then ends
/// what it kept.
async fn supersede(
    env: &Env,
    tenant: &mut Tenant,
    test: bool,
    form: &Form,
    phone: &[u8],
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('otp:' || $1::text || ':' || $2 || ':' || $3::text, 0))",
        hex::encode(phone),
        form.purpose,
        test.to_string(),
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE otp_challenge
            SET state = CASE WHEN expires_at <= $5 THEN 'expired' ELSE 'superseded' END, code_hash = '',
                ended_at = least(expires_at, $5)
          WHERE workspace_id = $1 AND phone_hash = $2 AND purpose = $3 AND test = $4 AND state = 'pending'",
        workspace.0,
        phone,
        form.purpose,
        test,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Promises its sending: from here on the code stands in this job alone, sealed.
async fn promise(
    env: &Env,
    tenant: &mut Tenant,
    digits: &str,
    phone: &[u8],
    way: &Way,
    drawn: &Drawn,
) -> Result<()> {
    let parcel = Parcel {
        id: drawn.id,
        phone: digits.to_owned(),
        content: way.template.letter(&drawn.code),
    };
    let job = job::id_of(Kind::Otp, &drawn.id.to_string());
    let lane = format!("otp:{}", hex::encode(phone));
    job::add(env, tenant, job, Kind::Otp, &lane, &parcel).await
}
