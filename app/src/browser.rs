//! What the browser provides: time, chance, storage, focus. Called from effects and events only, never while rendering.

use futures::channel::oneshot;
use js_sys::Reflect;
use leptos::{ev::KeyboardEvent, leptos_dom::helpers::TimeoutHandle, prelude::*};
use postern_types::{MessageId, Moment};
use send_wrapper::SendWrapper;
use std::time::Duration;
use uuid::Builder;
use wasm_bindgen::{JsCast, closure::Closure};

/// The time by the reader's clock.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit"
)]
pub fn now() -> Moment {
    Moment(js_sys::Date::now() as i64)
}

/// A whole number below `limit`, for spreading retries.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 up to the limit, which fits"
)]
pub fn chance(limit: u32) -> u32 {
    (js_sys::Math::random() * f64::from(limit)) as u32
}

/// A new id for a message: UUIDv7 from the browser's own source of chance.
pub fn message_id() -> Option<MessageId> {
    let mut bytes = [0; 10];
    window()
        .crypto()
        .ok()?
        .get_random_values_with_u8_array(&mut bytes)
        .ok()?;
    let millis = u64::try_from(now().0).ok()?;
    Some(MessageId(
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid(),
    ))
}

/// Waits; a timer of the page, so it sleeps when the machine does. Who stops waiting stops the timer.
pub async fn sleep(ms: u32) {
    struct Timer(Option<TimeoutHandle>);
    impl Drop for Timer {
        fn drop(&mut self) {
            if let Some(timer) = self.0 {
                timer.clear();
            }
        }
    }
    let (done, waits) = oneshot::channel();
    let timer = set_timeout_with_handle(
        move || {
            let _ = done.send(());
        },
        Duration::from_millis(ms.into()),
    );
    let _timer = Timer(timer.ok());
    let _ = waits.await;
}

/// Whether this browser has something: `Notification`, for example, is missing in a tab on an iPhone.
pub fn has(name: &str) -> bool {
    Reflect::has(&window(), &name.into()).unwrap_or(false)
}

/// What was kept in this browser under a key.
pub fn recall(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Keeps something in this browser; only preferences, never data.
pub fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}

/// Forgets what was kept under a key.
pub fn forget(key: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.remove_item(key);
    }
}

/// Whether the tab is shown.
pub fn visible() -> bool {
    !document().hidden()
}

/// Whether the tab is shown and has the focus.
pub fn attentive() -> bool {
    visible() && document().has_focus().unwrap_or(true)
}

/// Whether something matches in this reader's browser, such as `(max-width: 699px)`.
pub fn matches(query: &str) -> bool {
    window()
        .match_media(query)
        .ok()
        .flatten()
        .is_some_and(|media| media.matches())
}

/// Puts the focus on the first element that matches, if there is one.
pub fn focus(selector: &str) -> bool {
    first(selector).is_some_and(|element| element.focus().is_ok())
}

/// The same, and nothing is scrolled for it.
pub fn focus_in_place(selector: &str) {
    if let Some(element) = first(selector) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

fn first(selector: &str) -> Option<web_sys::HtmlElement> {
    let found = document().query_selector(selector).ok().flatten();
    found.and_then(|element| element.dyn_into().ok())
}

/// Puts the focus on a place that has none by itself, such as the page's main part.
pub fn focus_place(id: &str) {
    if let Some(place) = document().get_element_by_id(id) {
        let _ = place.set_attribute("tabindex", "-1");
        focus(&format!("#{id}"));
    }
}

/// Whether a person is writing, so that letters are not shortcuts.
pub fn writing() -> bool {
    document().active_element().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.has_attribute("contenteditable")
    })
}

/// Whether a dialog or a menu is open, and has the keyboard.
pub fn in_dialog() -> bool {
    document()
        .query_selector("dialog[open], [popover]:popover-open")
        .ok()
        .flatten()
        .is_some()
}

