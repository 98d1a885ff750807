//! One-time codes: having one sent, checking what somebody entered, and what became of each.

use super::{
    gate::Call,
    messages::Fault,
    page::{Asked, Id, Page, time},
    problem::{Problem, renamed},
    write::Write,
};
use axum::{Json, http::StatusCode, response::Response};
use postern_domain::otp::{self, By};
use postern_types::{
    AskOtp, ChannelId, OtpAnswer, OtpId, OtpRequest, OtpState, OtpTemplate, OtpVerdict, OtpView,
    Status,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A code that was asked for: never the code itself, nor the whole number.
#[derive(Serialize, ToSchema)]
pub struct Otp {
    /// What it is checked by.
    #[schema(value_type = Uuid)]
    id: OtpId,
    /// `pending`, `verified`, `failed` after three wrong ones, `superseded` by a newer one, or `expired`.
    #[schema(value_type = String, example = "pending")]
    state: OtpState,
    /// What it is for, in the caller's word.
    purpose: String,
    /// Whether a test key asked: then it stands in the log of tests, and was sent to nobody.
    test: bool,
    /// The number's last four digits.
    last_digits: String,
    /// The number's country (ISO 3166); null where its digits do not say.
    country: Option<String>,
    /// The number of ours that sends it.
    #[schema(value_type = Option<Uuid>)]
    channel: Option<ChannelId>,
    /// Tries that were taken.
    tries: u8,
    /// Tries that are left.
    tries_left: u8,
    /// When it was asked for.
    #[schema(format = DateTime)]
    created: String,
    /// When its time is over.
    #[schema(format = DateTime)]
    expires: String,
    /// When it was entered, or ended otherwise.
    #[schema(format = DateTime)]
    ended: Option<String>,
    /// How far its message came: as a message's `status`; null in a test.
    #[schema(value_type = Option<String>, example = "delivered")]
    delivery: Option<Status>,
    /// When it came that far.
    #[schema(format = DateTime)]
    delivery_at: Option<String>,
    /// Why it did not arrive.
    error: Option<Fault>,
}

impl From<OtpView> for Otp {
    fn from(view: OtpView) -> Self {
        Self {
            id: view.id,
            state: view.state,
            purpose: view.purpose,
            test: view.test,
            last_digits: view.last_digits,
            country: view.country,
            channel: view.channel,
            tries: view.tries,
            tries_left: view.tries_left,
            created: time(view.created_at),
            expires: time(view.expires_at),
            ended: view.ended_at.map(time),
            delivery: view.delivery,
            delivery_at: view.delivery_at.map(time),
            error: view.fault_code.map(|code| Fault {
                code,
                reason: view.fault.unwrap_or_default(),
                retry: false,
            }),
        }
    }
}

/// A code to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to": "+4915112345678", "purpose": "sign-in" }))]
pub struct NewOtp {
    /// The number that it goes to, with its country code.
    #[schema(example = "+4915112345678")]
    to: String,
    /// What it is for, in your word: a new code ends the pending one of the same number and purpose. `default` when left out.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9_-]+$")]
    purpose: Option<String>,
    /// For how many seconds it is good; 300 when left out.
    #[serde(default)]
    #[schema(minimum = 60, maximum = 600)]
    ttl_s: Option<u32>,
    /// The template that it goes out in; an approved authentication template of the number when left out.
    #[serde(default)]
    template: Option<CodeTemplate>,
    /// The number of ours that sends it; the one that is connected longest when left out.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    channel: Option<ChannelId>,
}

/// An authentication template.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeTemplate {
    /// Its name at Meta.
    #[schema(min_length = 1, max_length = 512)]
    name: String,
    /// Its language, as Meta writes it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 512, example = "en_US")]
    language: Option<String>,
}

/// What somebody entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "482913" }))]
pub struct Entered {
    /// Six digits; spaces and dashes are passed over.
    #[schema(min_length = 6, max_length = 32)]
    code: String,
}

