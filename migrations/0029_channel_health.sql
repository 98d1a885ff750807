-- How each number stands at Meta: what is known, what changed, and what an admin should see.

ALTER TABLE channel
    -- When Meta was last asked about it and answered.
    ADD COLUMN checked_at timestamptz,
    -- Why the last time came to nothing, in words for an admin.
    ADD COLUMN check_fault text;

-- The newest known value of each fact. Its words are Meta's, and may be new to us.
CREATE TABLE channel_fact (
    workspace_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    fact text NOT NULL,
    value text NOT NULL,
    -- Since when it is so.
    since timestamptz NOT NULL,
    -- When it was last told: what was told of an earlier time changes nothing.
    told_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, fact),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE channel_change (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    fact text NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX channel_change_newest ON channel_change (workspace_id, channel_id, at DESC, id DESC);

CREATE TABLE channel_alert (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    -- What it is about: the same at the same time is the same alert, however often it is told.
    kind text NOT NULL,
    severity text NOT NULL CONSTRAINT channel_alert_severity CHECK (severity IN ('info', 'warning', 'critical')),
    words text NOT NULL,
    at timestamptz NOT NULL,
    seen_at timestamptz,
    -- None when it was settled by itself.
    seen_by uuid,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT channel_alert_once_key UNIQUE (workspace_id, channel_id, kind, at),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, seen_by) REFERENCES member (workspace_id, id)
);
CREATE INDEX channel_alert_newest ON channel_alert (workspace_id, channel_id, at DESC, id DESC);
CREATE INDEX channel_alert_unseen ON channel_alert (workspace_id, channel_id) WHERE seen_at IS NULL;

ALTER TABLE channel_fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_fact FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON channel_fact TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE (value, since, told_at) ON channel_fact TO postern_app;

ALTER TABLE channel_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_change FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON channel_change TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT ON channel_change TO postern_app;

ALTER TABLE channel_alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_alert FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON channel_alert TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE (seen_at, seen_by) ON channel_alert TO postern_app;
