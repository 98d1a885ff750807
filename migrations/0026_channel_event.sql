-- What Meta tells of a number or an account beside messages, as it came.

CREATE TABLE channel_event (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    -- None for what concerns all numbers of the account.
    channel_id uuid,
    account_id text NOT NULL,
    -- Meta's words for the field and for what happened; the latter may be empty.
    field text NOT NULL,
    event text NOT NULL,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    -- Keyed hash of the change: the same one again adds nothing.
    digest bytea NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT channel_event_digest_key UNIQUE (workspace_id, digest),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX channel_event_newest ON channel_event (workspace_id, at DESC, id DESC);
CREATE INDEX channel_event_channel ON channel_event (workspace_id, channel_id);

ALTER TABLE channel_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON channel_event TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
-- Keys rotate: the sealed value is written anew.
GRANT SELECT, INSERT, UPDATE (sealed) ON channel_event TO postern_app;

-- Since when a contact wants no marketing, and when they last said anything of it.
ALTER TABLE contact ADD COLUMN marketing_stopped_at timestamptz, ADD COLUMN marketing_told_at timestamptz;
