//! The words that the server and the browser share: ids, enums and views.
//!
//! Nothing here acts: a type carries serde, and (for `domain` alone, feature `sql`) sqlx's derives. To add a view, put it
//! in the file of its noun; a view that a person sees never holds a secret, not even a sealed one. What a template and a
//! number must be, and how a template is filled in, is decided here by pure functions: what the browser shows is then what
//! the server sends.

mod account;
mod audit;
mod book;
mod channel;
mod contact;
mod conversation;
mod courtesy;
mod endpoint;
mod erasing;
mod export;
mod extra;
mod id;
mod import;
mod key;
mod live;
mod media;
mod message;
mod moment;
mod number;
mod oidc;
mod otp;
mod outgoing;
mod phone;
mod portal;
mod qr;
mod right;
mod source;
mod task;
mod team;
mod teams;
mod template;
mod trace;
mod workspace;

pub use account::{
    Announce, CodeSent, Confirm, Credentials, Ended, Entry, Factor, FactorKind, FactorStep,
    Factors, Forgot, Habits, Invited, LOCALES, LinkToken, Me, MemberState, MemberView, Membership,
    PasskeyAnswer, PasskeyAsked, PasskeyView, REFRESH_GRACE_MS, Register, Reset, Role, SessionView,
    SetUp, SetUpState, SignedIn, TotpSeed, TrustedView,
};
pub use audit::{AuditChain, AuditEntry, AuditPage, AuditPiece, AuditRequest, AuditState};
pub use book::{
    BookOrder, BookPage, BookRequest, BookRow, ContactForm, ContactPage, FieldKind, FieldValue,
    FieldView, Happened, Happening, LabelView, NotePage, NoteView, OwnedBy, Timeline,
};
pub use channel::{ChannelConnected, ChannelState, ChannelView, ConnectChannel};
pub use contact::{Alike, IdKind, KnownBy, Merged, PersonView, Why};
pub use conversation::{
    CLOSING_MS, ContactBrief, ContactView, ConversationDetails, ConversationRow, ConversationState,
    InboxCounts, InboxPage, InboxSnapshot, InboxView, LastLine, ListRequest,
};
pub use courtesy::Courtesy;
pub use endpoint::{
    DeliveryAttempt, DeliveryPage, DeliveryRow, DeliveryState, DeliveryView, EVENT_KINDS,
    EndpointForm, EndpointMade, EndpointView, EventKind, PausedWhy, SigningSecret,
};
pub use erasing::{EraseAccount, EraseWorkspace, Erasing, Leaving, LeavingPlace};
pub use export::{ExportKind, ExportPiece, ExportRequest};
pub use extra::{
    Card, CardPhone, Choice, Detail, Extra, FileState, FileView, Forwarded, Line, OrderItem,
    Packed, Product, Quoted, Reaction, Referral, Section, TemplateSent, Told,
};
pub use id::{
    AccountId, AttemptId, ChannelId, CommentId, ContactId, ConversationId, DeliveryId, DocumentId,
    EndpointId, EventId, FieldId, FileId, ImportId, InvitationId, JobId, KeyId, LabelId, LinkId,
    MemberId, MergeId, MessageId, NoteId, OtpId, PartId, PasskeyId, PortalSessionId, SessionId,
    SourceEntryId, SourceId, TaskId, TaskItemId, TeamId, TemplateId, TrustId, WorkspaceId,
};
pub use import::{
    IMPORT_BYTES, IMPORT_ENCODINGS, IMPORT_SEPARATORS, ImportColumn, ImportCounts, ImportFault,
    ImportKnown, ImportLook, ImportPage, ImportPiece, ImportPlan, ImportState, ImportUndone,
    ImportView,
};
pub use key::{KeyState, KeyView, MadeKey, NewKey, SCOPES, Scope};
pub use live::{ClientFrame, Event, FeedCursor, ServerFrame, Side};
pub use media::{MediaKind, NOT_TAKEN, media_kind};
pub use message::{
    Compose, Content, Direction, MessageView, SendFault, Status, ThreadPage, UnknownAnswer,
};
pub use moment::Moment;
pub use number::{
    AlertView, Fact, FactChange, FactView, NumberHealth, Profile, Registration, Severity, Standing,
    ToldLine, ToldPage, ToldWhole, VERTICALS,
};
pub use oidc::{
    Arrival, Away, Connect, Connection, Connections, Depart, Enrol, Newcomer, Provider, Refusal,
    Refused,
};
pub use otp::{
    AskOtp, OtpAnswer, OtpPage, OtpRequest, OtpSettings, OtpState, OtpTemplate, OtpVerdict,
    OtpView, TestKind, TestMessagePage, TestMessageView,
};
pub use outgoing::Outgoing;
pub use phone::{PhoneFault, e164};
pub use portal::{LinkState, MadeLink, MadePin, NewLink, PortalLink};
pub use qr::{QrCard, QrContent, QrDrawn, QrEvent, QrLevel, QrLook, QrWifi};
pub use right::{RIGHTS, Right};
pub use source::{
    SourceEntryPage, SourceEntryRow, SourceEntryView, SourceForm, SourceMade, SourceProvider,
    SourceSecret, SourceState, SourceView,
};
pub use task::{
    CommentPage, ItemAct, NewTask, TASK_TEMPLATE, TaskChange, TaskComment, TaskDocument, TaskForm,
    TaskItem, TaskList, TaskPage, TaskRequest, TaskRow, TaskStatus, TaskTold, TaskView,
};
pub use team::{AccessView, InvitationView, Invite, InviteLink, LinkMade, Team, TeamMember};
pub use teams::{TeamBrief, TeamNumber, TeamView, Teams};
pub use template::{
    ButtonKind, FillFault, Filled, HeaderFormat, Piece, SendTemplate, Slot, SlotKind,
    StartConversation, TemplateButton, TemplateFill, TemplateHeader, TemplatePage, TemplateParts,
    TemplateRequest, TemplateView, pieces,
};
pub use trace::{Kept, Reapplied, Stage, StepState, Trace, TraceStep};
pub use workspace::{DAY_MINUTES, Opening, Span, Steps, TONES, Week, WorkspaceForm, WorkspaceView};
