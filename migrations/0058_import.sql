-- Contacts from a file: what lies where, how it is read, how far it is, which rows were at fault, and what it changed, so
-- that it can be taken back.

CREATE TABLE contact_import (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    author_id uuid,
    name text NOT NULL,
    size bigint NOT NULL,
    -- Where the file lies, and its key; none once it was let go.
    object text,
    key_sealed bytea,
    -- How it is read, and what becomes of its columns.
    plan jsonb NOT NULL,
    -- Rows in it, without the headings and empty ones.
    lines integer NOT NULL,
    state text NOT NULL CONSTRAINT contact_import_state CHECK (state IN ('read', 'checking', 'checked', 'importing', 'done',
        'stopped', 'undoing', 'undone')),
    -- The last row that was dealt with, as a spreadsheet counts them.
    place integer NOT NULL DEFAULT 0,
    seen integer NOT NULL DEFAULT 0,
    made integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    same integer NOT NULL DEFAULT 0,
    faulty integer NOT NULL DEFAULT 0,
    -- Somebody wants it to end where it is.
    stop boolean NOT NULL DEFAULT false,
    -- Why it ended before its time.
    fault text,
    -- What undoing took away, gave back and left.
    undone jsonb,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT contact_import_lies CHECK ((object IS NULL) = (key_sealed IS NULL))
);
ALTER TABLE contact_import ADD CONSTRAINT contact_import_author FOREIGN KEY (workspace_id, author_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (author_id);
CREATE INDEX contact_import_age ON contact_import (workspace_id, created_at DESC, id DESC);
ALTER TABLE contact_import ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_import FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_import TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON contact_import TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY definer ON contact_import FOR SELECT TO postern_definer USING (true);
CREATE POLICY sight ON contact_import AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON contact_import AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_import TO postern_app;
GRANT SELECT (workspace_id, ctid, key_sealed), DELETE ON contact_import TO postern_definer;

-- Rows at fault, as they came, and why: those of one step together, sealed.
CREATE TABLE contact_import_fault (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    import_id uuid NOT NULL,
    -- The first of its rows.
    place integer NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, import_id) REFERENCES contact_import (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_import_fault_order ON contact_import_fault (workspace_id, import_id, place);
ALTER TABLE contact_import_fault ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_import_fault FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_import_fault TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON contact_import_fault TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY definer ON contact_import_fault FOR SELECT TO postern_definer USING (true);
CREATE POLICY sight ON contact_import_fault AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON contact_import_fault AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT, UPDATE (sealed), DELETE ON contact_import_fault TO postern_app;
GRANT SELECT (workspace_id, ctid, sealed), DELETE ON contact_import_fault TO postern_definer;

-- What an import did to a contact; undoing it goes by these, and takes them away.
CREATE TABLE contact_import_row (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    -- Whether it made them.
    made boolean NOT NULL,
    -- Each value as it was and as it became.
    changes jsonb NOT NULL,
    PRIMARY KEY (workspace_id, import_id, contact_id),
    FOREIGN KEY (workspace_id, import_id) REFERENCES contact_import (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_import_row_contact ON contact_import_row (workspace_id, contact_id);
ALTER TABLE contact_import_row ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_import_row FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_import_row TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON contact_import_row TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON contact_import_row AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON contact_import_row AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT, DELETE ON contact_import_row TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_import_row TO postern_definer;

-- As before, but for what imports have sealed.
CREATE OR REPLACE FUNCTION drop_key(p_number integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_workspace uuid := nullif(current_setting('app.workspace', true), '')::uuid;
    v_name bytea := convert_to(p_number::text, 'UTF8');
    v_begin bytea := '\x01'::bytea || set_byte('\x00'::bytea, 0, octet_length(v_name)) || v_name;
    v_length integer := octet_length(v_begin);
BEGIN
    IF current_setting('app.role', true) IS DISTINCT FROM 'operator' THEN
        RAISE EXCEPTION 'not the operator' USING ERRCODE = 'PT403';
    END IF;
    DELETE FROM public.workspace_key k
     WHERE k.workspace_id = v_workspace AND k.number = p_number
       AND EXISTS (SELECT FROM public.workspace_key n WHERE n.workspace_id = v_workspace AND n.number > p_number)
       AND NOT EXISTS (SELECT FROM public.channel c
                        WHERE c.workspace_id = v_workspace
                          AND v_begin IN (substr(c.token_sealed, 1, v_length), substr(c.app_secret_sealed, 1, v_length),
                                          substr(c.verify_token_sealed, 1, v_length)))
       AND NOT EXISTS (SELECT FROM public.audit a
                        WHERE a.workspace_id = v_workspace AND substr(a.detail, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.webhook_part p
                        WHERE p.workspace_id = v_workspace AND substr(p.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.job j
                        WHERE j.workspace_id = v_workspace AND substr(j.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.channel_event e
                        WHERE e.workspace_id = v_workspace AND substr(e.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.file f
                        WHERE f.workspace_id = v_workspace AND substr(f.key_sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.contact_import i
                        WHERE i.workspace_id = v_workspace AND substr(i.key_sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.contact_import_fault i
                        WHERE i.workspace_id = v_workspace AND substr(i.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.workspace_logo l
                        WHERE l.workspace_id = v_workspace AND substr(l.sealed, 1, v_length) = v_begin);
    RETURN FOUND;
END $$;
