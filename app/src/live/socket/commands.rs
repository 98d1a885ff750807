//! What the page asks of the socket's loop.

use futures::{
    FutureExt, StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
};
use leptos::prelude::*;
use postern_types::ClientFrame;

/// One request.
#[derive(Debug)]
pub enum Command {
    /// Send this to the server.
    Say(ClientFrame),
    /// Connect again now.
    Wake,
    /// The network is gone.
    Offline,
    /// The page was left.
    Stop,
}

/// The page's end.
#[derive(Clone, Copy)]
pub struct Commands(StoredValue<UnboundedSender<Command>>);

/// The loop's end; remembers where the reader is, to tell it after a reconnection.
pub struct Inbound {
    commands: UnboundedReceiver<Command>,
    place: Option<ClientFrame>,
}

impl Commands {
    /// Both ends.
    pub fn new() -> (Self, Inbound) {
        let (sender, commands) = unbounded();
        let inbound = Inbound {
            commands,
            place: None,
        };
        (Self(StoredValue::new(sender)), inbound)
    }

    /// Asks; nothing happens when the loop has ended.
    pub fn send(self, command: Command) {
        let _ = self
            .0
            .try_with_value(|sender| sender.unbounded_send(command));
    }
}

impl Inbound {
    /// The next request; none when nobody can ask any more.
    pub async fn next(&mut self) -> Option<Command> {
        let command = self.commands.next().await;
        if let Some(Command::Say(place @ ClientFrame::Replying { .. })) = &command {
            self.place = Some(place.clone());
        }
        command
    }

    /// Takes what has piled up. A stop outweighs all; of the network going and coming the last counts.
    pub fn drain(&mut self) -> Option<Command> {
        let mut last = None;
        while let Some(command) = self.next().now_or_never() {
            match command {
                None | Some(Command::Stop) => return Some(Command::Stop),
                Some(Command::Say(_)) => {}
                other => last = other,
            }
        }
        last
    }

    /// Where the reader is, as last told.
    pub fn place(&self) -> Option<ClientFrame> {
        self.place.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::ConversationId;
    use uuid::Uuid;

    fn drained(commands: Vec<Command>) -> (Option<Command>, Option<ClientFrame>) {
        let (sender, receiver) = unbounded();
        for command in commands {
            sender.unbounded_send(command).expect("open");
        }
        let mut inbound = Inbound {
            commands: receiver,
            place: None,
        };
        let last = inbound.drain();
        assert!(inbound.drain().is_none(), "nothing is left");
        (last, inbound.place())
    }

    #[test]
    fn what_piled_up_is_one_request_and_the_place_is_kept() {
        use Command::{Offline, Stop, Wake};
        let place = || ClientFrame::Replying {
            conversation: Some(ConversationId(Uuid::nil())),
            typing: false,
        };
        let (last, kept) = drained(vec![Wake, Command::Say(place()), Wake]);
        assert!(matches!(last, Some(Wake)));
        assert_eq!(kept, Some(place()));
        assert!(matches!(drained(vec![Wake, Offline]).0, Some(Offline)));
        assert!(matches!(drained(vec![Offline, Wake]).0, Some(Wake)));
        assert!(drained(vec![]).0.is_none());
        let (sender, receiver) = unbounded();
        for command in [Wake, Stop, Wake] {
            sender.unbounded_send(command).expect("open");
        }
        let mut inbound = Inbound {
            commands: receiver,
            place: None,
        };
        assert!(matches!(inbound.drain(), Some(Stop)));
    }
}
