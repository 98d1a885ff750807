//! Where Meta posts: the raw bytes go to the domain, which says what to answer.

use axum::{
    Router,
    body::Bytes,
    extract::{
        FromRef, Path, Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use postern_domain::{
    Env, Error,
    webhook::{self, Door},
};
use serde::Deserialize;

/// The installation's callback and each channel's own. The largest body is whoever mounts them to set
/// ([`axum::extract::DefaultBodyLimit`]).
pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Env: FromRef<S>,
{
    Router::new()
        .route("/webhooks/whatsapp", get(handshake).post(receive))
        .route("/webhooks/whatsapp/{key}", get(handshake).post(receive))
}

#[derive(Deserialize)]
struct Handshake {
    #[serde(rename = "hub.mode", default)]
    mode: String,
    #[serde(rename = "hub.verify_token", default)]
    token: String,
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
}

async fn handshake(
    State(env): State<Env>,
    key: Option<Path<String>>,
    query: Result<Query<Handshake>, QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = query else {
        return plain(StatusCode::FORBIDDEN);
    };
    let door = door(key);
    let answer =
        webhook::verify_handshake(&env, &door, &asked.mode, &asked.token, &asked.challenge);
    match answer.await {
        Ok(challenge) => (
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            challenge,
        )
            .into_response(),
        Err(error) => refuse(&error),
    }
}

async fn receive(
    State(env): State<Env>,
    key: Option<Path<String>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        // Too long, or cut off on its way.
        Err(rejection) => return plain(rejection.status()),
    };
    match webhook::receive(&env, &door(key), signature(&headers), &body).await {
        Ok(receipt) => {
            if receipt.kept + receipt.quarantined > 0 {
                tracing::warn!(
                    webhook.kept = receipt.kept,
                    webhook.quarantined = receipt.quarantined,
                    "a webhook was not understood in full"
                );
            }
            StatusCode::OK.into_response()
        }
        Err(error) => refuse(&error),
    }
}

fn door(key: Option<Path<String>>) -> Door {
    match key {
        None => Door::Installation,
        Some(Path(key)) => Door::Callback { key },
    }
}

/// The one signature; two of them are none.
fn signature(headers: &HeaderMap) -> Option<&str> {
    let mut signatures = headers.get_all("x-hub-signature-256").iter();
    let first = signatures.next()?.to_str().ok();
    if signatures.next().is_some() {
        return None;
    }
    first
}

/// A refusal tells nothing but its kind. Whatever is no refusal of ours is a reason for Meta to try again.
fn refuse(error: &Error) -> Response {
    plain(match error {
        Error::Unauthorized => StatusCode::UNAUTHORIZED,
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::NotFound => StatusCode::NOT_FOUND,
        // A flood: a line for each webhook would be another one.
        Error::TooMany { .. } => StatusCode::SERVICE_UNAVAILABLE,
        error => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a webhook was not taken"
            );
            StatusCode::SERVICE_UNAVAILABLE
        }
    })
}

