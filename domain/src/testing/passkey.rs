//! A device that keeps passkeys, and the browser before it: what both would answer, and what thieves would.

use crate::{Env, Result, crypto, factor::passkey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{PasskeyAnswer, SessionId};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};

/// Adds a passkey by the password; the recovery codes that came with it.
pub async fn add(
    env: &Env,
    session: SessionId,
    password: &str,
    device: &mut Device,
) -> Result<Vec<String>> {
    let asked = passkey::begin_enrol(env, session, password).await?;
    let credential = device.create(&asked.options);
    let ticket = asked.ticket;
    let answer = PasskeyAnswer { ticket, credential };
    passkey::finish_enrol(env, session, &answer, "Laptop").await
}

/// What a device answers whose owner is signed in and is about to delete something.
pub async fn own(
    env: &Env,
    session: SessionId,
    password: &str,
    device: &mut Device,
) -> Result<PasskeyAnswer> {
    let asked = passkey::begin_own(env, session, password).await?;
    let credential = device.get(&asked.options);
    let ticket = asked.ticket;
    Ok(PasskeyAnswer { ticket, credential })
}

/// A device with one passkey.
pub struct Device {
    pair: EcdsaKeyPair,
    /// What it calls the passkey.
    pub id: Vec<u8>,
    /// Whom it belongs to, as it was told when it was made.
    pub user: Option<Vec<u8>>,
    /// How often it was used.
    pub counter: u32,
    /// Whether its owner shows that it is them, by a finger or a PIN.
    pub verifies: bool,
    /// The page that asks.
    pub origin: &'static str,
}

impl Device {
    /// A new one, before the pages of the tests' installation.
    pub fn new(env: &Env) -> Self {
        let chance = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let key = EcdsaKeyPair::generate_pkcs8(kind, &chance).unwrap();
        Self {
            pair: EcdsaKeyPair::from_pkcs8(kind, key.as_ref(), &chance).unwrap(),
            id: env.bytes::<16>().to_vec(),
            user: None,
            counter: 0,
            verifies: true,
            origin: "https://inbox.example.test",
        }
    }

    /// What `navigator.credentials.create` gives.
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        self.user = Some(bytes(&options["user"]["id"]));
        let client = self.client("webauthn.create", &options);
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), 0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // The public key (RFC 9052): kind 2, algorithm -7, curve 1, x, y.
        let point = self.pair.public_key().as_ref();
        data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.answer(json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "transports": ["internal"],
        }))
    }

    /// What `navigator.credentials.get` gives.
    pub fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        self.counter += 1;
        let client = self.client("webauthn.get", &options);
        let data = self.data(options["rpId"].as_str().unwrap(), 0);
        let signed = [&data[..], &crypto::sha256(&client)[..]].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        let user = self.user.as_ref().map(|user| URL_SAFE_NO_PAD.encode(user));
        self.answer(json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
            "userHandle": user,
        }))
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// Of which installation, that somebody was there, and how often it was used.
    fn data(&self, installation: &str, more: u8) -> Vec<u8> {
        let verified = if self.verifies { 0x04 } else { 0 };
        let mut data = crypto::sha256(installation.as_bytes()).to_vec();
        data.push(0x01 | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn answer(&self, response: Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "response": response, "clientExtensionResults": {},
        })
        .to_string()
    }
}

fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}
