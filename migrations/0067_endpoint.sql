-- Webhooks out: where a workspace's events go, what was cut for whom, and what became of it.

CREATE TABLE endpoint (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    url text NOT NULL,
    description text NOT NULL DEFAULT '',
    -- Words of the kinds of events that go there.
    kinds text[] NOT NULL,
    state text NOT NULL CONSTRAINT endpoint_state CHECK (state IN ('on', 'paused')),
    paused_why text CONSTRAINT endpoint_why CHECK (paused_why IN ('asked', 'failing', 'gone')),
    paused_at timestamptz,
    -- The place in the feed from which on events go there.
    since text NOT NULL,
    -- Its lanes have to be looked through for what waits: who asked, and behind which lane; none: they have not.
    rouse text,
    -- The key that signs; empty once it was deleted.
    secret_sealed bytea NOT NULL,
    -- The one before it signs as well, for a while.
    old_sealed bytea,
    old_until timestamptz,
    author_id uuid,
    created_at timestamptz NOT NULL,
    -- From then on it is gone, and is emptied.
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT endpoint_paused CHECK ((state = 'paused') = (paused_at IS NOT NULL) AND (state = 'paused') = (paused_why IS NOT NULL)),
    CONSTRAINT endpoint_old CHECK ((old_sealed IS NULL) = (old_until IS NULL))
);
ALTER TABLE endpoint ADD CONSTRAINT endpoint_author FOREIGN KEY (workspace_id, author_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (author_id);
ALTER TABLE endpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE endpoint FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON endpoint TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON endpoint TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY definer ON endpoint FOR SELECT TO postern_definer USING (true);
CREATE POLICY sight ON endpoint AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON endpoint AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT, UPDATE, DELETE ON endpoint TO postern_app;
GRANT SELECT (workspace_id, ctid, secret_sealed, old_sealed), DELETE ON endpoint TO postern_definer;

-- How far the feed of a workspace with endpoints was cut into deliveries.
CREATE TABLE endpoint_feed (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    cursor text NOT NULL,
    PRIMARY KEY (workspace_id)
);
ALTER TABLE endpoint_feed ENABLE ROW LEVEL SECURITY;
ALTER TABLE endpoint_feed FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON endpoint_feed TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON endpoint_feed TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY definer ON endpoint_feed FOR SELECT TO postern_definer USING (true);
CREATE POLICY client ON endpoint_feed AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT, UPDATE, DELETE ON endpoint_feed TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON endpoint_feed TO postern_definer;

-- One event for one endpoint.
CREATE TABLE delivery (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    -- The order of the feed.
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- The event, as callers know it: the same for every endpoint and every attempt.
    event_id text NOT NULL,
    kind text NOT NULL,
    -- What it is of: a conversation, or what else. Those of one object go one after another.
    object text NOT NULL,
    -- When it happened, and when it was cut.
    at timestamptz NOT NULL,
    cut_at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT delivery_state CHECK (state IN ('waiting', 'delivered', 'failed', 'skipped')),
    ended_at timestamptz,
    -- When it is tried next, while it waits.
    due_at timestamptz NOT NULL,
    -- Attempts in all.
    attempts integer NOT NULL DEFAULT 0,
    -- Attempts of this round, and when it began: a replay begins another.
    tries integer NOT NULL DEFAULT 0,
    first_at timestamptz,
    -- The body, exactly as it goes out.
    sealed bytea NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT delivery_once UNIQUE (workspace_id, endpoint_id, event_id),
    CONSTRAINT delivery_ended CHECK ((state = 'waiting') = (ended_at IS NULL)),
    FOREIGN KEY (workspace_id, endpoint_id) REFERENCES endpoint (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX delivery_list ON delivery (workspace_id, endpoint_id, seq DESC);
CREATE INDEX delivery_by_state ON delivery (workspace_id, endpoint_id, state, seq DESC);
CREATE INDEX delivery_lane ON delivery (workspace_id, endpoint_id, object, seq) WHERE state = 'waiting';
CREATE INDEX delivery_age ON delivery (cut_at);
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON delivery TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON delivery TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY definer ON delivery FOR SELECT TO postern_definer USING (true);
CREATE POLICY sweep ON delivery FOR DELETE TO postern_definer USING (cut_at < now() - interval '30 days');
CREATE POLICY sight ON delivery AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON delivery AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT, UPDATE (state, ended_at, due_at, attempts, tries, first_at, sealed), DELETE ON delivery TO postern_app;
GRANT SELECT (workspace_id, ctid, cut_at, sealed), DELETE ON delivery TO postern_definer;

-- One attempt at a delivery. Without a status and a fault it is under way, or whoever made it died.
CREATE TABLE delivery_attempt (
    workspace_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    duration_ms integer,
    status integer,
    fault text,
    -- The status line and a few headers of the answer; nothing of its body is kept.
    head text NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, delivery_id, number),
    FOREIGN KEY (workspace_id, delivery_id) REFERENCES delivery (workspace_id, id) ON DELETE CASCADE
);
ALTER TABLE delivery_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON delivery_attempt TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON delivery_attempt TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON delivery_attempt AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON delivery_attempt AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT, UPDATE (duration_ms, status, fault, head) ON delivery_attempt TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON delivery_attempt TO postern_definer;
