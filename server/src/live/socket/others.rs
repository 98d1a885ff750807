//! Who is where: what others say of it, and what this socket's reader does. Of what they do not see, they neither hear nor say
//! anything.

use super::{End, Open, end_of};
use crate::live::{
    company::Hears,
    place::Place,
    room::{Word, frame},
};
use postern_domain::{Env, Error, courtesy, live::Pass};
use postern_types::{ConversationId, ServerFrame};
use std::ops::ControlFlow;
use tokio::{sync::broadcast, time::Instant};

impl Open {
    /// What another socket said; whoever missed some of it goes on with the next.
    pub(super) async fn repeat(
        &mut self,
        word: Result<Word, broadcast::error::RecvError>,
    ) -> ControlFlow<End> {
        match word {
            Ok(word) if word.socket != self.number => {
                let seen = match word.conversation {
                    Some(conversation) => self.sees(conversation).await?,
                    None => false,
                };
                match self.company.moved(word.socket, seen) {
                    Hears::Word => self.send(word.text).await,
                    // Wherever they went, they left where they were.
                    Hears::Left => {
                        self.send(frame(&ServerFrame::Replying {
                            member: word.member,
                            socket: word.socket,
                            conversation: None,
                            typing: false,
                        }))
                        .await
                    }
                    Hears::Nothing => ControlFlow::Continue(()),
                }
            }
            _ => ControlFlow::Continue(()),
        }
    }

    /// Whether the reader sees that conversation.
    pub(super) async fn sees(&mut self, id: ConversationId) -> ControlFlow<End, bool> {
        match self.sight.sees(&self.env, &self.pass, id).await {
            Ok(sees) => ControlFlow::Continue(sees),
            Err(error) => ControlFlow::Break(end_of(&error)),
        }
    }

    /// Tells the others, and the contact, where this socket's reader is.
    pub(super) async fn tell(&mut self) -> ControlFlow<End> {
        if let Some(mut place) = self.told.say(Instant::now()) {
            // Whoever is where they see nothing is nowhere.
            if let Some(conversation) = place.conversation
                && !self.sees(conversation).await?
            {
                place = Place::default();
            }
            if let (Some(conversation), true) = (place.conversation, place.typing) {
                tokio::spawn(tell_contact(self.env.clone(), self.pass, conversation));
            }
            self.room.present(self.number, self.pass.member, place);
        }
        ControlFlow::Continue(())
    }
}

/// The contact may see it too. Nobody waits for that, and it is not said twice.
async fn tell_contact(env: Env, pass: Pass, conversation: ConversationId) {
    if let Err(error) = courtesy::typing(&env, &pass, conversation).await
        && !matches!(error, Error::Unavailable | Error::Unauthorized)
    {
        tracing::warn!(workspace.id = %pass.workspace, %error, "a contact was not told of who types");
    }
}