/// Whether a word is being composed (Japanese, Chinese, …): then Enter belongs to the input method. Safari says so
/// by the old code 229 alone.
pub fn composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// The shortcut that a key stands for, whatever letters the keyboard writes.
pub fn shortcut(event: &KeyboardEvent) -> String {
    meant(&event.key(), &event.code(), event.shift_key())
}

fn meant(key: &str, code: &str, shift: bool) -> String {
    if key.is_ascii() {
        return key.to_owned();
    }
    match (code, shift) {
        ("Slash", true) => "?".into(),
        ("Slash", false) => "/".into(),
        _ => code
            .strip_prefix("Key")
            .map_or_else(|| key.to_owned(), str::to_ascii_lowercase),
    }
}

/// One step back, as the browser's own button.
pub fn back() {
    if let Ok(history) = window().history() {
        let _ = history.back();
    }
}

/// Calls `act` at each step through the browser's history, before the router hears of it; until the owner is cleaned up.
pub fn before_step(act: impl Fn() + 'static) {
    let closure = Closure::<dyn Fn()>::new(act);
    let listener = closure.as_ref().unchecked_ref();
    let _ = window().add_event_listener_with_callback_and_bool("popstate", listener, true);
    let closure = SendWrapper::new(closure);
    on_cleanup(move || {
        let listener = closure.as_ref().unchecked_ref();
        let _ = window().remove_event_listener_with_callback_and_bool("popstate", listener, true);
    });
}

/// Copies text; false when the browser refuses.
pub async fn copy(text: &str) -> bool {
    let written = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::JsFuture::from(written).await.is_ok()
}

/// Where this page is on its site, with its query.
pub fn path() -> String {
    let location = location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// What an address asks for, from its `?` on; what is empty is left out.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        query.push_str(&String::from(js_sys::encode_uri_component(value)));
    }
    query
}

/// Has the page's address ask for that and nothing else, without a step of its own in the browser's history. False where the
/// browser is elsewhere: the router tells of a step before it is taken.
pub fn ask(pathname: &str, query: &str) -> bool {
    if location().pathname().ok().as_deref() != Some(pathname) {
        return false;
    }
    if location().search().unwrap_or_default() != query {
        readdress(&format!("{pathname}{query}{}", hash()));
    }
    true
}

/// Has the page's address name a place of it, for whoever comes back.
pub fn mark(place: &str) {
    readdress(&format!("{}#{place}", path()));
}

fn readdress(address: &str) {
    if let Ok(history) = window().history() {
        let state = history.state().unwrap_or_default();
        let _ = history.replace_state_with_url(&state, "", Some(address));
    }
}

/// Which place of the page the address names, with its `#`; empty for none.
pub fn hash() -> String {
    location().hash().unwrap_or_default()
}

/// The scheme and host of this installation, as the reader reached it.
pub fn origin() -> String {
    location().origin().unwrap_or_default()
}

/// Scrolls as little as needed for the first element that matches to be seen.
pub fn keep_in_view(selector: &str) {
    let Ok(Some(element)) = document().query_selector(selector) else {
        return;
    };
    let options = js_sys::Object::new();
    let nearest = Reflect::set(&options, &"block".into(), &"nearest".into());
    let scroll = Reflect::get(&element, &"scrollIntoView".into())
        .and_then(JsCast::dyn_into::<js_sys::Function>);
    if let (Ok(_), Ok(scroll)) = (nearest, scroll) {
        let _ = scroll.call1(&element, &options);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcut_is_found_by_its_place_when_the_keyboard_writes_other_letters() {
        for (key, code, shift, expected) in [
            ("j", "KeyJ", false, "j"),
            // A Dvorak keyboard means what it writes.
            ("j", "KeyC", false, "j"),
            ("о", "KeyJ", false, "j"),
            ("у", "KeyE", false, "e"),
            ("ض", "KeyQ", false, "q"),
            ("÷", "Slash", false, "/"),
            ("؟", "Slash", true, "?"),
            ("ArrowDown", "ArrowDown", false, "ArrowDown"),
            ("ö", "Semicolon", false, "ö"),
        ] {
            assert_eq!(meant(key, code, shift), expected, "{key} {code}");
        }
    }
}
