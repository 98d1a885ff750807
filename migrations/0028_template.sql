-- Message templates of the workspace's business accounts, as Meta last told of them.

CREATE TABLE template (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    -- Meta's id of the WhatsApp Business Account.
    account_id text NOT NULL,
    -- Meta's id of the template; it may be made anew under the same name.
    meta_id text,
    name text NOT NULL,
    language text NOT NULL,
    -- Meta's words, whatever they are.
    category text NOT NULL,
    status text NOT NULL,
    quality text,
    reason text,
    -- Its variables have names; otherwise they are numbered.
    named boolean NOT NULL,
    -- Meta's own form of what it is made of.
    components jsonb NOT NULL,
    -- What a search looks at: name and words, in small letters.
    sought text NOT NULL,
    -- The time at Meta of what is known: what is older changes nothing.
    told_at timestamptz NOT NULL,
    -- When Meta last listed it.
    listed_at timestamptz NOT NULL,
    -- Since when Meta does not have it any more. It is kept, for messages were sent with it.
    gone_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT template_name_key UNIQUE (workspace_id, account_id, name, language)
);

ALTER TABLE template ENABLE ROW LEVEL SECURITY;
ALTER TABLE template FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON template TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON template TO postern_app;

-- When an account was last asked for its templates, and what came of it.
CREATE TABLE template_sync (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    account_id text NOT NULL,
    -- When somebody last wanted it.
    asked_at timestamptz NOT NULL,
    -- When it was last tried to the end.
    tried_at timestamptz,
    -- When the last whole listing began.
    synced_at timestamptz,
    -- Why that did not succeed, in words.
    fault text,
    PRIMARY KEY (workspace_id, account_id)
);

ALTER TABLE template_sync ENABLE ROW LEVEL SECURITY;
ALTER TABLE template_sync FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON template_sync TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON template_sync TO postern_app;