fn plain(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or_default();
    (status, format!("{reason}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, extract::DefaultBodyLimit, http::Request};
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use http_body_util::BodyExt as _;
    use postern_domain::{
        Db,
        crypto::{Keys, Rings},
        env::Real,
        graph::Meta,
        wake::Wake,
    };
    use std::sync::Arc;
    use tower::ServiceExt as _;

    const LIMIT: usize = 1000;

    /// A server whose database does not answer: what is decided before it is decided all the same.
    fn env(app_secret: Option<&str>) -> Env {
        let wake = Wake::default();
        Env {
            db: Db::open_url("postgres://nobody@127.0.0.1:9/nowhere", 1, wake.clone()).unwrap(),
            clock: Arc::new(Real),
            chance: Arc::new(Real),
            keys: Arc::new(Keys::new(Rings::default(), vec![2; 32].into())),
            meta: Meta {
                graph: "http://127.0.0.1:9/v24.0".parse().unwrap(),
                app_secret: app_secret.map(Into::into),
                verify_token: app_secret.map(|_| "token".into()),
                http: reqwest::Client::builder().build().unwrap(),
            },
            files: postern_domain::file::Store::memory(),
            post: postern_domain::mail::Post {
                transport: Arc::new(postern_domain::mail::Transport::Folder(
                    "/nonexistent".into(),
                )),
                from: "Postern <postern@example.test>"
                    .parse()
                    .expect("an address"),
                origin: "http://localhost:3000".into(),
                portal: "http://localhost:3000".into(),
            },
            registration: postern_domain::registration::Registration::Closed,
            oidc: postern_domain::oidc::Oidc::default(),
            outside: postern_domain::outside::Outside::new(postern_domain::outside::Reach::Public)
                .unwrap(),
            intake: postern_domain::webhook::Intake::default(),
            wake,
        }
    }

    async fn ask(env: Env, request: Request<Body>) -> (StatusCode, String) {
        let router: Router = routes().layer(DefaultBodyLimit::max(LIMIT)).with_state(env);
        let answer = router.oneshot(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn post(path: &str, signatures: &[String], body: &[u8]) -> (StatusCode, String) {
        let mut request = Request::post(path).body(Body::from(body.to_vec())).unwrap();
        for signature in signatures {
            request
                .headers_mut()
                .append("X-Hub-Signature-256", signature.parse().unwrap());
        }
        ask(env(Some("secret")), request).await
    }

    fn sign(body: &[u8]) -> String {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"secret").unwrap();
        mac.update(body);
        format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
    }

    #[tokio::test]
    async fn a_signed_body_is_answered_200_and_nothing() {
        let body = br#"{"object":"whatsapp_business_account","entry":[]}"#;
        let answer = post("/webhooks/whatsapp", &[sign(body)], body).await;
        assert_eq!(answer, (StatusCode::OK, String::new()));
    }

    #[tokio::test]
    async fn what_is_not_signed_or_too_long_is_refused_and_nothing_of_it_echoed() {
        let body = b"{}";
        let signed = sign(body);
        for signatures in [
            vec![],
            vec![sign(b"{ }")],
            vec![signed.to_uppercase()],
            vec![format!("{signed}00")],
            vec![signed.clone(), signed.clone()],
        ] {
            let answer = post("/webhooks/whatsapp", &signatures, body).await;
            assert_eq!(
                answer,
                (StatusCode::UNAUTHORIZED, "Unauthorized\n".to_owned()),
                "{signatures:?}"
            );
        }
        let long = vec![b' '; LIMIT + 1];
        let answer = post("/webhooks/whatsapp", &[sign(&long)], &long).await;
        assert_eq!(
            answer,
            (
                StatusCode::PAYLOAD_TOO_LARGE,
                "Payload Too Large\n".to_owned()
            )
        );
        let full = vec![b' '; LIMIT];
        let answer = post("/webhooks/whatsapp", &[String::new()], &full).await;
        assert_eq!(answer.0, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn what_cannot_be_committed_is_not_acknowledged() {
        let body = br#"{"entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"1"}}}]}]}"#;
        let signed = [sign(body)];
        let odd = b"not JSON";
        let odd_signed = [sign(odd)];
        // Together, for each waits as long as one waits for a connection. The second would go to quarantine.
        let answers = futures::future::join3(
            post("/webhooks/whatsapp", &signed, body),
            post("/webhooks/whatsapp", &odd_signed, odd),
            post("/webhooks/whatsapp/some-key", &signed, body),
        );
        let refused = || {
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Service Unavailable\n".to_owned(),
            )
        };
        assert_eq!(answers.await, (refused(), refused(), refused()));
    }

    #[tokio::test]
    async fn the_handshake_gives_the_challenge_back_to_the_right_token_alone() {
        let path =
            "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
        for (uri, expected) in [
            (format!("{path}token"), (StatusCode::OK, "1158201444")),
            (
                format!("{path}wrong"),
                (StatusCode::FORBIDDEN, "Forbidden\n"),
            ),
            (
                "/webhooks/whatsapp".to_owned(),
                (StatusCode::FORBIDDEN, "Forbidden\n"),
            ),
            (
                "/webhooks/whatsapp?hub.mode=subscribe".to_owned(),
                (StatusCode::FORBIDDEN, "Forbidden\n"),
            ),
        ] {
            let answer = ask(
                env(Some("secret")),
                Request::get(&uri).body(Body::empty()).unwrap(),
            )
            .await;
            assert_eq!((answer.0, answer.1.as_str()), expected, "{uri}");
        }
    }

    #[tokio::test]
    async fn without_an_app_of_the_installation_its_door_is_not_there() {
        let get = Request::get("/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=token");
        let post = Request::post("/webhooks/whatsapp").header("X-Hub-Signature-256", sign(b"{}"));
        for request in [get.body(Body::empty()), post.body(Body::from("{}"))] {
            let answer = ask(env(None), request.unwrap()).await;
            assert_eq!(answer, (StatusCode::NOT_FOUND, "Not Found\n".to_owned()));
        }
    }
}
