//! A thread's lines, gathered by day and by sender.

use postern_types::{Direction, MemberId, MessageId, MessageView, Moment};

/// Lines of one sender on one day, close together in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The first line's id names the group.
    pub key: MessageId,
    /// When a new day begins here: a moment of it.
    pub day: Option<Moment>,
    /// Whether the unread ones begin here.
    pub new: bool,
    /// Which way.
    pub direction: Direction,
    /// The colleague; none for the contact.
    pub author: Option<MemberId>,
    /// The lines, oldest first.
    pub ids: Vec<MessageId>,
}

/// After a longer silence the sender is named again.
const PAUSE_MS: i64 = 15 * 60_000;

/// Gathers lines. `day` gives the number of the reader's own day.
pub fn gather(
    messages: &[MessageView],
    line: Option<MessageId>,
    day: impl Fn(Moment) -> i64,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut before: Option<(&MessageView, i64)> = None;
    for message in messages {
        let today = day(message.at);
        let new_day = before.is_none_or(|(_, day)| day != today);
        let new = line == Some(message.id);
        let follows = before.is_some_and(|(last, _)| {
            last.direction == message.direction
                && last.author == message.author
                && message.at.since(last.at) < PAUSE_MS
        });
        match groups.last_mut().filter(|_| follows && !new_day && !new) {
            Some(group) => group.ids.push(message.id),
            None => groups.push(Group {
                key: message.id,
                day: new_day.then_some(message.at),
                new,
                direction: message.direction,
                author: message.author,
                ids: vec![message.id],
            }),
        }
        before = Some((message, today));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::{Content, ConversationId, Status};
    use uuid::Uuid;

    const MINUTE: i64 = 60_000;

    fn line(n: u128, direction: Direction, at: i64) -> MessageView {
        MessageView {
            id: MessageId(Uuid::from_u128(n)),
            rev: 1,
            conversation: ConversationId(Uuid::nil()),
            direction,
            author: (direction != Direction::In).then_some(MemberId(Uuid::nil())),
            content: Content::Text {
                text: String::new(),
            },
            at: Moment(at),
            arrival: 0,
            status: Status::Received,
            status_at: Moment(at),
            fault: None,
            ask_at: None,
            extra: None,
        }
    }

    #[test]
    fn a_group_ends_with_its_sender_its_day_a_pause_or_the_new_line() {
        use Direction::{In, Note, Out};
        let lines = [
            line(1, In, 0),
            line(2, In, MINUTE),
            line(3, Out, 2 * MINUTE),
            line(4, Note, 3 * MINUTE),
            line(5, In, 4 * MINUTE),
            line(6, In, 30 * MINUTE),
            line(7, In, 31 * MINUTE),
            line(8, In, 1_000 * MINUTE),
        ];
        let groups = gather(&lines, Some(MessageId(Uuid::from_u128(7))), |at| {
            at.0 / (999 * MINUTE)
        });
        let ids: Vec<Vec<u128>> = groups
            .iter()
            .map(|group| group.ids.iter().map(|id| id.0.as_u128()).collect())
            .collect();
        assert_eq!(
            ids,
            [
                vec![1, 2],
                vec![3],
                vec![4],
                vec![5],
                vec![6],
                vec![7],
                vec![8]
            ]
        );
        let days: Vec<usize> = (0..groups.len())
            .filter(|n| groups[*n].day.is_some())
            .collect();
        assert_eq!(days, [0, 6]);
        assert!(groups[5].new && groups.iter().filter(|group| group.new).count() == 1);
    }

    #[test]
    fn an_empty_thread_has_no_group() {
        assert!(gather(&[], None, |_| 0).is_empty());
    }
}
