-- Tries after a message's first, by the ids that went along to Meta: a late status names the try that it is about.
-- The first try goes by its message's own id and has no row here.
CREATE TABLE message_try (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, message_id) REFERENCES message (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX message_try_message ON message_try (workspace_id, message_id);

ALTER TABLE message_try ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_try FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON message_try TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT ON message_try TO postern_app;
