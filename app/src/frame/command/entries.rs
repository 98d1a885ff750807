//! What the command bar offers beside conversations.

use crate::{
    letters,
    ui::prefs::{Density, Theme},
    words::frame,
};
use postern_types::{ConversationRow, InboxView};

/// One line of the command bar.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Opens it.
    Conversation(Box<ConversationRow>),
    /// Does it.
    Command(Command),
}

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Looks at a view of what is open.
    View(InboxView),
    /// Looks at what is closed.
    Closed,
    /// Goes to the numbers.
    Numbers,
    /// Goes to where one finds out where a message is.
    Where,
    /// Chooses a theme.
    Theme(Theme),
    /// Chooses a density.
    Density(Density),
    /// Signs out.
    SignOut,
}

const ALL: [Command; 14] = [
    Command::View(InboxView::Mine),
    Command::View(InboxView::Teams),
    Command::View(InboxView::Unassigned),
    Command::View(InboxView::All),
    Command::View(InboxView::Closing),
    Command::Closed,
    Command::Numbers,
    Command::Where,
    Command::Theme(Theme::System),
    Command::Theme(Theme::Light),
    Command::Theme(Theme::Dark),
    Command::Density(Density::Comfortable),
    Command::Density(Density::Compact),
    Command::SignOut,
];

impl Command {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::View(InboxView::Mine) => frame::GO_MINE,
            Self::View(InboxView::Teams) => frame::GO_TEAMS,
            Self::View(InboxView::Unassigned) => frame::GO_UNASSIGNED,
            Self::View(InboxView::All) => frame::GO_ALL,
            Self::View(InboxView::Closing) => frame::GO_CLOSING,
            Self::Closed => frame::GO_CLOSED,
            Self::Numbers => frame::GO_NUMBERS,
            Self::Where => frame::GO_WHERE,
            Self::Theme(Theme::System) => frame::THEME_SYSTEM,
            Self::Theme(Theme::Light) => frame::THEME_LIGHT,
            Self::Theme(Theme::Dark) => frame::THEME_DARK,
            Self::Density(Density::Comfortable) => frame::DENSITY_COMFORTABLE,
            Self::Density(Density::Compact) => frame::DENSITY_COMPACT,
            Self::SignOut => frame::SIGN_OUT,
        }
    }

    /// Its icon.
    pub fn icon(self) -> &'static str {
        match self {
            Self::View(InboxView::Mine) => "user-check",
            Self::View(InboxView::Teams) => "users",
            Self::View(InboxView::Unassigned) => "user",
            Self::View(InboxView::All) => "inbox",
            Self::View(InboxView::Closing) => "clock",
            Self::Closed => "archive",
            Self::Numbers => "smartphone",
            Self::Where => "search",
            Self::Theme(Theme::System) => "monitor",
            Self::Theme(Theme::Light) => "sun",
            Self::Theme(Theme::Dark) => "moon",
            Self::Density(_) => "rows-3",
            Self::SignOut => "log-out",
        }
    }
}

/// The commands that hold every word of what was typed.
pub fn matching(text: &str) -> Vec<Command> {
    let text = letters::lower(text);
    let sought: Vec<&str> = text.split_whitespace().collect();
    let holds = |command: &Command| {
        let word = letters::lower(command.word());
        sought.iter().all(|part| word.contains(part))
    };
    ALL.into_iter().filter(holds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_was_typed_must_be_there() {
        assert_eq!(matching("").len(), ALL.len());
        assert_eq!(matching("DARK"), [Command::Theme(Theme::Dark)]);
        assert_eq!(matching("un go"), [Command::View(InboxView::Unassigned)]);
        assert!(matching("dark inbox").is_empty());
    }
}
