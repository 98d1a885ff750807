//! This installation as devices know it: its name is the host of the configured address, and only pages of that address
//! may ask.

use crate::{Env, Error, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{CreationChallengeResponse, RequestChallengeResponse},
};

/// A passkey that may answer: its id, and how the browser reaches it, as the library wrote it down.
pub(super) struct Known {
    pub credential_id: Vec<u8>,
    pub transports: Option<Value>,
}

/// Who asks. [`Error::Conflict`] where the address is a number: devices keep passkeys for names alone.
pub(super) fn of(env: &Env) -> Result<Webauthn> {
    let nameless = || {
        Error::conflict(
            "Passkeys need an address with a name, and this installation is reached by a number. Ask whoever runs it.",
        )
    };
    let origin = Url::parse(&env.post.origin).map_err(|_| nameless())?;
    let host = origin.domain().ok_or_else(nameless)?;
    WebauthnBuilder::new(host, &origin)
        .and_then(|builder| builder.rp_name("Postern").build())
        .map_err(|error| Error::Internal(error.into()))
}

/// What a device is asked that is to keep a passkey: it has to find it by itself later, when nobody has given an address.
pub(super) fn creation(asked: &CreationChallengeResponse) -> Result<String> {
    let mut options = options(asked)?;
    let selection = &mut options["authenticatorSelection"];
    selection["residentKey"] = json!("required");
    selection["requireResidentKey"] = json!(true);
    Ok(options.to_string())
}

/// What a passkey is asked: any of this installation's, or one of these.
pub(super) fn request(asked: &RequestChallengeResponse, known: &[Known]) -> Result<String> {
    let mut options = options(asked)?;
    let allowed = known.iter().map(|known| {
        let mut one =
            json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&known.credential_id) });
        if let Some(transports) = &known.transports {
            one["transports"] = transports.clone();
        }
        one
    });
    options["allowCredentials"] = allowed.collect();
    Ok(options.to_string())
}

/// The part that is for the browser's own reader, which takes it as JSON.
fn options(asked: &impl Serialize) -> Result<Value> {
    let mut asked = serde_json::to_value(asked).map_err(|error| Error::Internal(error.into()))?;
    Ok(asked["publicKey"].take())
}
