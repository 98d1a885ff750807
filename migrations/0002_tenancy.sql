-- Workspaces, their keys and members, and the one way into a tenant's rows.

CREATE TABLE workspace (
    workspace_id uuid PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Data keys, each wrapped by a master key of the configuration. Deleting the rows erases what they sealed.
CREATE TABLE workspace_key (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    number integer NOT NULL,
    master_id text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, number)
);

CREATE TABLE member (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role text NOT NULL CONSTRAINT member_role CHECK (role IN ('agent', 'manager', 'admin', 'owner')),
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT member_account_key UNIQUE (workspace_id, account_id)
);
CREATE INDEX member_account ON member (account_id);

CREATE TABLE audit (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor uuid,
    action text NOT NULL,
    detail bytea,
    PRIMARY KEY (workspace_id, id)
);

ALTER TABLE workspace ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON workspace TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON workspace TO postern_app;

ALTER TABLE workspace_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace_key FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON workspace_key TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON workspace_key TO postern_app;

ALTER TABLE member ENABLE ROW LEVEL SECURITY;
ALTER TABLE member FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON member TO postern_app;

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT ON audit TO postern_app;

-- The definer functions read these, whoever calls.
CREATE POLICY definer ON workspace FOR SELECT TO postern_definer USING (true);
CREATE POLICY definer ON member FOR SELECT TO postern_definer USING (true);
GRANT SELECT ON workspace, member, session, account TO postern_definer;

-- Entering as a person: the session lives, the person belongs there, and ranks high enough. SQLSTATE PT401: sign in
-- again; PT404: not a member (or no such workspace: the two answer alike); PT403: a higher role is needed.
CREATE FUNCTION enter_member(p_session uuid, p_workspace uuid, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account uuid;
    v_member uuid;
    v_role text;
BEGIN
    SELECT s.account_id INTO v_account FROM public.session s JOIN public.account a ON a.id = s.account_id
     WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL;
    IF v_account IS NULL THEN
        RAISE EXCEPTION 'session ended' USING ERRCODE = 'PT401';
    END IF;
    SELECT m.id, m.role INTO v_member, v_role FROM public.member m
     WHERE m.workspace_id = p_workspace AND m.account_id = v_account AND m.removed_at IS NULL;
    IF v_member IS NULL THEN
        RAISE EXCEPTION 'not a member' USING ERRCODE = 'PT404';
    END IF;
    IF array_position(ARRAY['agent', 'manager', 'admin', 'owner'], v_role)
        < array_position(ARRAY['agent', 'manager', 'admin', 'owner'], p_role) THEN
        RAISE EXCEPTION 'higher role needed' USING ERRCODE = 'PT403';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', v_member::text, true);
    PERFORM set_config('app.role', v_role, true);
END $$;

-- Entering to make a workspace: it must not exist.
CREATE FUNCTION enter_new_workspace(p_workspace uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.workspace w WHERE w.workspace_id = p_workspace) THEN
        RAISE EXCEPTION 'workspace exists' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'owner', true);
END $$;

-- Entering for the installation itself: `operator` at its command line, `live` to read the feed for open sockets.
CREATE FUNCTION enter_system(p_workspace uuid, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_role NOT IN ('operator', 'live')
        OR NOT EXISTS (SELECT FROM public.workspace w WHERE w.workspace_id = p_workspace) THEN
        RAISE EXCEPTION 'no such workspace' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', p_role, true);
END $$;

-- Where a person belongs: ids, names and roles of their own memberships, nobody else's.
CREATE FUNCTION my_memberships(p_account uuid)
RETURNS TABLE (workspace_id uuid, workspace_name text, member_id uuid, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.workspace_id, w.name, m.id, m.role
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE m.account_id = p_account AND m.removed_at IS NULL
     ORDER BY lower(w.name), w.workspace_id
$$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION enter_member(uuid, uuid, text) OWNER TO postern_definer;
ALTER FUNCTION enter_new_workspace(uuid) OWNER TO postern_definer;
ALTER FUNCTION enter_system(uuid, text) OWNER TO postern_definer;
ALTER FUNCTION my_memberships(uuid) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION enter_member(uuid, uuid, text), enter_new_workspace(uuid), enter_system(uuid, text),
    my_memberships(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_member(uuid, uuid, text), enter_new_workspace(uuid), enter_system(uuid, text),
    my_memberships(uuid) TO postern_app;
