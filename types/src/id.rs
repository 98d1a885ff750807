//! Ids: UUIDs that cannot be mistaken for one another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

id! {
    /// A workspace: one tenant of the installation.
    WorkspaceId,
    /// A person, over all workspaces.
    AccountId,
    /// A person's place in one workspace.
    MemberId,
    /// One signed-in browser of a person.
    SessionId,
    /// A group of members.
    TeamId,
    /// A passkey of a person.
    PasskeyId,
    /// A browser in which a person's second factor is not asked for.
    TrustId,
    /// An invitation into a workspace.
    InvitationId,
    /// A connected WhatsApp number.
    ChannelId,
    /// Somebody who writes to a workspace.
    ContactId,
    /// A label for contacts and conversations.
    LabelId,
    /// A field that a workspace made for its contacts.
    FieldId,
    /// A note on a contact.
    NoteId,
    /// A file of contacts that is taken in.
    ImportId,
    /// What is to be done for a contact.
    TaskId,
    /// A line of a task's list.
    TaskItemId,
    /// A comment on a task.
    CommentId,
    /// A document of a task, or one that is asked for.
    DocumentId,
    /// A contact's way into the portal.
    LinkId,
    /// An API key.
    KeyId,
    /// A browser that entered the PIN of a portal link.
    PortalSessionId,
    /// Two contacts made one, as long as that can be undone.
    MergeId,
    /// An exchange with one contact over one channel, from its opening to its closing.
    ConversationId,
    /// One message or note; for what an agent writes the composer makes it.
    MessageId,
    /// One try at sending a message.
    AttemptId,
    /// A file that a message brought or takes along.
    FileId,
    /// A message template, in one language.
    TemplateId,
    /// A one-time code that a caller asked for.
    OtpId,
    /// A piece of work for the worker.
    JobId,
    /// The part of a webhook's body that belongs to one workspace.
    PartId,
    /// An entry of the feed.
    EventId,
    /// Where webhooks go.
    EndpointId,
    /// One event on its way to one endpoint.
    DeliveryId,
    /// A provider that posts webhooks in.
    SourceId,
    /// One request of such a provider's.
    SourceEntryId,
}
