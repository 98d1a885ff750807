-- Tasks: what is to be done for a contact, internally or shared with them; with a list to tick off, comments, documents and a
-- history.

CREATE TABLE task (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    status text NOT NULL CONSTRAINT task_status CHECK (status IN ('open', 'doing', 'waiting', 'done', 'cancelled')),
    -- The day by which it is due, in the workspace's zone.
    due date,
    owner_id uuid,
    author_id uuid,
    -- Whether the contact sees it in their portal.
    shared boolean NOT NULL DEFAULT false,
    -- Whether the contact is told in the chat of what changes.
    tells boolean NOT NULL DEFAULT true,
    -- The message that it was made from.
    message_id uuid,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    ended_at timestamptz,
    rev bigint NOT NULL DEFAULT 1,
    -- What became of the last word to the contact in the chat, and when, for the agent to see.
    told text CONSTRAINT task_told CHECK (told IN ('chat', 'template', 'no_template', 'no_chat')),
    told_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT task_told_when CHECK ((told IS NULL) = (told_at IS NULL)),
    CONSTRAINT task_ended CHECK ((status IN ('done', 'cancelled')) = (ended_at IS NOT NULL)),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE
);
ALTER TABLE task ADD CONSTRAINT task_owner_member FOREIGN KEY (workspace_id, owner_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (owner_id);
ALTER TABLE task ADD CONSTRAINT task_author_member FOREIGN KEY (workspace_id, author_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (author_id);
ALTER TABLE task ADD CONSTRAINT task_message FOREIGN KEY (workspace_id, message_id)
    REFERENCES message (workspace_id, id) ON DELETE SET NULL (message_id);
CREATE INDEX task_contact ON task (workspace_id, contact_id, created_at DESC, id DESC);
CREATE INDEX task_open ON task (workspace_id, due NULLS LAST, id) WHERE ended_at IS NULL;
CREATE INDEX task_owner ON task (workspace_id, owner_id, due NULLS LAST, id) WHERE ended_at IS NULL;
CREATE INDEX task_ended_list ON task (workspace_id, ended_at DESC, id DESC) WHERE ended_at IS NOT NULL;
CREATE INDEX task_message_index ON task (workspace_id, message_id) WHERE message_id IS NOT NULL;
ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE task FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON task TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON task TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON task AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR owner_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
           OR sees_contact(contact_id) OR owns_contact(contact_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON task TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON task TO postern_definer;

-- Whether who asks sees that task.
CREATE FUNCTION sees_task(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.task t
                    WHERE t.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND t.id = p_id);
END $$;
REVOKE ALL ON FUNCTION sees_task(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sees_task(uuid) TO postern_app;

-- The list to tick off.
CREATE TABLE task_item (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    position integer NOT NULL,
    body text NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, task_id) REFERENCES task (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX task_item_task ON task_item (workspace_id, task_id, position, id);
ALTER TABLE task_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE task_item FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON task_item TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON task_item TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON task_item AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_task(task_id));
GRANT SELECT, INSERT, UPDATE (position, body, done_at), DELETE ON task_item TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON task_item TO postern_definer;

CREATE TABLE task_comment (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    -- Who wrote it; none: the contact, in the portal.
    author_id uuid,
    -- For members alone, also where the task is shared.
    internal boolean NOT NULL,
    body text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT task_comment_of_contact CHECK (author_id IS NOT NULL OR NOT internal),
    FOREIGN KEY (workspace_id, task_id) REFERENCES task (workspace_id, id) ON DELETE CASCADE,
    -- None would be the contact. A member's row goes with its workspace alone.
    FOREIGN KEY (workspace_id, author_id) REFERENCES member (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX task_comment_task ON task_comment (workspace_id, task_id, at, id);
ALTER TABLE task_comment ENABLE ROW LEVEL SECURITY;
ALTER TABLE task_comment FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON task_comment TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON task_comment TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON task_comment AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_task(task_id));
GRANT SELECT, INSERT, DELETE ON task_comment TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON task_comment TO postern_definer;

-- A file may belong to a task instead of a message; then it came by no number.
ALTER TABLE file ALTER COLUMN channel_id DROP NOT NULL,
    -- The contact whose task it belongs to.
    ADD COLUMN contact_id uuid,
    ADD CONSTRAINT file_place CHECK (channel_id IS NOT NULL OR contact_id IS NOT NULL),
    ADD CONSTRAINT file_contact FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE;
CREATE INDEX file_contact_index ON file (workspace_id, contact_id) WHERE contact_id IS NOT NULL;

-- Documents of a task: files, and those that the contact is asked for and has not brought yet.
CREATE TABLE task_document (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    name text NOT NULL,
    -- None while it is asked for.
    file_id uuid,
    -- Who brought it, or asked for it; none: the contact, in the portal.
    author_id uuid,
    -- Whether the contact was asked for it.
    asked boolean NOT NULL,
    -- For members alone, also where the task is shared.
    internal boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT task_document_is_there CHECK (asked OR file_id IS NOT NULL),
    CONSTRAINT task_document_asked_openly CHECK (NOT (asked AND internal)),
    FOREIGN KEY (workspace_id, task_id) REFERENCES task (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, file_id) REFERENCES file (workspace_id, id),
    -- None would be the contact. A member's row goes with its workspace alone.
    FOREIGN KEY (workspace_id, author_id) REFERENCES member (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX task_document_task ON task_document (workspace_id, task_id, at, id);
CREATE INDEX task_document_file ON task_document (workspace_id, file_id) WHERE file_id IS NOT NULL;
ALTER TABLE task_document ENABLE ROW LEVEL SECURITY;
ALTER TABLE task_document FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON task_document TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON task_document TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON task_document AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_task(task_id));
GRANT SELECT, INSERT, UPDATE (file_id, author_id, at), DELETE ON task_document TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON task_document TO postern_definer;

-- What became of a task, for those who follow it.
CREATE TABLE task_change (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    at timestamptz NOT NULL,
    -- None: the contact, in the portal.
    author_id uuid,
    kind text NOT NULL CONSTRAINT task_change_kind CHECK (kind IN ('created', 'status', 'title', 'description', 'due', 'owner',
        'shared', 'unshared', 'item', 'item_done', 'item_undone', 'item_gone', 'asked', 'document', 'document_gone')),
    -- What it is now: a status, a day, a name.
    value text NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, task_id) REFERENCES task (workspace_id, id) ON DELETE CASCADE,
    -- None would be the contact. A member's row goes with its workspace alone.
    FOREIGN KEY (workspace_id, author_id) REFERENCES member (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX task_change_task ON task_change (workspace_id, task_id, at, id);
ALTER TABLE task_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE task_change FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON task_change TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON task_change TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON task_change AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_task(task_id));
GRANT SELECT, INSERT ON task_change TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON task_change TO postern_definer;

-- A file is seen by who sees its task, too.
CREATE OR REPLACE FUNCTION sees_file(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.message m
                    WHERE m.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND m.file_id = p_id)
        OR EXISTS (SELECT FROM public.task_document d
                    WHERE d.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND d.file_id = p_id);
END $$;
