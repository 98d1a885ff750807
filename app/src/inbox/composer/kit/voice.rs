//! Recording a voice note, where the browser makes what WhatsApp takes.

use super::{
    bring::Hand,
    tray::{Given, Piece, State, Tray},
};
use crate::{
    boxed::{Show, effect, on},
    browser,
    ui::icon::Icon,
    words::kit,
};
use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AnalyserNode, AudioContext, Blob, BlobEvent, BlobPropertyBag, MediaRecorder,
    MediaRecorderOptions, MediaStream, MediaStreamConstraints, MediaStreamTrack,
};

/// What WhatsApp takes, the best first: only the first is played as a voice note everywhere.
const TYPES: [&str; 3] = [
    "audio/ogg;codecs=opus",
    "audio/mp4;codecs=mp4a.40.2",
    "audio/mp4",
];
/// Longer ones would not fit.
const LONGEST_S: u32 = 15 * 60;
const TICK: Duration = Duration::from_millis(100);

/// A recording that goes on.
struct Take {
    recorder: MediaRecorder,
    stream: MediaStream,
    sound: Option<(AudioContext, AnalyserNode)>,
    parts: Rc<RefCell<Vec<Blob>>>,
    mime: &'static str,
    _on_data: Closure<dyn Fn(BlobEvent)>,
    on_stop: Option<Closure<dyn Fn()>>,
}

impl Drop for Take {
    /// The browser shows that it listens: not for longer than it has to.
    fn drop(&mut self) {
        for track in self.stream.get_tracks() {
            if let Ok(track) = track.dyn_into::<MediaStreamTrack>() {
                track.stop();
            }
        }
        if let Some((context, _)) = &self.sound {
            let _ = context.close();
        }
    }
}

/// The button, and while it records its time, its level, and what to do with it.
#[component]
#[expect(
    clippy::too_many_lines,
    reason = "one recorder, read from top to bottom"
)]
pub fn Voice(tray: Tray) -> impl IntoView {
    let hand = Hand::here();
    let (bench, toasts) = (hand.bench, hand.toasts);
    let Some(mime) = supported() else {
        return ().into_any();
    };
    let take = StoredValue::new_local(None::<Take>);
    let recording = RwSignal::new(false);
    let seconds = RwSignal::new(0_u32);
    let piece = RwSignal::new(None::<Piece>);
    let meter = NodeRef::<html::Span>::new();
    let begun = StoredValue::new(browser::now());

    let end = move || {
        recording.try_set(false);
        take.try_update_value(Option::take).flatten()
    };
    on_cleanup(move || drop(end()));
    let start = move |_| {
        if recording.get_untracked() {
            return;
        }
        recording.set(true);
        seconds.set(0);
        leptos::task::spawn_local(async move {
            match begin(mime).await {
                Ok(new) if recording.try_get_untracked() == Some(true) => {
                    begun.try_set_value(browser::now());
                    take.try_set_value(Some(new));
                }
                Ok(_) => {}
                Err(()) => {
                    recording.try_set(false);
                    toasts.fault(kit::NO_MICROPHONE);
                }
            }
        });
    };
    let send = Callback::new(move |()| {
        let Some(take) = end() else { return };
        finish(take, move |given| {
            if let Some(recorded) = tray.piece(given) {
                piece.set(Some(recorded));
                leptos::task::spawn_local(recorded.upload(bench));
            }
        });
        super::super::focus(bench.input);
    });
    let ticking = set_interval_with_handle(
        move || {
            if recording.try_get_untracked() != Some(true) {
                return;
            }
            let level = take.try_with_value(|take| take.as_ref().map(Take::level));
            let Some(Some(level)) = level else { return };
            let since = browser::now().since(begun.get_value()) / 1000;
            let since = u32::try_from(since).unwrap_or_default();
            if seconds.get_untracked() != since {
                seconds.set(since);
            }
            if let Some(meter) = meter.get_untracked() {
                let _ =
                    web_sys::HtmlElement::style(&meter).set_property("--level", &level.to_string());
            }
            if since >= LONGEST_S {
                send.run(());
            }
        },
        TICK,
    );
    if let Ok(ticking) = ticking {
        on_cleanup(move || ticking.clear());
    }
    effect(move || {
        let Some(recorded) = piece.get() else { return };
        if let State::Here(file) = recorded.state.get() {
            piece.set(None);
            hand.send_voice(recorded, file);
        }
    });
    let cancel = move |_| {
        drop(end());
        super::super::focus(bench.input);
    };
    let failed = move || {
        piece.get().and_then(|piece| match piece.state.get() {
            State::Failed(words, again) => Some((piece, words, again)),
            _ => None,
        })
    };
    view! {
        <Show when=move || !recording.get() && piece.with(Option::is_none)>
            <button type="button" class="icon-button" aria-label=kit::RECORD title=kit::RECORD on:click=on::click(start)><Icon name="mic"/></button>
        </Show>
        <Show when=move || recording.get()>
            <div class="kit-voice" role="group" aria-label=kit::RECORDING>
                <span class="kit-level" node_ref=meter aria-hidden="true"></span>
                <span role="timer" aria-label=kit::RECORDING>{move || kit::clock(seconds.get())}</span>
                <button type="button" class="button small" on:click=on::click(cancel)>{crate::words::CANCEL}</button>
                <button type="button" class="button small primary" on:click=on::click(move |_| send.run(()))>{crate::words::composer::SEND}</button>
            </div>
        </Show>
        {move || match failed() {
            Some((failing, words, again)) => Some(view! {
                <div class="kit-voice" role="alert">
                    <small dir="auto">{words}</small>
                    {again.then(|| view! {
                        <button type="button" class="button small" on:click=on::click(move |_| leptos::task::spawn_local(failing.upload(bench)))>{crate::words::TRY_AGAIN}</button>
                    })}
                    <button type="button" class="button small" on:click=on::click(move |_| piece.set(None))>{crate::words::thread::DISCARD}</button>
                </div>
            }.into_any()),
            None => piece.get().map(|_| view! { <small class="kit-voice" role="status">{kit::UPLOADING}</small> }.into_any()),
        }}
    }
    .into_any()
}

