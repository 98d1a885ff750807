//! The chosen template as it will be read, and what goes into it.

use super::{api, choice::Choice, media::MediaField, preview::Preview, slot::SlotField};
use crate::{
    boxed::{Show, effect, memo, on},
    browser,
    error::ApiError,
    ui::icon::Icon,
    words::{self, fault, template},
};
use leptos::{ev, ev::KeyboardEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{
    FillFault, MessageId, MessageView, SendTemplate, Slot, SlotKind, StartConversation,
    TemplateFill, TemplateId, TemplateParts, TemplateView, e164,
};

/// What is filled in, and what is wrong with it; copied about freely.
#[derive(Clone, Copy)]
pub struct Filling {
    pub fill: RwSignal<TemplateFill>,
    /// By the slot's key. What is missing is told once sending was tried.
    pub faults: Memo<Vec<(String, FillFault)>>,
    pub tried: RwSignal<bool>,
}

impl Filling {
    /// What is to be said of a slot.
    pub fn fault(self, key: &str) -> Option<FillFault> {
        let fault = self.faults.with(|all| {
            all.iter()
                .find(|(at, _)| at == key)
                .map(|(_, fault)| *fault)
        })?;
        (fault != FillFault::Missing || self.tried.get()).then_some(fault)
    }
}

/// Begins anew with each template.
#[component]
#[expect(clippy::too_many_lines, reason = "one form, read from top to bottom")]
pub fn Form(choice: Choice, id: TemplateId, parts: TemplateParts) -> impl IntoView {
    let go = StoredValue::new_local(use_navigate());
    let slots = parts.slots();
    let suggestions = suggestions(choice);
    let fill = RwSignal::new(begun(&parts, &slots, &suggestions));
    let checked = parts.clone();
    let filling = Filling {
        fill,
        faults: memo(move || fill.with(|fill| checked.check(fill))),
        tried: choice.tried,
    };
    choice.tried.set(false);
    // The same id as long as the same is sent: what was taken and not answered is not sent twice.
    let written = StoredValue::new(None::<MessageId>);
    effect(move || {
        fill.track();
        choice.phone.track();
        written.set_value(None);
    });
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<ApiError>);
    let barred = memo(move || {
        choice
            .chosen
            .with(|one| one.as_ref().and_then(TemplateView::barred))
    });
    let conversation = choice.conversation;
    let sent = move |message: MessageView| {
        let to = message.conversation;
        choice.live.inbox.try_update(|inbox| {
            inbox
                .threads
                .get_mut(&to)
                .is_some_and(|thread| thread.put(message))
        });
        choice.desk.template.try_set(false);
        if conversation.is_none() {
            go.with_value(|go| go(&format!("/inbox/{to}"), NavigateOptions::default()));
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || barred.get_untracked().is_some() {
            return;
        }
        choice.tried.set(true);
        let number = choice.phone.with_untracked(|phone| e164(phone).is_ok());
        let number_missing = conversation.is_none() && !number;
        if number_missing {
            // It stands beside the list.
            choice.filling.set(false);
        }
        if number_missing || filling.faults.with_untracked(|faults| !faults.is_empty()) {
            request_animation_frame(|| {
                browser::focus(".picker [aria-invalid=true]");
            });
            return;
        }
        let Some(message) = written.get_value().or_else(browser::message_id) else {
            return;
        };
        written.set_value(Some(message));
        failed.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = post(choice, message, id, fill.get_untracked()).await;
            match answer {
                Ok(message) => sent(message),
                Err(error) => {
                    if let Some(reason) = error.field("phone") {
                        choice.phone_fault.try_set(Some(reason.to_owned()));
                    }
                    failed.try_set(Some(error));
                }
            }
            busy.try_set(false);
        });
    };
    let keys = move |event: KeyboardEvent| {
        // Back to the list; from there it closes the whole.
        if event.key() == "Escape" && !browser::composing(&event) {
            event.prevent_default();
            event.stop_propagation();
            back(choice);
        }
    };
    let refused = move || {
        failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(fault::NOTHING_SENT, error))
        })
    };
    let given: Vec<String> = suggestions.into_iter().map(|(_, value)| value).collect();
    view! {
        <form id="template-form" class="template-form" novalidate on:submit=on::submit(submit) on:keydown=on::keydown(keys)>
            <div class="template-form-body">
                <header class="template-head">
                    <button type="button" class="icon-button template-back" aria-label=template::BACK on:click=on::click(move |_| back(choice))>
                        <Icon name="arrow-left"/>
                    </button>
                    <h3><bdi>{move || choice.chosen.with(|one| one.as_ref().map(|one| one.name.clone()))}</bdi></h3>
                    <p class="quiet-text">{move || choice.chosen.with(|one| one.as_ref().map(template::about))}</p>
                </header>
                <Preview parts=parts.clone() fill/>
                {move || barred.get().map(|why| view! { <p class="strip notice"><Icon name="triangle-alert"/><span>{why}</span></p> })}
                <datalist id="template-suggestions">
                    {given.into_iter().map(|value| view! { <option value=value></option> }).collect_view()}
                </datalist>
                {slots.into_iter().map(|slot| {
                    let example = parts.examples.get(&slot.key).cloned();
                    match (slot.kind, parts.header.as_ref()) {
                        (SlotKind::Media, Some(header)) => view! {
                            <MediaField filling asked=slot format=header.format conversation/>
                        }.into_any(),
                        _ => view! { <SlotField filling asked=slot example/> }.into_any(),
                    }
                }).collect_view()}
            </div>
            <footer class="template-foot">
                <Show when=move || failed.with(Option::is_some)>
                    <p class="strip fault" role="alert"><Icon name="triangle-alert"/><span>{refused}</span></p>
                </Show>
                <button type="button" class="button" on:click=on::click(move |_| choice.desk.template.set(false))>{words::CANCEL}</button>
                <button type="submit" class="button primary" disabled=move || busy.get() || barred.with(Option::is_some)>
                    <Icon name="send-horizontal"/>{move || if busy.get() { template::SENDING } else { template::SEND }}
                </button>
            </footer>
        </form>
    }
    .into_any()
}

