//! Codes against a Meta that does what it is told to.

mod asked;
mod budgets;
mod entered;
mod hidden;
mod listed;
mod sent;
mod told;

use super::{By, send, take};
use crate::{
    Env, Result, Tenant, audit,
    job::{self, Job, Kind},
    testing::{
        self, Fixture, Moved,
        meta::{FakeMeta, Reply, Request, accepted},
        thread,
    },
    vault,
};
use postern_types::{
    AskOtp, AuditEntry, AuditRequest, ChannelId, OtpAnswer, OtpId, OtpSettings, OtpState,
    OtpTemplate, OtpVerdict, OtpView, Role, Status,
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use time::Duration;

const NUMBER: &str = "100000000000001";
const PHONE: &str = "+49 1512 3456789";
const LIVE: By = By {
    key: None,
    test: false,
};
const TEST: By = By {
    key: None,
    test: true,
};

/// A workspace with a number, its templates and its Meta.
struct Scene {
    env: Env,
    clock: Arc<Moved>,
    fixture: Fixture,
    channel: ChannelId,
    meta: FakeMeta,
}

async fn scene(
    options: PgConnectOptions,
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Scene {
    let meta = FakeMeta::start(answer).await;
    let (mut env, clock) = testing::env(options);
    env.meta.graph = meta.url.parse().unwrap();
    env.meta.http = crate::graph::Meta::http_within(std::time::Duration::from_millis(700)).unwrap();
    let fixture = testing::workspace(&env, "Shop", Role::Owner).await;
    let channel = testing::channel(&env, &fixture, NUMBER).await;
    let s = Scene {
        env,
        clock,
        fixture,
        channel,
        meta,
    };
    s.template("verification_code", "en_US", "AUTHENTICATION", "APPROVED")
        .await;
    s
}

/// The same with a Meta that takes everything.
async fn taking(options: PgConnectOptions) -> Scene {
    scene(options, |request| accepted(request.before)).await
}

impl Scene {
    async fn enter(&self) -> Tenant {
        self.fixture.enter(&self.env).await
    }

    /// Makes a template known.
    async fn template(&self, name: &str, language: &str, category: &str, status: &str) {
        let components = json!([
            { "type": "BODY", "text": "*{{1}}* is your verification code." },
            { "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "Copy code",
                "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}" }] },
        ]);
        let mut tenant = self.enter().await;
        sqlx::query(
            "INSERT INTO template (workspace_id, id, account_id, meta_id, name, language, category, status, named,
                                   components, sought, told_at, listed_at, updated_at)
             VALUES ($1, $2, 'waba-1', $2::text, $3, $4, $5, $6, false, $7, '', now(), now(), now())",
        )
        .bind(self.fixture.workspace.0)
        .bind(self.env.id::<uuid::Uuid>())
        .bind(name)
        .bind(language)
        .bind(category)
        .bind(status)
        .bind(components)
        .execute(tenant.conn())
        .await
        .unwrap();
        tenant.commit().await.unwrap();
    }

    async fn ask_by(&self, by: By, asked: &AskOtp) -> Result<OtpView> {
        ask(&self.env, &self.fixture, by, asked).await
    }

    async fn ask(&self, phone: &str) -> Result<OtpView> {
        self.ask_by(LIVE, &to(phone)).await
    }

    async fn enter_code(&self, id: OtpId, code: &str) -> Result<OtpAnswer> {
        entered(&self.env, &self.fixture, LIVE, id, code).await
    }

    /// What stands sealed in the job that is to send it.
    async fn code(&self, id: OtpId) -> String {
        let job = job::id_of(Kind::Otp, &id.to_string());
        let mut tenant = self.enter().await;
        let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM job WHERE id = $1")
            .bind(job.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap();
        let place = job::SEALED;
        let plain = vault::open(&self.env, &mut tenant, place, &job.to_string(), &sealed).await;
        let parcel: Value = serde_json::from_slice(&plain.unwrap()).unwrap();
        code_in(&parcel["content"])
    }

    async fn view(&self, id: OtpId) -> OtpView {
        let mut tenant = self.enter().await;
        super::whole(&self.env, &mut tenant, id).await.unwrap()
    }

    async fn delivery(&self, id: OtpId) -> Status {
        self.view(id).await.delivery.unwrap()
    }

    /// Lines of the audit that begin so, the newest first.
    async fn audit(&self, action: &str) -> Vec<AuditEntry> {
        let request = AuditRequest {
            action: action.to_owned(),
            ..AuditRequest::default()
        };
        let mut tenant = self.enter().await;
        let page = audit::page(&self.env, &mut tenant, &request).await;
        page.unwrap().entries
    }

    async fn count(&self, table: &'static str) -> i64 {
        let mut tenant = self.enter().await;
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        sqlx::query_scalar(sql)
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    }

    async fn settings(&self, settings: OtpSettings) {
        let mut tenant = self.enter().await;
        super::save(&self.env, &mut tenant, &settings)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    }

    /// Claims the only job that is due.
    async fn claim(&self) -> Job {
        let claims = job::claim(&self.env, 4, job::LEASE).await.unwrap();
        let [claim] = claims[..] else {
            panic!("one job is due: {claims:?}");
        };
        let mut tenant = claim.enter(&self.env).await.unwrap();
        let job = job::open(&self.env, &mut tenant, claim).await.unwrap();
        tenant.commit().await.unwrap();
        job
    }

    /// Goes with it as far as to the post.
    async fn fly(&self, job: &Job) -> Option<send::Letter> {
        let mut tenant = job.claim.enter(&self.env).await.unwrap();
        let letter = send::prepare(&self.env, &mut tenant, job).await.unwrap();
        tenant.commit().await.unwrap();
        letter
    }

    /// Whoever has a job is gone.
    async fn lease_ends(&self) {
        let mut tenant = self.enter().await;
        sqlx::query(
            "UPDATE job SET claimed_until = now() - interval '1 second' WHERE state = 'running'",
        )
        .execute(tenant.conn())
        .await
        .unwrap();
        tenant.commit().await.unwrap();
    }
}

