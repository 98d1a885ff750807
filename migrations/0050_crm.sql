-- What a workspace knows of its contacts beside what they write: who looks after one, an address, labels, fields of its own,
-- and notes.

ALTER TABLE contact
    ADD COLUMN email text,
    -- The member who looks after this contact.
    ADD COLUMN owner_id uuid,
    ADD COLUMN edited_at timestamptz,
    -- By what the list stands in order.
    ADD COLUMN sort_name text COLLATE "C"
        GENERATED ALWAYS AS (lower(coalesce(given_name, name, username, phone, email, ''))) STORED;
ALTER TABLE contact ADD CONSTRAINT contact_owner FOREIGN KEY (workspace_id, owner_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (owner_id);
CREATE INDEX contact_by_name ON contact (workspace_id, sort_name, id) WHERE merged_into IS NULL;
CREATE INDEX contact_by_age ON contact (workspace_id, created_at DESC, id DESC) WHERE merged_into IS NULL;
CREATE INDEX contact_by_owner ON contact (workspace_id, owner_id, sort_name, id) WHERE owner_id IS NOT NULL;
CREATE INDEX contact_by_email ON contact (workspace_id, lower(email)) WHERE email IS NOT NULL;

-- Where agents are limited, they see the contacts that they look after as well.
CREATE FUNCTION owns_contact(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.contact c
                    WHERE c.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND c.id = p_id
                      AND c.owner_id = nullif(current_setting('app.member', true), '')::uuid);
END $$;
REVOKE ALL ON FUNCTION owns_contact(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owns_contact(uuid) TO postern_app;

-- For contacts and for conversations. One that was deleted is no longer shown anywhere; what wore it is left alone.
CREATE TABLE label (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    -- A colour of the palette.
    tone smallint NOT NULL CONSTRAINT label_tone CHECK (tone BETWEEN 0 AND 9),
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX label_name_key ON label (workspace_id, lower(name)) WHERE deleted_at IS NULL;
ALTER TABLE label ENABLE ROW LEVEL SECURITY;
ALTER TABLE label FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON label TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON label TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
GRANT SELECT, INSERT, UPDATE (name, tone, deleted_at) ON label TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON label TO postern_definer;

CREATE TABLE contact_label (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    label_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, label_id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, label_id) REFERENCES label (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_label_label ON contact_label (workspace_id, label_id, contact_id);
ALTER TABLE contact_label ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_label FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_label TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON contact_label TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON contact_label AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(contact_id) OR owns_contact(contact_id));
GRANT SELECT, INSERT, DELETE ON contact_label TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_label TO postern_definer;

CREATE TABLE conversation_label (
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    label_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, label_id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, label_id) REFERENCES label (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX conversation_label_label ON conversation_label (workspace_id, label_id, conversation_id);
ALTER TABLE conversation_label ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_label FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON conversation_label TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON conversation_label TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON conversation_label AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_conversation(conversation_id));
GRANT SELECT, INSERT, DELETE ON conversation_label TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON conversation_label TO postern_definer;

-- The list reads one table: which labels a conversation wears stands in its row too. A row that says something else is a
-- newer row.
ALTER TABLE conversation ADD COLUMN labels uuid[] NOT NULL DEFAULT '{}';
CREATE FUNCTION label_tells_conversation() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE public.conversation c SET labels = array_append(c.labels, NEW.label_id), rev = c.rev + 1
         WHERE c.workspace_id = NEW.workspace_id AND c.id = NEW.conversation_id;
    -- Where a workspace is emptied, the conversation goes as well, and whoever empties it changes nothing.
    ELSIF current_user <> 'postern_definer' THEN
        UPDATE public.conversation c SET labels = array_remove(c.labels, OLD.label_id), rev = c.rev + 1
         WHERE c.workspace_id = OLD.workspace_id AND c.id = OLD.conversation_id;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION label_tells_conversation() FROM PUBLIC;
CREATE TRIGGER tells_conversation AFTER INSERT OR DELETE ON conversation_label
    FOR EACH ROW EXECUTE FUNCTION label_tells_conversation();
CREATE OR REPLACE VIEW conversation_row WITH (security_invoker = true) AS
    SELECT c.workspace_id, c.id, c.rev, c.contact_id, c.contact_name, c.contact_phone, c.channel_id,
           c.state, c.assignee_id, c.last_kind, c.last_text, c.last_direction, c.last_status, c.last_at, c.unread,
           c.heard_at, c.team_id, c.labels
      FROM conversation c;

-- Fields that a workspace has made for its contacts. One that was deleted keeps its values, and is shown nowhere.
CREATE TABLE contact_field (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT contact_field_kind CHECK (kind IN ('text', 'number', 'date', 'choice', 'yes_no', 'link')),
    -- What may be chosen, in order.
    choices text[] NOT NULL DEFAULT '{}',
    position integer NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX contact_field_name_key ON contact_field (workspace_id, lower(name)) WHERE deleted_at IS NULL;
ALTER TABLE contact_field ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_field FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_field TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON contact_field TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
GRANT SELECT, INSERT, UPDATE (name, choices, position, deleted_at) ON contact_field TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_field TO postern_definer;

CREATE TABLE contact_value (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    field_id uuid NOT NULL,
    -- As its kind writes it: a number plainly, a date as 2026-01-31, yes or no.
    value text NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, field_id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, field_id) REFERENCES contact_field (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_value_field ON contact_value (workspace_id, field_id);
ALTER TABLE contact_value ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_value FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_value TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON contact_value TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON contact_value AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(contact_id) OR owns_contact(contact_id));
GRANT SELECT, INSERT, UPDATE (value), DELETE ON contact_value TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_value TO postern_definer;

CREATE TABLE contact_note (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    author_id uuid,
    body text NOT NULL,
    at timestamptz NOT NULL,
    edited_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE,
    -- A member's row goes with its workspace alone.
    FOREIGN KEY (workspace_id, author_id) REFERENCES member (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_note_contact ON contact_note (workspace_id, contact_id, at DESC, id DESC);
ALTER TABLE contact_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_note FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_note TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON contact_note TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON contact_note AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(contact_id) OR owns_contact(contact_id));
GRANT SELECT, INSERT, UPDATE (contact_id, body, edited_at), DELETE ON contact_note TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_note TO postern_definer;

DROP POLICY sight ON contact;
CREATE POLICY sight ON contact AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '')
           OR owner_id = (SELECT nullif(current_setting('app.member', true), '')::uuid) OR sees_contact(id));
DROP POLICY sight ON contact_identity;
CREATE POLICY sight ON contact_identity AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(contact_id) OR owns_contact(contact_id));
DROP POLICY sight ON contact_term;
CREATE POLICY sight ON contact_term AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(contact_id) OR owns_contact(contact_id));
