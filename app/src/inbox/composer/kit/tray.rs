//! Files that wait to be sent: what each is, how far it is uploaded, and why it cannot go.

use super::{
    super::{Bench, Holds},
    upload::{self, Upload},
};
use crate::{
    boxed::on,
    number,
    ui::icon::{Icon, kind_icon},
    words::kit,
};
use leptos::prelude::*;
use postern_types::{ConversationId, FileView, NOT_TAKEN, media_kind};
use std::{cell::RefCell, collections::HashMap};

/// Files of one message each; more at once are a mistake.
const MOST: usize = 10;
/// Uploads at once; the server takes no more of one reader.
const AT_ONCE: usize = 3;

/// A file as the reader gave it.
#[derive(Clone)]
pub struct Given {
    pub blob: web_sys::Blob,
    pub name: String,
    pub mime: String,
    pub voice: bool,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Hundredths.
    Coming(u32),
    Here(FileView),
    /// Why not, and whether another try can help.
    Failed(String, bool),
}

/// One file; copied about freely.
#[derive(Clone, Copy)]
pub struct Piece {
    key: u32,
    given: StoredValue<Given, LocalStorage>,
    /// A picture of it, by an address that is good in this tab.
    picture: StoredValue<Option<String>>,
    pub state: RwSignal<State>,
    /// None while it waits for its turn.
    upload: StoredValue<Option<Upload>, LocalStorage>,
}

/// The files, in their order; copied about freely.
#[derive(Clone, Copy)]
pub struct Tray {
    bench: Bench,
    pieces: RwSignal<Vec<Piece>>,
    next: StoredValue<u32>,
    /// What was not even begun, and why.
    refused: RwSignal<Option<String>>,
}

thread_local! {
    /// What waits in conversations that are not open.
    static LEFT: RefCell<HashMap<ConversationId, Vec<Given>>> = RefCell::default();
}

impl Tray {
    /// With what was left here before.
    pub fn new(bench: Bench) -> Self {
        let tray = Self {
            bench,
            pieces: RwSignal::default(),
            next: StoredValue::new(0),
            refused: RwSignal::new(None),
        };
        let left = LEFT.with_borrow_mut(|left| left.remove(&bench.id));
        tray.add(left.unwrap_or_default());
        on_cleanup(move || {
            let pieces = tray.pieces.try_get_untracked().unwrap_or_default();
            let given: Vec<_> = pieces.iter().filter_map(|piece| piece.leave()).collect();
            if !given.is_empty() {
                LEFT.with_borrow_mut(|left| left.insert(bench.id, given));
            }
        });
        tray
    }

    /// What it makes of the composer.
    pub fn state(self) -> Holds {
        self.pieces.with(|pieces| {
            if pieces.is_empty() {
                return Holds::Nothing;
            }
            let here = |piece: &Piece| piece.state.with(|state| matches!(state, State::Here(_)));
            if pieces.iter().all(here) {
                Holds::Files
            } else {
                Holds::Waiting
            }
        })
    }

    /// Takes files and begins to upload them.
    pub fn add(self, given: Vec<Given>) {
        self.refused.set(None);
        for given in given {
            if self.pieces.with_untracked(Vec::len) >= MOST {
                self.refused.set(Some(kit::too_many(MOST)));
                return;
            }
            if let Some(piece) = self.piece(given) {
                self.pieces.update(|pieces| pieces.push(piece));
            }
        }
        self.go_on();
    }

    /// Begins those whose turn it is.
    fn go_on(self) {
        let pieces = self.pieces.try_get_untracked().unwrap_or_default();
        let coming = pieces.iter().filter(|piece| piece.is_coming());
        let (running, waiting): (Vec<Piece>, Vec<Piece>) =
            coming.copied().partition(|piece| piece.has_begun());
        for piece in waiting
            .into_iter()
            .take(AT_ONCE.saturating_sub(running.len()))
        {
            // Its turn has come, also when this is asked again before it runs.
            piece.upload.set_value(Some(Upload::default()));
            leptos::task::spawn_local(async move {
                piece.upload(self.bench).await;
                self.go_on();
            });
        }
    }

    /// One that is not shown here.
    pub fn piece(self, given: Given) -> Option<Piece> {
        let key = self.next.try_update_value(|next| {
            *next += 1;
            *next
        })?;
        let picture = given
            .mime
            .starts_with("image/")
            .then(|| web_sys::Url::create_object_url_with_blob(&given.blob).ok())
            .flatten();
        let refused = refused(&given);
        let state = match refused {
            Some(words) => State::Failed(words, false),
            None => State::Coming(0),
        };
        Some(Piece {
            key,
            given: StoredValue::new_local(given),
            picture: StoredValue::new(picture),
            state: RwSignal::new(state),
            upload: StoredValue::new_local(None),
        })
    }

