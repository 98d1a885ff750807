-- What contacts are told of an agent who reads or types. A workspace without a row has both switched on.
CREATE TABLE courtesy (
    workspace_id uuid PRIMARY KEY REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    -- The blue ticks of what a contact wrote.
    receipts boolean NOT NULL DEFAULT true,
    -- "typing…" in the contact's chat.
    typing boolean NOT NULL DEFAULT true,
    -- How often Meta did not take one, and what it said the last time.
    refused bigint NOT NULL DEFAULT 0,
    refused_code bigint,
    refused_at timestamptz
);
ALTER TABLE courtesy ENABLE ROW LEVEL SECURITY;
ALTER TABLE courtesy FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON courtesy TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON courtesy TO postern_app;
