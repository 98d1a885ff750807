-- Calls by keys: what was answered to a write that may be sent again, and how many come in a minute.

-- A write and its answer, kept in the transaction that does it: the same key of idempotency never acts twice.
CREATE TABLE api_call (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    -- A keyed digest of the API key's id and the caller's own key.
    id uuid NOT NULL,
    -- SHA-256 of what was asked: its method, its path and its body.
    asked bytea NOT NULL,
    at timestamptz NOT NULL,
    status smallint NOT NULL,
    -- The answer's body.
    sealed bytea NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX api_call_at ON api_call (at);
ALTER TABLE api_call ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_call FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_call TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY client ON api_call AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY purge ON api_call TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sweep ON api_call FOR DELETE TO postern_definer USING (at < now() - interval '1 day');
CREATE POLICY definer ON api_call FOR SELECT TO postern_definer USING (true);
GRANT SELECT, INSERT, UPDATE (status, sealed) ON api_call TO postern_app;
GRANT SELECT (workspace_id, at, sealed, ctid), DELETE ON api_call TO postern_definer;

-- Calls of a workspace in this minute and in the one before it.
CREATE TABLE api_window (
    workspace_id uuid PRIMARY KEY REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    minute bigint NOT NULL,
    calls integer NOT NULL,
    before integer NOT NULL
);
ALTER TABLE api_window ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_window FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_window TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY client ON api_window AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY purge ON api_window TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY definer ON api_window TO postern_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON api_window TO postern_definer;

-- Counts a call, unless the last minute has had `p_most` already: the calls of this minute, and of the one before it the
-- share that the last sixty seconds still hold, taken as even. Says how many came, this one with them; none when it did
-- not come in.
CREATE FUNCTION take_call(p_workspace uuid, p_most integer, p_minute bigint, p_share double precision) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.api_window AS w (workspace_id, minute, calls, before)
    SELECT p_workspace, p_minute, 1, 0
     WHERE NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace)
    ON CONFLICT (workspace_id) DO UPDATE
       SET minute = greatest(w.minute, p_minute),
           calls = CASE WHEN w.minute >= p_minute THEN w.calls + 1 ELSE 1 END,
           before = CASE WHEN w.minute >= p_minute THEN w.before WHEN w.minute = p_minute - 1 THEN w.calls ELSE 0 END
     WHERE CASE WHEN w.minute >= p_minute THEN w.calls + ceil(w.before * p_share)
                WHEN w.minute = p_minute - 1 THEN ceil(w.calls * p_share) ELSE 0 END < p_most
    RETURNING (calls + ceil(before * p_share))::integer
$$;

-- Answers that nobody will ask for again.
CREATE FUNCTION sweep_calls(p_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_gone bigint;
BEGIN
    -- One at a time: who comes second goes away.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('sweep_calls', 0)) THEN
        RETURN 0;
    END IF;
    DELETE FROM public.api_call WHERE ctid = ANY (ARRAY(
        SELECT c.ctid FROM public.api_call c WHERE c.at < now() - interval '1 day' LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN v_gone;
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION take_call(uuid, integer, bigint, double precision) OWNER TO postern_definer;
ALTER FUNCTION sweep_calls(integer) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION take_call(uuid, integer, bigint, double precision), sweep_calls(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_call(uuid, integer, bigint, double precision), sweep_calls(integer) TO postern_app;

-- Which of the configuration's plans a workspace is on; none: the configuration's own choice.
ALTER TABLE workspace_setting ADD COLUMN plan text;

-- The same as before, and it looks at answers as well.
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
       AND NOT EXISTS (SELECT FROM public.api_call c
                        WHERE c.workspace_id = v_workspace AND substr(c.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.workspace_logo l
                        WHERE l.workspace_id = v_workspace AND substr(l.sealed, 1, v_length) = v_begin);
    RETURN FOUND;
END $$;
