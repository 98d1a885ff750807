//! The audit: who did what, when and from where.

pub const TITLE: &str = "Audit";
pub const LEAD: &str =
    "Who did what in this workspace, when and from where. No line is changed or deleted unseen.";
pub const NOT_YOURS: &str = "Admins read the audit";
pub const NOT_YOURS_HINT: &str = "Ask one of them when you need to know who did something.";
pub const NOT_READ: &str = "The audit could not be read.";
pub const NOTHING: &str = "Nothing of that kind happened";
pub const NOTHING_HINT: &str = "Choose other people, another kind or other days.";
pub const MORE: &str = "Load more";

// The chain.
pub const CHAIN: &str = "Chain";
pub const CHAIN_LEAD: &str = "Each line is linked to the one before it. A line that is changed, put in or left out breaks the chain. Note the last link down: a chain that holds it later has lost nothing before it.";
pub const CHECK: &str = "Check again";
pub const CHECKING: &str = "The chain is being checked…";
pub const NOT_CHECKED: &str = "The chain could not be checked.";
pub const LAST_LINK: &str = "Last link";

pub fn whole(entries: i64, linked: i64) -> String {
    let holds = match linked {
        0 => "There is no line yet.".to_owned(),
        1 => "The chain is whole: 1 line.".to_owned(),
        n => format!("The chain is whole: {n} lines."),
    };
    match entries - linked {
        ..=0 => holds,
        1 => format!("{holds} 1 more is linked in a moment."),
        n => format!("{holds} {n} more are linked in a moment."),
    }
}

pub fn broken_at(place: i64) -> String {
    format!(
        "The chain is broken at line {place}: it was changed, put in, or one before it is missing. Tell whoever runs the \
         server, and keep what you downloaded before."
    )
}

// Taking it out.
pub const DOWNLOAD: &str = "Download CSV";
pub const DOWNLOADING: &str = "One moment…";
pub const DOWNLOADED: &str = "The audit is downloaded. That you did is a line of it.";
pub const NOT_DOWNLOADED: &str = "The audit was not downloaded.";
pub const NOT_SAVED: &str = "The browser did not make the file. Try again.";
pub const FILE_NAME: &str = "postern-audit.csv";

// What is looked for.
pub const FILTERS: &str = "Look for";
pub const WHO: &str = "Who";
pub const EVERYBODY: &str = "Everybody";
pub const WHAT: &str = "What";
pub const FROM: &str = "From";
pub const UNTIL: &str = "Until";

/// What an action's word begins with, and what such actions are about.
pub const KINDS: [(&str, &str); 20] = [
    ("", "Everything"),
    ("member.", "Members"),
    ("invitation.", "Invitations"),
    ("team.", "Teams"),
    ("workspace.", "The workspace"),
    ("channel.", "Numbers"),
    ("conversation.", "Conversations"),
    ("contact.", "Contacts"),
    ("portal.", "Portal links"),
    ("label.", "Labels"),
    ("field.", "Fields of contacts"),
    ("task.", "Tasks"),
    ("otp.", "One-time codes"),
    ("courtesy.", "What contacts see"),
    ("webhook.", "Kept events"),
    ("key.", "API keys"),
    ("endpoint.", "Webhook endpoints"),
    ("source.", "Webhooks from others"),
    ("export.", "Exports"),
    ("audit.", "The audit itself"),
];

// An entry.
pub const FROM_NETWORK: &str = "From the network";
pub const ERASED: &str = "The details were erased.";
pub const BROKEN: &str =
    "The details do not open, or are not what was written. They are not shown.";

pub fn by(somebody: bool, name: Option<&str>) -> String {
    match (somebody, name) {
        (_, Some(name)) => name.to_owned(),
        (true, None) => super::FORMER.into(),
        (false, None) => "Postern, or who runs it".into(),
    }
}

pub fn place(position: Option<i64>) -> String {
    position.map_or_else(|| "not linked yet".into(), |place| format!("line {place}"))
}