fn back(choice: Choice) {
    choice.filling.set(false);
    request_animation_frame(|| {
        browser::focus("#template-search");
    });
}

async fn post(
    choice: Choice,
    id: MessageId,
    template: TemplateId,
    fill: TemplateFill,
) -> Result<MessageView, ApiError> {
    match (choice.conversation, choice.channel.get_untracked()) {
        (Some(conversation), _) => {
            api::reply_with(SendTemplate {
                id,
                conversation,
                template,
                fill,
            })
            .await
        }
        (None, Some(channel)) => {
            api::begin_with(StartConversation {
                id,
                channel,
                phone: choice.phone.get_untracked(),
                template,
                fill,
            })
            .await
        }
        (None, None) => Err(ApiError::NotFound),
    }
}

/// What is known of the contact: whether it is a name, and the value.
fn suggestions(choice: Choice) -> Vec<(bool, String)> {
    let Some(contact) = choice.contact() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    if let Some(name) = contact.name {
        // WhatsApp's names are whatever people call themselves: the first word is the one they are called by.
        if let Some(first) = name.split_whitespace().next() {
            all.push((true, first.to_owned()));
        }
        if all.iter().all(|(_, first)| *first != name) {
            all.push((true, name));
        }
    }
    all.extend(contact.phone.map(|phone| (false, phone)));
    all
}

/// The contact's name stands in the first variable of the words, unless that is plainly about something else.
fn begun(parts: &TemplateParts, slots: &[Slot], known: &[(bool, String)]) -> TemplateFill {
    let mut fill = TemplateFill::default();
    let first = slots
        .iter()
        .find(|slot| matches!(slot.kind, SlotKind::Body | SlotKind::Header));
    if let (Some(slot), Some((true, name))) = (first, known.first()) {
        let example = parts.examples.get(&slot.key).map_or("", String::as_str);
        let of_a_name = if parts.named {
            slot.name.contains("name")
        } else {
            !example.contains(|c: char| c.is_ascii_digit())
        };
        if of_a_name {
            fill.values.insert(slot.key.clone(), name.clone());
        }
    }
    fill
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_in_the_first_variable_unless_that_is_no_name() {
        let known = [
            (true, "Amira".to_owned()),
            (true, "Amira Haddad".to_owned()),
        ];
        for (body, named, example, expected) in [
            ("Hi {{1}}, {{2}}", false, None, Some("body.1")),
            ("Hi {{1}}", false, Some("Pablo"), Some("body.1")),
            ("Order {{1}}", false, Some("#1234"), None),
            ("Hi {{first_name}}", true, None, Some("body.first_name")),
            ("Order {{order_id}}", true, None, None),
            ("Nothing", false, None, None),
        ] {
            let mut parts = TemplateParts {
                named,
                body: body.to_owned(),
                ..TemplateParts::default()
            };
            let slots = parts.slots();
            if let (Some(example), Some(slot)) = (example, slots.first()) {
                parts.examples.insert(slot.key.clone(), example.to_owned());
            }
            let fill = begun(&parts, &slots, &known);
            let keys: Vec<_> = fill.values.keys().map(String::as_str).collect();
            assert_eq!(keys, expected.into_iter().collect::<Vec<_>>(), "{body}");
            assert_eq!(begun(&parts, &slots, &[]), TemplateFill::default());
        }
    }
}
