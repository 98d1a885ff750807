-- A member waits for an admin's approval, works, or is suspended; an admin can end the access of every browser that came
-- in before a moment; a workspace can require a second factor.

ALTER TABLE member
    ADD COLUMN state text NOT NULL DEFAULT 'active'
        CONSTRAINT member_state CHECK (state IN ('active', 'waiting', 'suspended')),
    -- When they were approved; of one who waits, when they asked.
    ADD COLUMN since timestamptz NOT NULL DEFAULT now(),
    -- The network that a request came from (/24, /48).
    ADD COLUMN asked_from text,
    -- Sessions that were opened before it do not come in.
    ADD COLUMN access_from timestamptz NOT NULL DEFAULT '-infinity';
GRANT UPDATE (state, since, asked_from, access_from) ON member TO postern_app;

ALTER TABLE workspace ADD COLUMN factor_required boolean NOT NULL DEFAULT false;
GRANT UPDATE (factor_required) ON workspace TO postern_app;

-- Which browsers opened a workspace's pages, and when last.
CREATE TABLE member_access (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    session_id uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    member_id uuid NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, session_id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX member_access_session ON member_access (session_id);
CREATE INDEX member_access_member ON member_access (workspace_id, member_id);
ALTER TABLE member_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_access FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_access TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE (seen_at), DELETE ON member_access TO postern_app;

-- A session tells the network that it was seen in last (/24, /48), and more reasons for its end.
ALTER TABLE session
    ADD COLUMN network text NOT NULL DEFAULT '',
    DROP CONSTRAINT session_end_reason,
    ADD CONSTRAINT session_end_reason CHECK (end_reason IN ('sign_out', 'replay', 'revoked', 'password', 'not_me'));
GRANT SELECT (created_at) ON session TO postern_definer;
