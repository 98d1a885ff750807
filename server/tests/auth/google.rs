//! A pretended provider: real HTTP, real signatures, its own idea of the protocol. It can be told to lie.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use axum::{
    Form, Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use postern_domain::{
    env::{Clock as _, Real},
    oidc::{Oidc, Settings},
};
use postern_types::Provider;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use url::Url;

pub const CLIENT: &str = "postern-at-the-provider";
const SECRET: &str = "a secret of the provider's";

/// What it does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    Nonce,
    NoNonce,
    Audience,
    Audiences,
    Party,
    Issuer,
    AlgNone,
    Hs256,
    Rs512,
    OtherKey,
    UnknownKey,
    NoKeyId,
    Expired,
    Early,
    Old,
    NoSubject,
    Rubbish,
    NoToken,
    Huge,
    Hanging,
    Refusing,
}

struct Inner {
    issuer: String,
    /// What the issuer is called in its document, with Microsoft's `{tenantid}`.
    pattern: String,
    key_id: String,
    key: KeyPair,
    lie: Option<Lie>,
    /// Over what is usual.
    claims: Value,
    codes: HashMap<String, HashMap<String, String>>,
    drawn: u32,
    names_itself: bool,
}

#[derive(Clone)]
pub struct Google(Arc<Mutex<Inner>>);

impl Google {
    pub async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let google = Self(Arc::new(Mutex::new(Inner {
            pattern: issuer.clone(),
            issuer,
            key_id: "k1".to_owned(),
            key: KeyPair::generate(KeySize::Rsa2048).expect("a key"),
            lie: None,
            claims: json!({}),
            codes: HashMap::new(),
            drawn: 0,
            names_itself: false,
        })));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route(
                "/common/v2.0/.well-known/openid-configuration",
                get(document),
            )
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(google.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        google
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("not poisoned")
    }

    pub fn issuer(&self) -> String {
        self.inner().issuer.clone()
    }

    /// As the installation knows it.
    pub fn settings(&self, provider: Provider) -> Settings {
        let mut issuer = self.issuer();
        if provider == Provider::Microsoft {
            self.inner().pattern = format!("{issuer}/{{tenantid}}/v2.0");
            issuer.push_str("/common/v2.0");
        }
        Settings {
            provider,
            issuer: issuer.parse().expect("a URL"),
            client_id: CLIENT.to_owned(),
            client_secret: SECRET.to_owned().into(),
        }
    }

    pub fn lie(&self, lie: Option<Lie>) {
        self.inner().lie = lie;
    }

    /// What it says of whoever signs in there, over what is usual.
    pub fn says(&self, claims: Value) {
        self.inner().claims = claims;
    }

    pub fn names_itself(&self) {
        self.inner().names_itself = true;
    }

    pub fn rotate(&self) {
        let mut inner = self.inner();
        inner.key_id.push('x');
        inner.key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    }

    /// Somebody agrees on its page: what it puts into the address of the way back.
    pub fn agree(&self, to: &str) -> String {
        let asked: HashMap<String, String> = Url::parse(to)
            .expect("a URL")
            .query_pairs()
            .into_owned()
            .collect();
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("scope", "openid email profile"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(asked[name], value);
        }
        assert!(asked["nonce"].len() >= 43 && asked["state"].len() >= 43);
        let state = asked["state"].clone();
        let mut inner = self.inner();
        inner.drawn += 1;
        let code = format!("code-{}", inner.drawn);
        inner.codes.insert(code.clone(), asked);
        let mut told = format!("state={state}&code={code}");
        if inner.names_itself {
            told = format!("{told}&iss={}", inner.issuer);
        }
        told
    }
}

/// Installations that know these.
pub fn oidc(settings: Vec<Settings>) -> Oidc {
    let http = reqwest::Client::builder()
        .timeout(Duration::from_millis(700))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build();
    Oidc::new(settings, &http.expect("a client"))
}

async fn document(State(google): State<Google>) -> Json<Value> {
    let inner = google.inner();
    let at = &inner.issuer;
    Json(json!({
        "issuer": inner.pattern,
        "authorization_endpoint": format!("{at}/authorize"),
        "token_endpoint": format!("{at}/token"),
        "jwks_uri": format!("{at}/keys"),
        "authorization_response_iss_parameter_supported": inner.names_itself,
    }))
}