    /// Takes all that are here, for sending.
    pub fn take(self) -> Vec<(Piece, FileView)> {
        let pieces = self.pieces.try_update(std::mem::take).unwrap_or_default();
        let here = pieces.into_iter().filter_map(|piece| {
            piece.forget_picture();
            match piece.state.get_untracked() {
                State::Here(file) => Some((piece, file)),
                _ => None,
            }
        });
        here.collect()
    }

    fn remove(self, piece: Piece) {
        piece.leave();
        self.pieces
            .update(|pieces| pieces.retain(|other| other.key != piece.key));
        self.go_on();
        super::super::focus(self.bench.input);
    }
}

impl Piece {
    pub fn is_voice(self) -> bool {
        self.given.with_value(|given| given.voice)
    }

    fn is_coming(self) -> bool {
        let state = self.state.try_get_untracked();
        matches!(state, Some(State::Coming(_)))
    }

    fn has_begun(self) -> bool {
        self.upload.try_with_value(Option::is_some) == Some(true)
    }

    /// To be uploaded once more, when its turn comes.
    fn again(self) {
        self.upload.set_value(None);
        self.state.set(State::Coming(0));
    }

    /// Uploads it; its state tells what came of that.
    pub async fn upload(self, bench: Bench) {
        let Some(given) = self.given.try_get_value() else {
            return;
        };
        let upload = Upload::default();
        self.state.set(State::Coming(0));
        self.upload.set_value(Some(upload.clone()));
        let progress = move |hundredths| {
            self.state.try_set(State::Coming(hundredths));
        };
        let state = match upload::run(&upload, bench.id, &given, progress).await {
            Ok(file) => State::Here(file),
            Err(error) => State::Failed(error.to_string(), error.is_passing()),
        };
        self.state.try_set(state);
    }

    /// Ends what goes on; what was given.
    fn leave(self) -> Option<Given> {
        self.forget_picture();
        self.upload.try_with_value(|upload| {
            if let Some(upload) = upload {
                upload.cancel();
            }
        });
        self.given.try_get_value()
    }

    fn forget_picture(self) {
        if let Some(Some(url)) = self.picture.try_update_value(Option::take) {
            let _ = web_sys::Url::revoke_object_url(&url);
        }
    }
}

/// Why it need not be uploaded, as far as that is known here.
fn refused(given: &Given) -> Option<String> {
    // Without a type the server looks at it.
    if given.mime.is_empty() || given.mime == "application/octet-stream" {
        return None;
    }
    let Some(kind) = media_kind(&given.mime) else {
        return Some(NOT_TAKEN.to_owned());
    };
    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    let most = kind.most as f64;
    (given.blob.size() > most).then(|| kind.too_large.to_owned())
}

/// The files above the text.
#[component]
pub fn TrayView(tray: Tray) -> impl IntoView {
    view! {
        <ul class="kit-tray" aria-label=kit::FILES hidden=move || tray.pieces.with(Vec::is_empty)>
            <For each=move || tray.pieces.get() key=|piece| piece.key let:piece>
                <PieceView tray piece/>
            </For>
        </ul>
        {move || tray.refused.get().map(|words| view! { <p class="kit-fault" role="alert">{words}</p> })}
    }
    .into_any()
}

#[component]
fn PieceView(tray: Tray, piece: Piece) -> impl IntoView {
    let (name, mime, size) = piece
        .given
        .with_value(|given| (given.name.clone(), given.mime.clone(), given.blob.size()));
    #[expect(clippy::cast_possible_truncation, reason = "whole bytes")]
    let size = size as i64;
    let icon = kind_icon(media_kind(&mime).map_or("document", |kind| kind.word));
    let picture = piece.picture.get_value();
    let state = piece.state;
    let remove = kit::remove(&name);
    view! {
        <li class="kit-piece" class:failed=move || state.with(|state| matches!(state, State::Failed(..)))>
            {match picture {
                Some(url) => view! { <img class="kit-picture" src=url alt=""/> }.into_any(),
                None => view! { <span class="kit-picture"><Icon name=icon/></span> }.into_any(),
            }}
            <span class="tray-words">
                <strong><bdi>{name}</bdi></strong>
                {move || match state.get() {
                    State::Coming(done) => view! {
                        <progress max="100" value=done.to_string() aria-label=kit::UPLOADING>{kit::percent(done)}</progress>
                    }.into_any(),
                    State::Here(_) => view! { <small>{number::bytes(size)}</small> }.into_any(),
                    State::Failed(words, again) => view! {
                        <small role="alert" dir="auto">{words}</small>
                        {again.then(|| view! {
                            <button type="button" class="button small" on:click=on::click(move |_| { piece.again(); tray.go_on() })>{crate::words::TRY_AGAIN}</button>
                        })}
                    }.into_any(),
                }}
            </span>
            <button type="button" class="icon-button" aria-label=remove on:click=on::click(move |_| tray.remove(piece))><Icon name="x"/></button>
        </li>
    }
    .into_any()
}
