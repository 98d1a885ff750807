//! What one does with a message: answer it, react to it, copy it, ask where it is.

use super::{bring::Hand, place};
use crate::{
    boxed::{effect, memo, on},
    browser,
    inbox::desk::Ask,
    json,
    live::send_message,
    ui::icon::Icon,
    words::{self, fault, kit},
};
use leptos::{html, prelude::*};
use postern_types::{
    Compose, Content, Direction, Extra, MessageId, MessageView, Outgoing, Packed, Reaction, Status,
};
use web_sys::Element;

/// The ones that WhatsApp offers first.
const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// A menu beside the line whose button was pressed. The buttons are the thread's.
#[component]
pub fn Actions() -> impl IntoView {
    let hand = Hand::here();
    let (live, desk, bench, toasts) = (hand.live, hand.desk, hand.bench, hand.toasts);
    let chosen = RwSignal::new(None::<MessageId>);
    let menu = NodeRef::<html::Div>::new();
    let own = RwSignal::new(String::new());
    // Also for one that was pressed before this code was here.
    effect(move || {
        let Some(id) = desk.acts.get() else { return };
        desk.acts.set(None);
        own.set(String::new());
        chosen.set(Some(id));
        // It shows what it has for this message before it is placed. The line may have been drawn anew meanwhile.
        request_animation_frame(move || {
            if let (Some(menu), Some(button)) = (menu.get_untracked(), button_of(id)) {
                place(&menu, &button);
                let _ = menu.show_popover();
                browser::focus(".act-menu button");
            }
        });
    });
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let message = memo(move || {
        let id = chosen.get()?;
        live.inbox
            .with(|inbox| inbox.threads.get(&bench.id)?.find(id).cloned())
    });
    let react = Callback::new(move |emoji: String| {
        close();
        if let Some(message) = message.get_untracked() {
            let ours = ours(&message);
            let emoji = if ours.as_ref() == Some(&emoji) {
                String::new()
            } else {
                emoji
            };
            react_to(hand, message, emoji);
        }
    });
    let reply = move |_| {
        close();
        desk.answers.set(chosen.get_untracked());
        desk.ask_to_write(Ask::Reply);
    };
    let copy = move |_| {
        close();
        let text = message.with_untracked(|message| {
            let message = message.as_ref();
            message.map(|message| message.content.text().to_owned())
        });
        leptos::task::spawn_local(async move {
            if browser::copy(&text.unwrap_or_default()).await {
                toasts.say(words::COPIED);
            } else {
                toasts.fault(words::NOT_COPIED);
            }
        });
    };
    let known = move || message.with(|message| message.as_ref().is_some_and(is_at_meta));
    let can_answer = move || bench.open.get() && known();
    let has_text = move || {
        message.with(|message| {
            message
                .as_ref()
                .is_some_and(|m| !m.content.text().is_empty())
        })
    };
    let own_reaction = move || message.with(|message| message.as_ref().and_then(ours));
    view! {
        <div class="menu act-menu" popover="auto" role="dialog" node_ref=menu aria-label=words::thread::ACTIONS>
            {move || can_answer().then(|| view! {
                <div class="act-emoji" role="group" aria-label=kit::REACT>
                    {QUICK.map(|emoji| view! {
                        <button type="button" aria-pressed=move || (own_reaction().as_deref() == Some(emoji)).to_string()
                            on:click=on::click(move |_| react.run(emoji.to_owned()))>{emoji}</button>
                    })}
                    <input type="text" aria-label=kit::OTHER_EMOJI placeholder="+" autocomplete="off" maxlength="32"
                        prop:value=move || own.get() on:input=on::input(move |event| own.set(event_target_value(&event)))
                        on:keydown=on::keydown(move |event| if event.key() == "Enter" && !own.get_untracked().is_empty() {
                            event.prevent_default();
                            react.run(own.get_untracked());
                        })/>
                </div>
                <button type="button" class="menu-item" on:click=on::click(reply)><Icon name="reply"/><span class="menu-name">{words::composer::REPLY}</span></button>
            })}
            {move || has_text().then(|| view! {
                <button type="button" class="menu-item" on:click=on::click(copy)><Icon name="copy"/><span class="menu-name">{kit::COPY_TEXT}</span></button>
            })}
            {move || chosen.get().map(|id| view! {
                <a class="menu-item" href=format!("/tasks?message={id}&conversation={}", bench.id)><Icon name="list-checks"/><span class="menu-name">{kit::MAKE_TASK}</span></a>
            })}
            {move || chosen.get().filter(|_| known()).map(|id| view! {
                <a class="menu-item" href=format!("/settings/where?message={id}")><Icon name="map-pin"/><span class="menu-name">{kit::WHERE}</span></a>
            })}
        </div>
    }
    .into_any()
}

fn button_of(id: MessageId) -> Option<Element> {
    let button = format!("[data-message=\"{id}\"] > .act");
    document().query_selector(&button).ok().flatten()
}

/// Whether WhatsApp knows it, so that it can be answered.
fn is_at_meta(message: &MessageView) -> bool {
    message.direction != Direction::Note
        && !matches!(&message.content, Content::Other { kind, .. } if kind == "portal")
        && !matches!(
            message.status,
            Status::Queued | Status::Sending | Status::Unknown | Status::Failed
        )
}

fn extra(message: &MessageView) -> Extra {
    let packed = message.extra.as_ref();
    packed
        .and_then(|packed| json::read(packed.0.as_bytes()).ok())
        .unwrap_or_default()
}

fn ours(message: &MessageView) -> Option<String> {
    let reaction = extra(message).reactions.into_iter().find(|one| one.ours);
    reaction.map(|reaction| reaction.emoji)
}

/// Shown at once, and taken back when the server does not agree.
fn react_to(hand: Hand, before: MessageView, emoji: String) {
    let Some(id) = browser::message_id() else {
        return;
    };
    let outgoing = Outgoing::Reaction {
        target: before.id,
        emoji: emoji.clone(),
    };
    let Ok(sends) = json::write(&outgoing) else {
        return;
    };
    let mut shown = before.clone();
    let mut around = extra(&shown);
    around.reactions.retain(|one| !one.ours);
    if !emoji.is_empty() {
        around.reactions.push(Reaction { emoji, ours: true });
    }
    shown.extra = json::write(&around).ok().map(Packed);
    hand.show(shown);
    let line = Compose {
        id,
        conversation: hand.bench.id,
        text: String::new(),
        note: false,
        reply_to: None,
        sends: Some(Packed(sends)),
    };
    leptos::task::spawn_local(async move {
        if let Err(error) = send_message(line).await {
            hand.show(before);
            hand.toasts.fault(fault::doing(kit::NOT_REACTED, &error));
        }
    });
}