async fn keys(State(google): State<Google>) -> Json<Value> {
    let inner = google.inner();
    let public = inner.key.public_key();
    let (n, e) = (
        public.modulus().big_endian_without_leading_zero(),
        public.exponent().big_endian_without_leading_zero(),
    );
    Json(json!({ "keys": [
        { "kty": "EC", "kid": "of another kind", "crv": "P-256", "x": "", "y": "" },
        { "kty": "RSA", "kid": inner.key_id, "use": "sig", "alg": "RS256",
          "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e) },
    ] }))
}

async fn token(
    State(google): State<Google>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let lie = google.inner().lie;
    match lie {
        Some(Lie::Rubbish) => return "<html>".into_response(),
        Some(Lie::NoToken) => return Json(json!({ "access_token": "x" })).into_response(),
        Some(Lie::Huge) => return "x".repeat(4 << 20).into_response(),
        Some(Lie::Hanging) => return std::future::pending().await,
        Some(Lie::Refusing) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => {}
    }
    let mut inner = google.inner();
    // A code is good once.
    let Some(asked) = inner.codes.remove(&form["code"]) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    let right = form["client_id"] == CLIENT
        && form["client_secret"] == SECRET
        && form["grant_type"] == "authorization_code"
        && form["redirect_uri"] == asked["redirect_uri"]
        && challenge == asked["code_challenge"];
    if !right {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let token = inner.token(&asked["nonce"]);
    Json(json!({ "access_token": "x", "token_type": "Bearer", "id_token": token })).into_response()
}

impl Inner {
    fn token(&self, nonce: &str) -> String {
        let now = Real.now().unix_timestamp();
        let mut claims = json!({
            "iss": self.issuer, "sub": "1099", "aud": CLIENT, "azp": CLIENT, "exp": now + 3600, "iat": now,
            "nonce": nonce, "name": "Ines Duarte", "email": "Ines@example.test", "email_verified": true,
            "hd": "example.test",
        });
        let said = self.claims.as_object().expect("claims").clone();
        let told = claims.as_object_mut().expect("claims");
        for (name, value) in said {
            told.insert(name, value);
        }
        let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        match self.lie {
            Some(Lie::Nonce) => claims["nonce"] = json!("another way's"),
            Some(Lie::NoNonce) => claims["nonce"] = Value::Null,
            Some(Lie::Audience) => claims["aud"] = json!("somebody else"),
            Some(Lie::Audiences) => claims["aud"] = json!([CLIENT, "somebody else"]),
            Some(Lie::Party) => claims["azp"] = json!("somebody else"),
            Some(Lie::Issuer) => claims["iss"] = json!("https://accounts.google.com"),
            Some(Lie::Expired) => claims["exp"] = json!(now - 61),
            Some(Lie::Early) => claims["iat"] = json!(now + 300),
            Some(Lie::Old) => claims["iat"] = json!(now - 3600),
            Some(Lie::NoSubject) => claims["sub"] = json!(""),
            Some(Lie::AlgNone) => header["alg"] = json!("none"),
            Some(Lie::Hs256) => header["alg"] = json!("HS256"),
            Some(Lie::Rs512) => header["alg"] = json!("RS512"),
            Some(Lie::UnknownKey) => header["kid"] = json!("nobody's"),
            Some(Lie::NoKeyId) => header["kid"] = Value::Null,
            _ => {}
        }
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let text = format!("{}.{}", part(&header), part(&claims));
        let signature = match self.lie {
            Some(Lie::AlgNone) => Vec::new(),
            Some(Lie::Hs256) => {
                // With what everybody knows: the public key.
                let public = self.key.public_key();
                let mut mac = Hmac::<Sha256>::new_from_slice(public.as_ref()).expect("a key");
                mac.update(text.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Some(Lie::OtherKey) => {
                sign(&KeyPair::generate(KeySize::Rsa2048).expect("a key"), &text)
            }
            _ => sign(&self.key, &text),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn sign(key: &KeyPair, text: &str) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .expect("a signature");
    signature
}
