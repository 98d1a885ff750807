//! Writing it down and handing it to the outbox, shown as it will be.

use super::{
    super::Bench,
    tray::{Piece, Tray},
};
use crate::{
    browser,
    inbox::desk::{Desk, use_desk},
    json,
    live::{Live, use_live},
    ui::toast::{Toasts, use_toasts},
    words::fault,
};
use leptos::prelude::*;
use postern_types::{
    Compose, Content, Extra, FileView, MessageId, MessageView, Outgoing, Packed, Quoted, Told,
    media_kind,
};

/// All that is needed to send; copied about freely.
#[derive(Clone, Copy)]
pub struct Hand {
    pub live: Live,
    pub desk: Desk,
    pub bench: Bench,
    pub toasts: Toasts,
}

impl Hand {
    /// Of the component that asks.
    pub fn here() -> Self {
        Self {
            live: use_live(),
            desk: use_desk(),
            bench: expect_context(),
            toasts: use_toasts(),
        }
    }

    /// What is said in the composer, with what goes along: files in their order, the words under the first that takes any.
    pub fn send(self, tray: Tray, mut words: String) {
        let mut answers = self.answers();
        for (piece, file) in tray.take() {
            let caption = media_kind(&file.mime).is_some_and(|kind| kind.caption);
            let under = if caption {
                std::mem::take(&mut words)
            } else {
                String::new()
            };
            self.file(under, piece, answers.take(), file);
        }
        if !words.is_empty() {
            self.write(words, None, answers, None);
        }
    }

    /// A recording goes by itself.
    pub fn send_voice(self, piece: Piece, file: FileView) {
        self.file(String::new(), piece, self.answers(), file);
    }

    fn file(self, words: String, piece: Piece, answers: Option<MessageId>, file: FileView) {
        let outgoing = Outgoing::Media {
            file: file.id,
            voice: piece.is_voice(),
        };
        self.write(words, Some(&outgoing), answers, Some(file));
    }

    /// What is answered; from now on nothing is.
    pub fn answers(self) -> Option<MessageId> {
        let answers = self.desk.answers.get_untracked();
        if answers.is_some() {
            self.desk.answers.set(None);
        }
        answers
    }

    /// Shows it and sends it; false when this browser cannot.
    pub fn write(
        self,
        words: String,
        outgoing: Option<&Outgoing>,
        answers: Option<MessageId>,
        file: Option<FileView>,
    ) -> bool {
        let (Some(id), Ok(sends)) = (browser::message_id(), outgoing.map(json::write).transpose())
        else {
            self.toasts.fault(fault::NOT_SENT);
            return false;
        };
        let name = file.as_ref().and_then(|file| file.name.clone());
        let content = match outgoing {
            Some(outgoing) => Content::Other {
                kind: kind_of(outgoing, file.as_ref()).to_owned(),
                summary: outgoing.line(&words),
            },
            None => Content::Text {
                text: words.clone(),
            },
        };
        let extra = Extra {
            told: Told {
                detail: outgoing.and_then(|outgoing| outgoing.detail(&words, name)),
                ..Told::default()
            },
            file,
            quoted: answers.and_then(|id| self.quoted(id)),
            ..Extra::default()
        };
        let written = Compose {
            id,
            conversation: self.bench.id,
            text: words,
            note: false,
            reply_to: answers,
            sends: sends.map(Packed),
        };
        let extra = json::write(&extra).ok().map(Packed);
        self.live.outbox.send(written, content, extra);
        true
    }

    fn quoted(self, id: MessageId) -> Option<Quoted> {
        self.live.inbox.with_untracked(|inbox| {
            let message = inbox.threads.get(&self.bench.id)?.find(id)?;
            Some(Quoted {
                id: Some(id),
                direction: message.direction,
                author: message.author,
                kind: match &message.content {
                    Content::Text { .. } => "text".to_owned(),
                    Content::Other { kind, .. } => kind.clone(),
                },
                line: message.content.text().chars().take(160).collect(),
            })
        })
    }

    /// Shows a message otherwise, until the server says more of it.
    pub fn show(self, message: MessageView) {
        self.live.inbox.try_update(|inbox| {
            if let Some(thread) = inbox.threads.get_mut(&self.bench.id) {
                thread.show(message);
            }
        });
    }
}

fn kind_of(outgoing: &Outgoing, file: Option<&FileView>) -> &'static str {
    match outgoing {
        Outgoing::Media { .. } => file
            .and_then(|file| media_kind(&file.mime))
            .map_or("document", |kind| kind.word),
        Outgoing::Location { .. } => "location",
        Outgoing::Contacts { .. } => "contacts",
        Outgoing::Reaction { .. } => "reaction",
        _ => "interactive",
    }
}
