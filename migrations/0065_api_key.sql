-- API keys: a machine acts in the name of the member who made its key, within the key's scopes. What a key may do never
-- changes once it is made; it can only end.

CREATE TABLE api_key (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    -- SHA-256 of the key, whose 256 bits are random.
    hash bytea NOT NULL,
    -- How it begins, to be known by.
    hint text NOT NULL,
    -- Words and networks, each behind a space; no network: from everywhere.
    scopes text NOT NULL,
    networks text NOT NULL,
    -- Reaches the log of test messages and nobody.
    test boolean NOT NULL,
    author_id uuid,
    created_at timestamptz NOT NULL,
    -- None: never.
    expires_at timestamptz,
    revoked_at timestamptz,
    used_at timestamptz,
    used_from text,
    PRIMARY KEY (workspace_id, id)
);
ALTER TABLE api_key ADD CONSTRAINT api_key_author FOREIGN KEY (workspace_id, author_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (author_id);
-- Looked up before the workspace is known.
CREATE UNIQUE INDEX api_key_hash_key ON api_key (hash);
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_key FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_key TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY client ON api_key AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY purge ON api_key TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY definer ON api_key FOR SELECT TO postern_definer USING (true);
GRANT SELECT, INSERT, UPDATE (revoked_at, used_at, used_from) ON api_key TO postern_app;
GRANT SELECT (workspace_id, id, hash, author_id, created_at, expires_at, revoked_at, ctid), DELETE ON api_key TO postern_definer;

-- Which key that is, while it opens anything.
CREATE FUNCTION find_api_key(p_hash bytea, p_now timestamptz) RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.workspace_id, k.id FROM public.api_key k
     WHERE k.hash = p_hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > p_now)
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = k.workspace_id)
$$;

-- Entering by a key, as the member who made it: while they are one, and their access was not ended since.
CREATE FUNCTION enter_key(p_workspace uuid, p_key uuid, p_role text, p_network text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_author uuid;
    v_made timestamptz;
    v_member record;
BEGIN
    SELECT k.author_id, k.created_at INTO v_author, v_made FROM public.api_key k
     WHERE k.workspace_id = p_workspace AND k.id = p_key AND k.revoked_at IS NULL
       AND (k.expires_at IS NULL OR k.expires_at > now())
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such key' USING ERRCODE = 'PT401';
    END IF;
    SELECT m.id, m.role, m.account_id, w.agents_limited, w.factor_required INTO v_member
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
      JOIN public.account a ON a.id = m.account_id
     WHERE m.workspace_id = p_workspace AND m.id = v_author AND m.removed_at IS NULL AND m.state = 'active'
       AND m.access_from <= v_made AND a.disabled_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'its member has gone' USING ERRCODE = 'PT401';
    END IF;
    -- What the workspace requires of a person who signs in, it requires of whoever has a key.
    IF (v_member.factor_required IS FALSE
        OR EXISTS (SELECT FROM public.totp t WHERE t.account_id = v_member.account_id AND t.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT FROM public.passkey p WHERE p.account_id = v_member.account_id)) IS NOT TRUE THEN
        RAISE EXCEPTION 'second factor needed' USING ERRCODE = 'PT403';
    END IF;
    IF (array_position(ARRAY['agent', 'manager', 'admin', 'owner'], v_member.role)
        >= array_position(ARRAY['agent', 'manager', 'admin', 'owner'], p_role)) IS NOT TRUE THEN
        RAISE EXCEPTION 'higher role needed' USING ERRCODE = 'PT403';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', v_member.id::text, true);
    PERFORM set_config('app.role', v_member.role, true);
    -- From where, and by which key, whatever it does is audited.
    PERFORM set_config('app.network', p_network, true);
    IF v_member.agents_limited AND (v_member.role IN ('manager', 'admin', 'owner')) IS NOT TRUE THEN
        PERFORM set_config('app.limited', 'on', true);
        PERFORM set_config('app.teams', (SELECT coalesce(array_agg(t.team_id), '{}')::text FROM public.team_member t
                                          WHERE t.workspace_id = p_workspace AND t.member_id = v_member.id), true);
    END IF;
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION find_api_key(bytea, timestamptz) OWNER TO postern_definer;
ALTER FUNCTION enter_key(uuid, uuid, text, text) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION find_api_key(bytea, timestamptz), enter_key(uuid, uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_api_key(bytea, timestamptz), enter_key(uuid, uuid, text, text) TO postern_app;
