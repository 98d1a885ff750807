-- Webhooks in from other providers: who posts to a workspace, what came, and what became of it.

-- A provider that posts to an address of the workspace's.
CREATE TABLE source (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    -- The word of the provider, which the program knows.
    provider text NOT NULL,
    description text NOT NULL DEFAULT '',
    -- SHA-256 of the address's token, whose 256 bits nobody can guess; none once it was deleted.
    token_hash bytea,
    -- What its requests are verified with; empty once it was deleted.
    secret_sealed bytea NOT NULL,
    -- Requests that were refused, and when the last one was.
    refused bigint NOT NULL DEFAULT 0,
    refused_at timestamptz,
    author_id uuid,
    created_at timestamptz NOT NULL,
    -- From then on it takes nothing; what came from it stays.
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT source_deleted CHECK ((deleted_at IS NULL) = (token_hash IS NOT NULL))
);
ALTER TABLE source ADD CONSTRAINT source_author FOREIGN KEY (workspace_id, author_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (author_id);
-- Looked up before the workspace is known.
CREATE UNIQUE INDEX source_token_key ON source (token_hash);
ALTER TABLE source ENABLE ROW LEVEL SECURITY;
ALTER TABLE source FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON source TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON source TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON source AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON source AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY definer ON source FOR SELECT TO postern_definer USING (true);
GRANT SELECT, INSERT, UPDATE (description, token_hash, secret_sealed, refused, refused_at, deleted_at) ON source TO postern_app;
GRANT SELECT (workspace_id, id, token_hash, secret_sealed, ctid), DELETE ON source TO postern_definer;

-- The log: each request that came, once, as it came.
CREATE TABLE source_entry (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    -- The provider's own name of the event; none of what was refused, for anybody can claim one.
    event_id text,
    -- What kind of event the provider calls it; empty until it was read.
    kind text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT source_entry_state CHECK (state IN ('waiting', 'applied', 'repeated', 'ignored', 'no_contact',
        'unreadable', 'failed', 'refused')),
    -- More of it, in a word.
    why text NOT NULL DEFAULT '',
    done_at timestamptz,
    -- Whom it was noted of.
    contact_id uuid,
    -- Keyed hashes of the names of a payment that found no contact.
    payments bytea[],
    -- The body; none of what was refused.
    sealed bytea,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT source_entry_once UNIQUE (workspace_id, source_id, event_id),
    CONSTRAINT source_entry_refused CHECK ((state = 'refused') = (sealed IS NULL) AND (state = 'refused') = (event_id IS NULL)),
    CONSTRAINT source_entry_done CHECK ((state = 'waiting') = (done_at IS NULL)),
    FOREIGN KEY (workspace_id, source_id) REFERENCES source (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX source_entry_order ON source_entry (workspace_id, at DESC, id DESC);
CREATE INDEX source_entry_list ON source_entry (workspace_id, source_id, state, at DESC, id DESC);
CREATE INDEX source_entry_age ON source_entry (at);
ALTER TABLE source_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE source_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON source_entry TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON source_entry TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON source_entry AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON source_entry AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY definer ON source_entry FOR SELECT TO postern_definer USING (true);
CREATE POLICY sweep ON source_entry FOR DELETE TO postern_definer USING (at < now() - interval '90 days');
GRANT SELECT, INSERT, UPDATE (kind, state, why, done_at, contact_id, payments, sealed) ON source_entry TO postern_app;
GRANT SELECT (workspace_id, ctid, at, sealed), DELETE ON source_entry TO postern_definer;

-- Payments that were noted, by keyed hashes of their names: several events tell of one, and it is noted once, also when the log
-- was swept.
CREATE TABLE source_payment (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    hash bytea NOT NULL,
    PRIMARY KEY (workspace_id, hash)
);
ALTER TABLE source_payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE source_payment FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON source_payment TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON source_payment TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY client ON source_payment AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT ON source_payment TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON source_payment TO postern_definer;

-- Which source is behind a token.
CREATE FUNCTION find_source(p_hash bytea) RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.workspace_id, s.id FROM public.source s WHERE s.token_hash = p_hash
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = s.workspace_id)
$$;

-- Entering as what a source posts: it must be one of that workspace's, and take something.
CREATE FUNCTION enter_source(p_workspace uuid, p_source uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.source s
                    WHERE s.workspace_id = p_workspace AND s.id = p_source AND s.token_hash IS NOT NULL
                      AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace)) THEN
        RAISE EXCEPTION 'no such source' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'webhook', true);
END $$;

-- Deletes up to p_most entries of more than 90 days, of every workspace, by age alone. Ages are the database's and not the
-- caller's.
CREATE FUNCTION sweep_sources(p_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_gone bigint;
BEGIN
    -- One at a time: who comes second goes away.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('sweep_sources', 0)) THEN
        RETURN 0;
    END IF;
    DELETE FROM public.source_entry WHERE ctid = ANY (ARRAY(
        SELECT e.ctid FROM public.source_entry e WHERE e.at < now() - interval '90 days' LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN v_gone;
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION find_source(bytea) OWNER TO postern_definer;
ALTER FUNCTION enter_source(uuid, uuid) OWNER TO postern_definer;
ALTER FUNCTION sweep_sources(integer) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION find_source(bytea), enter_source(uuid, uuid), sweep_sources(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_source(bytea), enter_source(uuid, uuid), sweep_sources(integer) TO postern_app;

-- As before, but for what is told to callers alone: a limited agent hears nothing of it.
CREATE OR REPLACE FUNCTION sees_side(p_body text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_body jsonb := p_body::jsonb;
    v_id uuid;
BEGIN
    IF v_body ->> 'type' = 'callers' THEN
        RETURN false;
    END IF;
    IF v_body ->> 'type' IS DISTINCT FROM 'side' THEN
        RETURN true;
    END IF;
    v_id := (v_body ->> 'id')::uuid;
    IF v_body ->> 'what' = 'task' THEN
        RETURN public.sees_task(v_id);
    END IF;
    RETURN public.sees_contact(v_id) OR public.owns_contact(v_id);
END $$;

-- As before, but for what sources and what came from them have sealed.
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
       AND NOT EXISTS (SELECT FROM public.test_message t
                        WHERE t.workspace_id = v_workspace AND substr(t.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.endpoint e
                        WHERE e.workspace_id = v_workspace
                          AND v_begin IN (substr(e.secret_sealed, 1, v_length), substr(e.old_sealed, 1, v_length)))
       AND NOT EXISTS (SELECT FROM public.delivery d
                        WHERE d.workspace_id = v_workspace AND substr(d.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.source s
                        WHERE s.workspace_id = v_workspace AND substr(s.secret_sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.source_entry e
                        WHERE e.workspace_id = v_workspace AND substr(e.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.api_call c
                        WHERE c.workspace_id = v_workspace AND substr(c.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.workspace_logo l
                        WHERE l.workspace_id = v_workspace AND substr(l.sealed, 1, v_length) = v_begin);
    RETURN FOUND;
END $$;
