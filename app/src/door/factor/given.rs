//! What is given as the second step, and what becomes of it.

use crate::{
    browser,
    door::sending::{Sending, compact},
    error::ApiError,
    session::{Session, ask_factor, mail_factor, use_session},
    ui::passkey,
};
use leptos::prelude::*;
use postern_types::{Factor, FactorKind};

/// What the parts share; copied about freely.
#[derive(Clone, Copy)]
pub struct Try {
    session: Session,
    ticket: StoredValue<String>,
    /// Which one.
    pub kind: RwSignal<FactorKind>,
    /// What is typed.
    pub code: RwSignal<String>,
    /// Whether this browser is asked again.
    pub trust: RwSignal<bool>,
    /// Stands for the code that was mailed.
    pub mailed: RwSignal<Option<String>>,
    /// The first step is too long ago, or was tried too often.
    pub over: RwSignal<bool>,
    /// The form on its way.
    pub sending: Sending,
}

impl Try {
    /// With the best of what will do.
    pub fn new(ticket: String, kind: FactorKind) -> Self {
        Self {
            session: use_session(),
            ticket: StoredValue::new(ticket),
            kind: RwSignal::new(kind),
            code: RwSignal::new(String::new()),
            trust: RwSignal::new(false),
            mailed: RwSignal::new(None),
            over: RwSignal::new(false),
            sending: Sending::new(&["code"]),
        }
    }

    /// What the button does: shows the passkey, asks for the mail, or sends what was typed.
    pub fn go(self) {
        match self.kind.get_untracked() {
            FactorKind::Passkey => self.show(),
            FactorKind::Email if self.mailed.with_untracked(Option::is_none) => self.mail(),
            FactorKind::Email | FactorKind::Totp | FactorKind::Recovery => {
                let asked = self.session.prove(self.form(compact(self.code)));
                self.sending.start(asked, move |answer| self.heard(answer));
            }
        }
    }

    /// Has the device ask its owner.
    fn show(self) {
        // Read before anything is waited for: whoever waits may leave.
        let (session, form) = (self.session, self.form(String::new()));
        let asked = async move {
            let question = ask_factor(form.ticket.clone()).await?;
            let code = passkey::show(&question.options).await?;
            let asked = Some(question.ticket);
            session
                .prove(Factor {
                    code,
                    asked,
                    ..form
                })
                .await
        };
        self.sending.start(asked, move |answer| self.heard(answer));
    }

    /// Has a code mailed; the one before it is good for nothing.
    pub fn mail(self) {
        let asked = mail_factor(self.ticket.get_value());
        self.sending.start(asked, move |answer| {
            self.heard(answer.map(|sent| {
                self.code.try_set(String::new());
                self.mailed.try_set(Some(sent.ticket));
                request_animation_frame(focus);
            }));
        });
    }

    fn form(self, code: String) -> Factor {
        Factor {
            ticket: self.ticket.get_value(),
            kind: self.kind.get_untracked(),
            code,
            asked: self.mailed.get_untracked(),
            trust: self.trust.get_untracked(),
        }
    }

    fn heard(self, answer: Result<(), &ApiError>) {
        match answer {
            Err(ApiError::NotFound) => {
                self.over.try_set(true);
            }
            Err(error) if error.field("code").is_some() => {
                self.code.try_set(String::new());
            }
            _ => {}
        }
    }

    /// Another one.
    pub fn choose(self, kind: FactorKind) {
        self.sending.failed.set(None);
        self.code.set(String::new());
        self.mailed.set(None);
        self.kind.set(kind);
        request_animation_frame(focus);
    }
}

/// To what is to be typed, or pressed where nothing is.
pub fn focus() {
    if !browser::focus("#code") {
        browser::focus(".door-code .button.primary");
    }
}
