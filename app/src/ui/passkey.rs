//! Passkeys as browsers and devices keep them: asked for one, or for a new one. What they give goes to the server as it is.

use crate::{error::ApiError, words::passkey as words};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Has a device make a passkey and keep it, as the server's options say; what it gave, as JSON. [`ApiError::Invalid`] on
/// `passkey`, in words, when there is none.
pub async fn make(options: &str) -> Result<String, ApiError> {
    ask("create", "parseCreationOptionsFromJSON", options).await
}

/// Has the person show one of theirs; what it gave, as JSON. [`ApiError::Invalid`] on `passkey`, in words, when none was.
pub async fn show(options: &str) -> Result<String, ApiError> {
    ask("get", "parseRequestOptionsFromJSON", options).await
}

async fn ask(act: &str, reader: &str, options: &str) -> Result<String, ApiError> {
    let asked = begin(act, reader, options).ok_or_else(|| none(words::MISSING))?;
    let given = JsFuture::from(asked).await;
    let given = given.map_err(|why| none(reason(&why)))?;
    // By what it says of itself: `toJSON`.
    let told = JSON::stringify(&given)
        .ok()
        .and_then(|text| text.as_string());
    told.ok_or_else(|| none(words::MISSING))
}

/// None where the browser has no passkeys, or cannot read options as servers write them.
fn begin(act: &str, reader: &str, options: &str) -> Option<Promise> {
    let window = window();
    let kind = Reflect::get(&window, &"PublicKeyCredential".into()).ok()?;
    let read = call(&kind, reader, &JSON::parse(options).ok()?)?;
    let asked = Object::new();
    Reflect::set(&asked, &"publicKey".into(), &read).ok()?;
    let devices = Reflect::get(&window.navigator(), &"credentials".into()).ok()?;
    call(&devices, act, &asked)?.dyn_into().ok()
}

fn call(of: &JsValue, name: &str, with: &JsValue) -> Option<JsValue> {
    let function: Function = Reflect::get(of, &name.into()).ok()?.dyn_into().ok()?;
    function.call1(of, with).ok()
}

fn reason(why: &JsValue) -> &'static str {
    let name = Reflect::get(why, &"name".into()).ok();
    match name.and_then(|name| name.as_string()).as_deref() {
        Some("InvalidStateError") => words::KNOWN,
        Some("SecurityError" | "NotSupportedError") => words::NOT_HERE,
        // Cancelled, too late, or there is none: browsers do not tell which.
        _ => words::NONE,
    }
}

fn none(reason: &str) -> ApiError {
    ApiError::Invalid {
        field: "passkey".to_owned(),
        reason: reason.to_owned(),
    }
}