async fn inside(env: &Env, fixture: &Fixture) -> Result<Tenant> {
    env.db
        .member(fixture.session, fixture.workspace, Role::Agent)
        .await
}

async fn ask(env: &Env, fixture: &Fixture, by: By, asked: &AskOtp) -> Result<OtpView> {
    let mut tenant = inside(env, fixture).await?;
    let admitted = super::ask(env, &mut tenant, by, asked).await;
    tenant.commit().await?;
    let drawn = admitted?.draw(env).await?;
    let mut tenant = inside(env, fixture).await?;
    let view = drawn.keep(env, &mut tenant).await?;
    tenant.commit().await?;
    Ok(view)
}

async fn entered(env: &Env, fixture: &Fixture, by: By, id: OtpId, code: &str) -> Result<OtpAnswer> {
    let mut tenant = inside(env, fixture).await?;
    let a_try = take(env, &mut tenant, by, id, code).await?;
    tenant.commit().await?;
    let looked = a_try.look(env, async || inside(env, fixture).await).await?;
    let mut tenant = inside(env, fixture).await?;
    let answer = looked.settle(env, &mut tenant).await?;
    tenant.commit().await?;
    Ok(answer)
}

fn to(phone: &str) -> AskOtp {
    AskOtp {
        phone: phone.to_owned(),
        ..AskOtp::default()
    }
}

/// The code in what is posted.
fn code_in(content: &Value) -> String {
    let words = &content["template"]["components"][0]["parameters"][0]["text"];
    words.as_str().unwrap().to_owned()
}

/// Another code.
fn other(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// A template, by its name and language.
fn named(name: &str, language: Option<&str>) -> Option<OtpTemplate> {
    Some(OtpTemplate {
        name: name.to_owned(),
        language: language.map(str::to_owned),
    })
}

fn answer(verdict: OtpVerdict, tries_left: u8) -> OtpAnswer {
    OtpAnswer {
        verdict,
        tries_left,
    }
}