/// Whether it is the code.
#[derive(Serialize, ToSchema)]
pub struct Checked {
    /// Whether it is. True is said once for each code.
    verified: bool,
    /// `verified`, `wrong`, `no_tries` after three, `expired`, `used` before, or `superseded` by a newer one.
    #[schema(value_type = String, example = "verified")]
    verdict: OtpVerdict,
    /// Tries that are left.
    tries_left: u8,
}

impl From<OtpAnswer> for Checked {
    fn from(answer: OtpAnswer) -> Self {
        Self {
            verified: answer.verdict == OtpVerdict::Verified,
            verdict: answer.verdict,
            tries_left: answer.tries_left,
        }
    }
}

/// Has a code of six digits sent to a number, by an authentication template. No message of it stands in the inbox. A number gets
/// five in an hour at most, and numbers that begin alike, and the workspace, have budgets.
#[utoipa::path(post, path = "/api/v1/otp", tag = "One-time codes", request_body = NewOtp, responses((status = 201, body = Otp)))]
pub async fn create(write: Write<NewOtp>) -> Result<Response, Problem> {
    let by = by(write.call());
    let ask = async |env: &_, tenant: &mut _, new: NewOtp| {
        let asked = AskOtp {
            phone: new.to,
            purpose: new.purpose,
            template: new.template.map(|template| OtpTemplate {
                name: template.name,
                language: template.language,
            }),
            ttl_s: new.ttl_s,
            channel: new.channel,
        };
        otp::ask(env, tenant, by, &asked)
            .await
            .map_err(|error| renamed(error, "phone", "to"))
    };
    write
        .act_in_two(
            StatusCode::CREATED,
            ask,
            async |call, admitted| admitted.draw(&call.env).await,
            async |env, tenant, drawn| drawn.keep(env, tenant).await.map(Otp::from),
        )
        .await
}

/// Checks what somebody entered. The third wrong one ends the code; the right one is said to be right once.
#[utoipa::path(
    post, path = "/api/v1/otp/{id}/verify", tag = "One-time codes", params(("id" = Uuid, Path, description = "The code.")),
    request_body = Entered, responses((status = 200, body = Checked))
)]
pub async fn verify(Id(id): Id<OtpId>, write: Write<Entered>) -> Result<Response, Problem> {
    let by = by(write.call());
    write
        .act_in_two(
            StatusCode::OK,
            async |env, tenant, entered| otp::take(env, tenant, by, id, &entered.code).await,
            async |call, taken| {
                taken
                    .look(&call.env, async || call.by.enter(&call.env).await)
                    .await
            },
            async |env, tenant, looked| looked.settle(env, tenant).await.map(Checked::from),
        )
        .await
}

/// Which codes are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Those in this state.
    #[param(value_type = Option<String>)]
    state: Option<OtpState>,
    /// Those to this whole number.
    #[serde(default)]
    to: String,
    /// `next` of the page before.
    after: Option<String>,
}

/// Codes, the newest first: a live key's are those of live keys, a test key's those of tests.
#[utoipa::path(get, path = "/api/v1/otp", tag = "One-time codes", params(Which), responses((status = 200, body = Page<Otp>)))]
pub async fn list(call: Call, Asked(which): Asked<Which>) -> Result<Json<Page<Otp>>, Problem> {
    let mut tenant = call.enter().await?;
    let asked = OtpRequest {
        state: which.state,
        test: Some(call.by.test),
        phone: which.to,
        after: which.after,
    };
    let page = otp::page(&call.env, &mut tenant, &asked)
        .await
        .map_err(|error| renamed(error, "phone", "to"))?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.codes.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}

/// One code.
#[utoipa::path(
    get, path = "/api/v1/otp/{id}", tag = "One-time codes", params(("id" = Uuid, Path, description = "The code.")),
    responses((status = 200, body = Otp))
)]
pub async fn one(call: Call, Id(id): Id<OtpId>) -> Result<Json<Otp>, Problem> {
    let mut tenant = call.enter().await?;
    let view = otp::whole(&call.env, &mut tenant, id).await?;
    tenant.commit().await?;
    if view.test != call.by.test {
        return Err(Problem::not_found());
    }
    Ok(Json(view.into()))
}

fn by(call: &Call) -> By {
    By {
        key: Some(call.by.key.0),
        test: call.by.test,
    }
}
