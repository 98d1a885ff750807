//! One message with all that stands around it.

use super::{
    call::Call,
    detail::Inside,
    formatted::Formatted,
    notice::Notice,
    quote::Quote,
    reactions::Reactions,
    referral::{ProductCard, ReferralCard},
    room::Room,
};
use crate::{
    boxed::memo,
    inbox::{bubble::NoteMark, ticks::Ticks},
    json,
    ui::{icon::Icon, time},
    words::{rich, thread},
};
use leptos::prelude::*;
use postern_types::{
    Content, Detail, Direction, Extra, FileState, FileView, Forwarded, MessageId, MessageView,
    Moment, Status, Told as Said,
};

/// What of a message is drawn together; ticks and reactions change without it.
#[derive(Clone, PartialEq)]
pub struct Told {
    pub id: MessageId,
    pub direction: Direction,
    pub content: Content,
    pub at: Moment,
    pub file: Option<FileView>,
}

impl Told {
    /// Meta's word for what it is.
    pub fn kind(&self) -> &str {
        match &self.content {
            Content::Text { .. } => "text",
            Content::Other { kind, .. } => kind,
        }
    }
}

/// Follows a message; what did not change stays as it is drawn.
#[component]
pub fn RichBubble(room: Room, message: Memo<Option<MessageView>>) -> impl IntoView {
    let extra = memo(move || {
        message.with(|message| {
            let packed = message.as_ref()?.extra.as_ref()?;
            // What this page is too old to read is named, as ever.
            json::read::<Extra>(packed.0.as_bytes()).ok()
        })
    });
    let reactions = memo(move || {
        extra.with(|extra| {
            let shown = extra.as_ref().filter(|extra| extra.deleted.is_none());
            shown
                .map(|extra| extra.reactions.clone())
                .unwrap_or_default()
        })
    });
    let body = memo(move || {
        let mut extra = extra.get().unwrap_or_default();
        extra.reactions.clear();
        message.with(|message| {
            let message = message.as_ref()?;
            let told = Told {
                id: message.id,
                direction: message.direction,
                content: message.content.clone(),
                at: message.at,
                file: extra.file.take(),
            };
            Some((told, extra))
        })
    });
    let status = memo(move || {
        message.with(|message| {
            message
                .as_ref()
                .map_or(Status::Received, |message| message.status)
        })
    });
    view! {
        {move || body.get().map(|(told, extra)| view! { <Body room told extra status/> })}
        <Reactions room reactions/>
    }
    .into_any()
}

#[component]
fn Body(room: Room, told: Told, extra: Extra, status: Memo<Status>) -> impl IntoView {
    let Extra {
        told: said,
        quoted,
        edited,
        deleted,
        ..
    } = extra;
    if let Some(deleted) = deleted {
        return view! { <Deleted told deleted/> }.into_any();
    }
    if let Some(alone) = alone(&told, said.detail.as_ref()) {
        return alone;
    }
    let words = words_of(&told, &said);
    let class = class_of(&told, &said, words.is_some());
    let Said {
        detail,
        forwarded,
        referral,
        product,
        by_phone,
    } = said;
    let meta = view! { <Meta told=told.clone() edited by_phone status/> };
    view! {
        <div class=class>
            <NoteMark direction=told.direction/>
            {forwarded.map(|forwarded| view! {
                <p class="rich-mark">
                    <Icon name="forward"/>
                    {match forwarded { Forwarded::Once => rich::FORWARDED, Forwarded::Often => rich::FORWARDED_OFTEN }}
                </p>
            })}
            {referral.map(|referral| view! { <ReferralCard referral/> })}
            {product.map(|product| view! { <ProductCard product/> })}
            {quoted.map(|quoted| view! { <Quote room quoted/> })}
            <Inside room told detail/>
            <div class="bubble-foot">
                {words.map(|text| view! { <Formatted text/> })}
                {meta}
            </div>
        </div>
    }
    .into_any()
}

/// What is no bubble: calls, and what nobody wrote.
fn alone(told: &Told, detail: Option<&Detail>) -> Option<AnyView> {
    let at = told.at;
    let text = || thread::line(&told.content, false);
    let notice =
        |icon: &str, text: String, lines| Some(view! { <Notice icon text lines at/> }.into_any());
    match detail? {
        Detail::Call {
            incoming,
            state,
            seconds,
            lines,
        } => Some(
            view! { <Call incoming=*incoming state=state.clone() seconds=*seconds lines=lines.clone() at/> }.into_any(),
        ),
        Detail::Notice { lines, .. } => notice("info", text(), lines.clone()),
        Detail::Reaction { emoji: Some(emoji) } => notice("smile", rich::reacted_away(emoji), Vec::new()),
        Detail::Reaction { emoji: None } => notice("smile", rich::REACTION_GONE.into(), Vec::new()),
        Detail::Change { now: None } if told.kind() == "revoke" => notice("ban", rich::REMOVED.into(), Vec::new()),
        _ => None,
    }
}

/// The words that stand at a bubble's foot, beside its time: a text, or what was written under a file.
fn words_of(told: &Told, said: &Said) -> Option<String> {
    let words = match (&said.detail, &told.content) {
        (None, Content::Text { text }) => Some(text),
        // Without the file it is named, and its words with it.
        (Some(Detail::Media { caption, .. }), _) if told.file.is_some() => caption.as_ref(),
        _ => None,
    };
    words.filter(|words| !words.is_empty()).cloned()
}

/// Pictures reach to the bubble's edge; a sticker has none.
fn class_of(told: &Told, said: &Said, has_words: bool) -> &'static str {
    let is_here = told
        .file
        .as_ref()
        .is_some_and(|file| file.state == FileState::Stored);
    match (&said.detail, told.kind()) {
        (Some(Detail::Location { .. }), _) => "bubble rich wide",
        (Some(Detail::Media { .. }), "sticker") if is_here => "bubble rich bare",
        (Some(Detail::Media { .. }), "image" | "video") if is_here => {
            if has_words {
                "bubble rich wide"
            } else {
                "bubble rich wide over"
            }
        }
        _ => "bubble rich",
    }
}

/// When it was written and how far it came.
#[component]
fn Meta(told: Told, edited: Option<Moment>, by_phone: bool, status: Memo<Status>) -> impl IntoView {
    let Told { at, direction, .. } = told;
    view! {
        <span class="bubble-meta">
            {by_phone.then(|| view! {
                <span class="by-phone" title=rich::BY_PHONE><Icon name="smartphone"/><span class="only-heard">{rich::BY_PHONE}</span></span>
            })}
            {edited.map(|edited| view! { <span title=time::full(edited)>{rich::EDITED}</span> })}
            <time title=time::full(at)>{time::clock(at)}</time>
            {(direction == Direction::Out).then(|| view! { {move || view! { <Ticks status=status.get()/> }} })}
        </span>
    }
}

/// Nothing of it is shown.
#[component]
fn Deleted(told: Told, deleted: Moment) -> impl IntoView {
    let words = if told.direction == Direction::In {
        rich::DELETED_IN
    } else {
        rich::DELETED_OUT
    };
    view! {
        <div class="bubble deleted">
            <p class="bubble-text"><Icon name="ban"/><em title=time::full(deleted)>{words}</em></p>
            <span class="bubble-meta"><time title=time::full(told.at)>{time::clock(told.at)}</time></span>
        </div>
    }
}