fn supported() -> Option<&'static str> {
    if !browser::has("MediaRecorder") {
        return None;
    }
    window().navigator().media_devices().ok()?;
    // WhatsApp plays AAC in it. Who can put Opus there does so when not told otherwise, which WhatsApp does not take.
    let unnamed = !MediaRecorder::is_type_supported("audio/mp4;codecs=opus");
    TYPES
        .into_iter()
        .find(|mime| MediaRecorder::is_type_supported(mime) && (unnamed || *mime != "audio/mp4"))
}

async fn begin(mime: &'static str) -> Result<Take, ()> {
    let lost = |_: JsValue| ();
    let devices = window().navigator().media_devices().map_err(lost)?;
    let wanted = MediaStreamConstraints::new();
    wanted.set_audio(&true.into());
    let asked = devices
        .get_user_media_with_constraints(&wanted)
        .map_err(lost)?;
    let stream: MediaStream = JsFuture::from(asked).await.map_err(lost)?.into();
    let options = MediaRecorderOptions::new();
    options.set_mime_type(mime);
    let recorder =
        MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options)
            .map_err(lost)?;
    let parts = Rc::new(RefCell::new(Vec::new()));
    let kept = Rc::clone(&parts);
    let on_data = Closure::<dyn Fn(BlobEvent)>::new(move |event: BlobEvent| {
        kept.borrow_mut().extend(event.data());
    });
    recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
    recorder.start_with_time_slice(1000).map_err(lost)?;
    let sound = listen(&stream);
    Ok(Take {
        recorder,
        stream,
        sound,
        parts,
        mime,
        _on_data: on_data,
        on_stop: None,
    })
}

fn listen(stream: &MediaStream) -> Option<(AudioContext, AnalyserNode)> {
    let context = AudioContext::new().ok()?;
    let ear = context.create_analyser().ok()?;
    let source = context.create_media_stream_source(stream).ok()?;
    source.connect_with_audio_node(&ear).ok()?;
    Some((context, ear))
}

impl Take {
    /// How loud it is, from 0 to 1.
    fn level(&self) -> f64 {
        let Some((_, ear)) = &self.sound else {
            return 0.0;
        };
        let mut heard = [128_u8; 256];
        ear.get_byte_time_domain_data(&mut heard);
        let loudest = heard.iter().map(|at| at.abs_diff(128)).max();
        f64::from(loudest.unwrap_or_default()) / 128.0
    }
}

/// Ends it and gives all of it: the last part comes after the end.
fn finish(take: Take, done: impl Fn(Given) + 'static) {
    let recorder = take.recorder.clone();
    let held = SendWrapper::new(Rc::new(RefCell::new(Some(take))));
    let ending = Rc::clone(&held);
    let on_stop = Closure::<dyn Fn()>::new(move || {
        let Some(mut take) = ending.borrow_mut().take() else {
            return;
        };
        let parts = js_sys::Array::new();
        for part in take.parts.borrow().iter() {
            parts.push(part);
        }
        let mime = take.mime.split(';').next().unwrap_or_default();
        let options = BlobPropertyBag::new();
        options.set_type(mime);
        if let Ok(blob) = Blob::new_with_blob_sequence_and_options(&parts, &options) {
            let end = if mime == "audio/ogg" { "ogg" } else { "m4a" };
            done(Given {
                blob,
                name: format!("voice.{end}"),
                mime: mime.to_owned(),
                voice: true,
            });
        }
        // It runs just now: it goes with the page's next turn.
        let running = take.on_stop.take().map(SendWrapper::new);
        set_timeout(move || drop(running), Duration::ZERO);
    });
    recorder.set_onstop(Some(on_stop.as_ref().unchecked_ref()));
    if let Some(take) = held.borrow_mut().as_mut() {
        take.on_stop = Some(on_stop);
    }
    let _ = recorder.stop();
}
