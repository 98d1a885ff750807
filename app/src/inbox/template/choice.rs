//! What the parts of the picker share: to whom, which templates there are, which one is chosen.

use super::{Towards, api};
use crate::{
    boxed::{effect, heed, memo},
    error::ApiError,
    inbox::desk::{Desk, use_desk},
    live::{Inbox, Live, use_live},
};
use leptos::prelude::*;
use postern_types::{
    ChannelId, ChannelState, ContactBrief, ConversationId, TemplatePage, TemplateRequest,
    TemplateView,
};
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(140);
/// How soon to look again while Meta is being asked.
const SOON: Duration = Duration::from_millis(1500);

/// Copied about freely; lives as long as the picker is open.
#[derive(Clone, Copy)]
pub struct Choice {
    pub live: Live,
    pub desk: Desk,
    pub towards: Towards,
    /// The conversation that it goes to; none when it goes to a number.
    pub conversation: Option<ConversationId>,
    /// Over which of our numbers.
    pub channel: RwSignal<Option<ChannelId>>,
    /// The customer's number, as typed.
    pub phone: RwSignal<String>,
    /// What is wrong with it, as far as the server said.
    pub phone_fault: RwSignal<Option<String>>,
    /// Whether sending was tried: then what is missing is told.
    pub tried: RwSignal<bool>,
    pub search: RwSignal<String>,
    pub category: RwSignal<Option<String>>,
    pub language: RwSignal<Option<String>>,
    pub page: RwSignal<TemplatePage>,
    pub loaded: RwSignal<bool>,
    pub failed: RwSignal<Option<ApiError>>,
    pub chosen: RwSignal<Option<TemplateView>>,
    /// Whether the reader fills in: where there is room for one pane, the list is away then.
    pub filling: RwSignal<bool>,
    /// Grows when the list is to be read again.
    again: RwSignal<u32>,
    version: StoredValue<u32>,
}

impl Choice {
    /// For what the desk asks for.
    pub fn new() -> Self {
        let (live, desk) = (use_live(), use_desk());
        let towards = desk.towards.get_untracked();
        let conversation = desk
            .current
            .get_untracked()
            .filter(|_| towards == Towards::Here);
        let channel = live.inbox.with_untracked(|inbox| match conversation {
            Some(id) => inbox.row(id).map(|row| row.channel),
            None => first_number(inbox),
        });
        let choice = Self {
            live,
            desk,
            towards,
            conversation,
            channel: RwSignal::new(channel),
            phone: RwSignal::default(),
            phone_fault: RwSignal::new(None),
            tried: RwSignal::new(false),
            search: RwSignal::default(),
            category: RwSignal::new(None),
            language: RwSignal::new(None),
            page: RwSignal::default(),
            loaded: RwSignal::new(false),
            failed: RwSignal::new(None),
            chosen: RwSignal::new(None),
            filling: RwSignal::new(false),
            again: RwSignal::new(0),
            version: StoredValue::new(0),
        };
        choice.follow();
        choice
    }

    /// The contact that it goes to, as far as they are known.
    pub fn contact(self) -> Option<ContactBrief> {
        let id = self.conversation?;
        self.live
            .inbox
            .with_untracked(|inbox| inbox.row(id).map(|row| row.contact.clone()))
    }

    /// Has Meta asked now.
    pub fn refresh(self) {
        let Some(channel) = self.channel.get_untracked() else {
            return;
        };
        self.page.update(|page| page.asking = true);
        leptos::task::spawn_local(async move {
            if let Err(error) = api::refresh(channel).await {
                self.failed.try_set(Some(error));
            }
            self.again.try_update(|again| *again += 1);
        });
    }

    /// Chooses the template that stands so far below the chosen one, or above.
    pub fn step(self, by: isize) {
        let next = self.page.with_untracked(|page| {
            let at = self.chosen.with_untracked(|chosen| {
                let id = chosen.as_ref()?.id;
                page.templates.iter().position(|one| one.id == id)
            });
            let last = page.templates.len().checked_sub(1)?;
            let to = at.map_or(0, |at| at.saturating_add_signed(by).min(last));
            page.templates.get(to).cloned()
        });
        if let Some(next) = next {
            let at = format!("#template-{}", next.id);
            self.chosen.set(Some(next));
            request_animation_frame(move || crate::browser::keep_in_view(&at));
        }
    }

    /// Reads the list whenever something else is looked for, and whenever the number's templates changed.
    fn follow(self) {
        // A number's revision grows with its templates.
        let rev = memo(move || {
            let id = self.channel.get()?;
            self.live
                .inbox
                .with(|inbox| inbox.channel(id).map(|channel| channel.rev))
        });
        effect(move || {
            heed(rev);
            self.again.track();
            let (search, category, language) =
                (self.search.get(), self.category.get(), self.language.get());
            let Some(channel) = self.channel.get() else {
                return;
            };
            let request = TemplateRequest {
                channel,
                search,
                category,
                language,
            };
            self.version.update_value(|version| *version += 1);
            let mine = self.version.get_value();
            let pause = if self.loaded.get_untracked() {
                TYPING
            } else {
                Duration::ZERO
            };
            set_timeout(move || self.read(request, mine), pause);
        });
    }

    /// What was looked for since makes the answer worthless.
    fn read(self, request: TemplateRequest, mine: u32) {
        let current = move || self.version.try_get_value() == Some(mine);
        if !current() {
            return;
        }
        leptos::task::spawn_local(async move {
            let answer = api::list(request).await;
            if !current() {
                return;
            }
            match answer {
                Ok(page) => {
                    self.failed.set(None);
                    self.take(page);
                }
                Err(error) => self.failed.set(Some(error)),
            }
        });
    }

    fn take(self, page: TemplatePage) {
        let now = self.chosen.with_untracked(|chosen| {
            let id = chosen.as_ref().map(|chosen| chosen.id);
            let same = page.templates.iter().find(|one| Some(one.id) == id);
            same.or_else(|| page.templates.first()).cloned()
        });
        if self.chosen.with_untracked(|chosen| *chosen != now) {
            self.chosen.set(now);
        }
        let asking = page.asking;
        self.page.set(page);
        self.loaded.set(true);
        if asking {
            let again = self.again;
            set_timeout(
                move || {
                    again.try_update(|again| *again += 1);
                },
                SOON,
            );
        }
    }
}

/// The first number that can send.
fn first_number(inbox: &Inbox) -> Option<ChannelId> {
    let numbers = inbox.numbers();
    let can = |number: &&postern_types::ChannelView| number.state == ChannelState::Connected;
    numbers
        .iter()
        .find(can)
        .or_else(|| numbers.first())
        .map(|number| number.id)
}
