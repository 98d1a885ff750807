//! One tab at a time: a Web Lock around what changes the refresh cookie.

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use js_sys::{Function, Promise, Reflect};
use std::{future::Future, pin::pin};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

const NAME: &str = "postern-session";

/// Does `work` while no other tab of this origin does any. Where the browser has no locks (they need a secure
/// context), the server's grace for a token used twice is all there is.
pub async fn exclusive<T>(work: impl Future<Output = T>) -> T {
    let held = acquire().await;
    let done = work.await;
    drop(held);
    done
}

/// Held until it is dropped; none when there are no locks.
async fn acquire() -> Option<oneshot::Sender<()>> {
    let locks = locks()?;
    let request: Function = Reflect::get(&locks, &"request".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let (granted, is_granted) = oneshot::channel::<()>();
    let (held, is_released) = oneshot::channel::<()>();
    // The browser holds the lock for as long as the promise of this callback is open.
    let callback = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        // Whoever asked may have left: then the lock is let go at once.
        let _ = granted.send(());
        future_to_promise(async move {
            let _ = is_released.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    let asked: Promise = request
        .call2(&locks, &NAME.into(), &callback)
        .ok()?
        .dyn_into()
        .ok()?;
    // It ends before the grant only when the browser refuses.
    match select(pin!(is_granted), JsFuture::from(asked)).await {
        Either::Left((Ok(()), _)) => Some(held),
        Either::Left((Err(_), _)) | Either::Right(_) => None,
    }
}

fn locks() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    locks.is_object().then_some(locks)
}
