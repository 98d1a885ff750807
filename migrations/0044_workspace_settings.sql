-- What a workspace is called and looks like, when it is open, and whether its first steps are still shown; and how a person
-- reads dates and hears of messages.

GRANT UPDATE (name) ON workspace TO postern_app;

-- A workspace without a row has chosen none of it.
CREATE TABLE workspace_setting (
    workspace_id uuid PRIMARY KEY REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    -- A colour of the palette; none: the one that its id has.
    tone smallint CONSTRAINT workspace_setting_tone CHECK (tone BETWEEN 0 AND 9),
    -- An IANA name.
    zone text NOT NULL DEFAULT 'UTC',
    -- Seven days from Monday, each a list of times of day in minutes. None: no hours are kept.
    hours jsonb,
    -- Grows with each change of the name and of what stands above: who saves has to know the newest.
    revision integer NOT NULL DEFAULT 0,
    -- When an admin put the first steps away.
    steps_hidden_at timestamptz
);
ALTER TABLE workspace_setting ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace_setting FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON workspace_setting TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON workspace_setting TO postern_app;

-- A small picture, made anew here and sealed. Another one has another id.
CREATE TABLE workspace_logo (
    workspace_id uuid PRIMARY KEY REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    mime text NOT NULL CONSTRAINT workspace_logo_mime CHECK (mime IN ('image/jpeg', 'image/png')),
    sealed bytea NOT NULL
);
ALTER TABLE workspace_logo ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace_logo FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON workspace_logo TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON workspace_logo TO postern_app;

CREATE POLICY definer ON workspace_setting FOR SELECT TO postern_definer USING (true);
GRANT SELECT (workspace_id, tone) ON workspace_setting TO postern_definer;
-- What is sealed, for `drop_key` alone.
CREATE POLICY definer ON workspace_logo FOR SELECT TO postern_definer USING (true);
GRANT SELECT (workspace_id, id, sealed) ON workspace_logo TO postern_definer;

-- How the workspaces of a person look that they work in: a colour, and the id of a logo. Nothing of one that they wait for.
CREATE FUNCTION my_marks(p_account uuid) RETURNS TABLE (workspace_id uuid, tone smallint, logo_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.workspace_id, s.tone, l.id
      FROM public.member m
      LEFT JOIN public.workspace_setting s ON s.workspace_id = m.workspace_id
      LEFT JOIN public.workspace_logo l ON l.workspace_id = m.workspace_id
     WHERE m.account_id = p_account AND m.removed_at IS NULL AND m.state = 'active'
$$;
GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION my_marks(uuid) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION my_marks(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_marks(uuid) TO postern_app;

-- Forgets a data key of the workspace one is in; never the newest, and none under which anything is sealed. False when it
-- stays, or was gone already. That nobody is about to seal under it is the caller's to know.
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
       AND NOT EXISTS (SELECT FROM public.workspace_logo l
                        WHERE l.workspace_id = v_workspace AND substr(l.sealed, 1, v_length) = v_begin);
    RETURN FOUND;
END $$;

-- How a person reads dates, and what they want to hear of. Who has no row has chosen nothing.
CREATE TABLE account_setting (
    account_id uuid PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    -- How dates and times are written (BCP 47); none: as the browser does.
    locale text,
    announce text NOT NULL DEFAULT 'open'
        CONSTRAINT account_setting_announce CHECK (announce IN ('everything', 'open', 'mine', 'nothing')),
    sound boolean NOT NULL DEFAULT true
);
GRANT SELECT, INSERT, UPDATE ON account_setting TO postern_app;