const ACTIONS: [(&str, &str); 106] = [
    ("member.added", "Added a member"),
    ("member.asked", "Somebody asked to come in"),
    ("member.approved", "Let a member in"),
    ("member.declined", "Declined a request to come in"),
    ("member.role_changed", "Changed a member's role"),
    ("member.suspended", "Suspended a member"),
    ("member.restored", "Let a suspended member back in"),
    ("member.removed", "Removed a member"),
    ("member.left", "Left the workspace"),
    (
        "member.access_ended",
        "Ended a member's access in every browser",
    ),
    ("invitation.mailed", "Mailed an invitation"),
    ("invitation.resent", "Mailed an invitation again"),
    ("invitation.link_made", "Made an invitation link"),
    ("invitation.withdrawn", "Took an invitation back"),
    ("workspace.created", "Made the workspace"),
    ("workspace.handed_over", "Handed the workspace over"),
    (
        "workspace.factor_required",
        "Chose whether two-step sign-in is required",
    ),
    (
        "workspace.changed",
        "Changed the workspace's name, look or hours",
    ),
    ("workspace.logo", "Changed the workspace's logo"),
    (
        "workspace.steps_hidden",
        "Put the first steps away, or brought them back",
    ),
    (
        "workspace.plan_chosen",
        "Chose how much of the API may be used",
    ),
    (
        "workspace.agents_limited",
        "Chose whether agents see only their own and their teams' conversations",
    ),
    ("team.created", "Made a team"),
    ("team.renamed", "Renamed a team"),
    ("team.deleted", "Deleted a team"),
    ("team.member_added", "Put a member into a team"),
    ("team.member_removed", "Took a member out of a team"),
    ("channel.team_chosen", "Chose the team of a number"),
    ("channel.connect", "Connected a number"),
    ("channel.disconnect", "Disconnected a number"),
    ("channel.profile", "Changed the profile of a number"),
    (
        "channel.registration",
        "Changed the registration of a number",
    ),
    ("conversation.assigned", "Gave a conversation to somebody"),
    ("conversation.closed", "Closed a conversation"),
    ("conversation.reopened", "Reopened a conversation"),
    (
        "conversation.refused",
        "Was not let write to a number that is not theirs",
    ),
    ("conversation.labelled", "Put a label on a conversation"),
    ("conversation.unlabelled", "Took a label off a conversation"),
    ("contact.created", "Added a contact"),
    ("contact.edited", "Changed a contact"),
    ("contact.labelled", "Put a label on a contact"),
    ("contact.unlabelled", "Took a label off a contact"),
    ("contact.field_set", "Changed a field of a contact"),
    ("contact.noted", "Noted something of a contact"),
    ("contact.note_changed", "Changed a note of a contact"),
    ("contact.note_deleted", "Deleted a note of a contact"),
    ("label.created", "Made a label"),
    ("label.changed", "Changed a label"),
    ("label.deleted", "Deleted a label"),
    ("field.created", "Made a field for contacts"),
    ("field.changed", "Changed a field of contacts"),
    ("field.deleted", "Deleted a field of contacts"),
    ("field.moved", "Moved a field of contacts"),
    (
        "contact.import_started",
        "Began to import contacts from a file",
    ),
    ("contact.import_ended", "An import of contacts ended"),
    ("contact.import_undone", "Undid an import of contacts"),
    (
        "contact.import_taken_back",
        "An import of contacts was undone",
    ),
    ("contact.import_stopped", "Stopped an import of contacts"),
    ("contact.import_discarded", "Discarded a file of contacts"),
    ("contact.import_faults", "Downloaded rows at fault"),
    ("contact.rename", "Renamed a contact"),
    ("contact.merge", "Merged two contacts"),
    ("contact.unmerge", "Parted two contacts again"),
    (
        "contact.told_apart",
        "Said that two contacts are two people",
    ),
    ("portal.link_made", "Made a portal link"),
    (
        "portal.link_sent",
        "Sent the address of a portal link into the chat",
    ),
    ("portal.pin_reset", "Set the PIN of a portal link anew"),
    ("portal.link_revoked", "Revoked a portal link"),
    (
        "portal.link_moved",
        "Ended the visits of a portal link, which went to another contact",
    ),
    (
        "portal.opened",
        "A contact opened their portal with the PIN",
    ),
    (
        "portal.closed",
        "Five wrong PINs closed a portal link for a quarter of an hour",
    ),
    (
        "portal.locked",
        "Twenty wrong PINs closed a portal link until its PIN is set anew",
    ),
    ("portal.pin_asked", "A contact asked for a new PIN"),
    ("task.created", "Made a task"),
    ("task.changed", "Changed a task"),
    ("task.listed", "Changed the list of a task"),
    ("task.commented", "Commented on a task"),
    ("task.asked", "Asked a contact for a document"),
    ("task.document_removed", "Took a document of a task away"),
    ("task.deleted", "Deleted a task"),
    ("otp.requested", "Had a one-time code sent"),
    ("otp.verified", "A one-time code was entered"),
    ("otp.failed", "Three wrong codes ended a one-time code"),
    (
        "otp.refused",
        "More one-time codes were asked for than may be; told once in a window",
    ),
    (
        "otp.settings",
        "Chose how many one-time codes may be asked for, and for which countries",
    ),
    (
        "courtesy.choose",
        "Chose what contacts see of those who read and type",
    ),
    ("webhook.reapply", "Applied kept events again"),
    ("key.made", "Made an API key"),
    ("key.revoked", "Revoked an API key"),
    ("key.sent", "Sent a message by an API key"),
    ("endpoint.created", "Made a webhook endpoint"),
    ("endpoint.changed", "Changed a webhook endpoint"),
    ("endpoint.deleted", "Deleted a webhook endpoint"),
    (
        "endpoint.secret_rotated",
        "Gave a webhook endpoint another secret",
    ),
    ("endpoint.paused", "Paused a webhook endpoint"),
    ("endpoint.resumed", "Resumed a webhook endpoint"),
    (
        "endpoint.stopped",
        "A webhook endpoint failed, or is gone, and was paused",
    ),
    ("endpoint.tested", "Sent a test to a webhook endpoint"),
    ("endpoint.replayed", "Sent webhooks once more"),
    (
        "endpoint.feed_lost",
        "Webhooks went on from the oldest event, for their place was lost",
    ),
    (
        "source.created",
        "Made an address for another provider's webhooks",
    ),
    (
        "source.changed",
        "Changed an address for another provider's webhooks",
    ),
    (
        "source.deleted",
        "Deleted an address for another provider's webhooks",
    ),
    (
        "source.applied_again",
        "Applied what another provider sent once more",
    ),
    ("export.made", "Took records away as a file"),
    ("audit.exported", "Took the audit out as a file"),
];

