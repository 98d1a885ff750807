-- Contacts, conversations and messages.

CREATE TABLE contact (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text,
    -- The number as shown, E.164; what identifies a contact stands in contact_identity.
    phone text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

-- What a contact is known by: `phone` (digits) or `bsuid` (Meta's id of a person, within one account: the scope).
CREATE TABLE contact_identity (
    workspace_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT contact_identity_kind CHECK (kind IN ('phone', 'bsuid')),
    scope text NOT NULL,
    value text NOT NULL,
    contact_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, kind, scope, value),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_identity_contact ON contact_identity (workspace_id, contact_id);

-- What a contact is found by: the folded words of its name, and the number's endings of four digits and more.
-- A search is a range over text, which keeps its index under a policy where LIKE does not.
CREATE TABLE contact_term (
    workspace_id uuid NOT NULL,
    term text COLLATE "C" NOT NULL,
    contact_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, term, contact_id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_term_contact ON contact_term (workspace_id, contact_id);

CREATE TABLE conversation (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT conversation_state CHECK (state IN ('open', 'closed')),
    assignee_id uuid,
    -- The newest message, kept here so that the list reads one table.
    last_message_id uuid,
    last_kind text,
    last_text text,
    last_direction text,
    last_status text,
    last_at timestamptz NOT NULL,
    unread integer NOT NULL DEFAULT 0,
    -- When the contact last wrote, by Meta's clock: the service window is 24 hours from here.
    heard_at timestamptz,
    rev bigint NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, assignee_id) REFERENCES member (workspace_id, id)
);
CREATE UNIQUE INDEX conversation_open_key ON conversation (workspace_id, channel_id, contact_id)
    WHERE state = 'open';
CREATE INDEX conversation_list ON conversation (workspace_id, state, last_at DESC, id DESC);
CREATE INDEX conversation_assigned ON conversation (workspace_id, assignee_id, state, last_at DESC, id DESC);
CREATE INDEX conversation_unassigned ON conversation (workspace_id, state, last_at DESC, id DESC)
    WHERE assignee_id IS NULL;
CREATE INDEX conversation_unread ON conversation (workspace_id, assignee_id)
    WHERE state = 'open' AND unread > 0;
CREATE INDEX conversation_contact ON conversation (workspace_id, contact_id, last_at DESC);

CREATE TABLE message (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    direction text NOT NULL CONSTRAINT message_direction CHECK (direction IN ('in', 'out', 'note')),
    author_id uuid,
    kind text NOT NULL,
    body text NOT NULL,
    -- The order of a thread: Meta's time for what came in, ours for what went out; then arrival.
    at timestamptz NOT NULL,
    arrival bigint GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL,
    -- Meta's id: personal data, for it carries the number.
    wamid text,
    status text NOT NULL CONSTRAINT message_status CHECK (status IN ('received', 'queued', 'sending', 'unknown',
        'accepted', 'sent', 'delivered', 'read', 'played', 'failed')),
    status_at timestamptz NOT NULL,
    -- The attempt in flight: an answer to an older one changes nothing.
    attempt_id uuid,
    ask_at timestamptz,
    fault_code bigint,
    fault_reason text,
    fault_retry boolean,
    rev bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, author_id) REFERENCES member (workspace_id, id)
);
CREATE INDEX message_thread ON message (workspace_id, conversation_id, at DESC, arrival DESC);
CREATE UNIQUE INDEX message_wamid_key ON message (workspace_id, channel_id, wamid) WHERE wamid IS NOT NULL;

-- Keyed hashes of the ids of messages that came in. They outlive the messages: what was purged does not come back.
CREATE TABLE message_key (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    digest bytea NOT NULL,
    PRIMARY KEY (workspace_id, digest)
);

-- Statuses for messages that are not known yet: they may come before Meta's own answer was stored.
CREATE TABLE status_early (
    workspace_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    wamid text NOT NULL,
    status text NOT NULL,
    at timestamptz NOT NULL,
    fault_code bigint,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, wamid, status),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE draft (
    workspace_id uuid NOT NULL,
    member_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    body text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, member_id, conversation_id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX draft_conversation ON draft (workspace_id, conversation_id);


ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON contact TO postern_app;

ALTER TABLE contact_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_identity FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_identity TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_identity TO postern_app;

ALTER TABLE contact_term ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_term FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_term TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON contact_term TO postern_app;

ALTER TABLE conversation ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON conversation TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON conversation TO postern_app;

ALTER TABLE message ENABLE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON message TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON message TO postern_app;

ALTER TABLE message_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_key FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON message_key TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT ON message_key TO postern_app;

ALTER TABLE status_early ENABLE ROW LEVEL SECURITY;
ALTER TABLE status_early FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON status_early TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON status_early TO postern_app;

ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON draft TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO postern_app;

-- A row of the list, with its contact. Read under the caller's own policies.
CREATE VIEW conversation_row WITH (security_invoker = true) AS
    SELECT c.workspace_id, c.id, c.rev, c.contact_id, p.name AS contact_name, p.phone AS contact_phone, c.channel_id,
           c.state, c.assignee_id, c.last_kind, c.last_text, c.last_direction, c.last_status, c.last_at, c.unread,
           c.heard_at
      FROM conversation c JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id;
GRANT SELECT ON conversation_row TO postern_app;