/// What was done; a word that is not known here as it is.
pub fn what(action: &str) -> String {
    let known = ACTIONS.iter().find(|(word, _)| *word == action);
    known.map_or(action, |(_, what)| what).to_owned()
}

/// What stands behind a label of a detail.
pub fn label(label: &str) -> String {
    match label {
        "member" => "Member",
        "role" => "Role",
        "from" => "From",
        "to" => "To",
        "team" => "Team",
        "limited" => "Limited",
        "heir" => "Conversations go to",
        "conversations" => "Open conversations",
        "contacts" => "Contacts that nobody looks after now",
        "tasks" => "Open tasks that are nobody's now",
        "network" => "Network",
        "reason" => "Reason",
        "invitation" => "Invitation",
        "email" => "E-mail",
        "domain" => "Only addresses at",
        "days" => "Good for days",
        "required" => "Required",
        "channel" => "Number",
        "phone_number_id" => "WhatsApp's id of the number",
        "account_id" => "WhatsApp's id of the account",
        "own_app" => "Own app at Meta",
        "step" => "Step",
        "contact" => "Contact",
        "phone" => "To the number",
        "task" => "Task",
        "otp" => "One-time code",
        "purpose" => "For",
        "prefix_hour" => "An hour, to numbers that begin alike",
        "prefix_day" => "A day, to numbers that begin alike",
        "workspace_hour" => "An hour, in all",
        "workspace_day" => "A day, in all",
        "countries" => "Countries",
        "what" => "What",
        "other" => "Other contact",
        "link" => "Portal link",
        "message" => "Message",
        "name" => "Name",
        "changed" => "Changed",
        "label" => "Label",
        "field" => "Field",
        "import" => "Import",
        "file" => "File",
        "made" => "New contacts",
        "same" => "Unchanged contacts",
        "faulty" => "Rows at fault",
        "removed" => "Contacts taken away",
        "restored" => "Contacts as they were",
        "kept" => "Contact that stays",
        "gone" => "Contact that went into it",
        "receipts" => "Blue ticks",
        "typing" => "Typing is shown",
        "parts" => "Webhooks tried",
        "applied" => "Shown in full",
        "left" => "Still kept",
        "lines" => "Lines",
        "behind" => "Behind the record",
        "key" => "API key",
        "plan" => "Plan",
        "by_key" => "By the API key",
        "scopes" => "May",
        "networks" => "Only from",
        "test" => "Test key",
        "narrowed" => "Narrowed",
        "endpoint" => "Endpoint",
        "source" => "Address for webhooks",
        "provider" => "Provider",
        "entry" => "Line of the log",
        "secret" => "Another secret",
        "host" => "Host",
        "kinds" => "Kinds of events",
        "hours" => "The old secret signs for hours",
        "deliveries" => "Deliveries",
        "back_days" => "Days back",
        other => other,
    }
    .to_owned()
}

/// What stands there.
pub fn value(value: String) -> String {
    match value.as_str() {
        "true" => "Yes".into(),
        "false" => "No".into(),
        "agent" => "Agent".into(),
        "manager" => "Manager".into(),
        "admin" => "Admin".into(),
        "owner" => "Owner".into(),
        "failing" => "Failed for three days".into(),
        "gone" => "It answered 410 Gone".into(),
        _ => value,
    }
}

/// Whether what stands behind that label is a time.
pub fn is_time(action: &str, label: &str) -> bool {
    action == "webhook.reapply" && matches!(label, "from" | "to")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_kind_to_be_looked_for_and_what_is_not_known_is_shown_as_it_is() {
        for (action, words) in ACTIONS {
            let kinds = KINDS[1..]
                .iter()
                .filter(|(word, _)| action.starts_with(*word));
            assert_eq!(kinds.count(), 1, "{action}");
            assert_eq!(what(action), words);
        }
        assert_eq!(what("cart.shared"), "cart.shared");
        assert_eq!(label("colour"), "colour");
        assert_eq!(value("green".into()), "green");
        assert_eq!(value("true".into()), "Yes");
    }

    #[test]
    fn it_is_told_how_much_of_the_chain_there_is() {
        assert_eq!(whole(0, 0), "There is no line yet.");
        assert_eq!(whole(5, 5), "The chain is whole: 5 lines.");
        assert!(whole(7, 5).ends_with("2 more are linked in a moment."));
    }
}
