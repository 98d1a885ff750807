-- Entering asks for more: a member who was approved and is not suspended, a session that an admin has not shut out, a
-- second factor where the workspace requires one. SQLSTATE PT403 for all of these and for who was removed: they know that
-- the workspace is there.

CREATE OR REPLACE FUNCTION enter_member(p_session uuid, p_workspace uuid, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account uuid;
    v_opened timestamptz;
    v_member record;
BEGIN
    SELECT s.account_id, s.created_at INTO v_account, v_opened
      FROM public.session s JOIN public.account a ON a.id = s.account_id
     WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL;
    IF v_account IS NULL THEN
        RAISE EXCEPTION 'session ended' USING ERRCODE = 'PT401';
    END IF;
    SELECT m.id, m.role, m.state, m.removed_at, m.access_from, w.factor_required INTO v_member
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE m.workspace_id = p_workspace AND m.account_id = v_account;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not a member' USING ERRCODE = 'PT404';
    END IF;
    -- Only TRUE lets in, so that a NULL anywhere does not.
    IF (v_member.removed_at IS NULL AND v_member.state = 'active' AND v_member.access_from <= v_opened) IS NOT TRUE THEN
        RAISE EXCEPTION 'no access' USING ERRCODE = 'PT403';
    END IF;
    IF (array_position(ARRAY['agent', 'manager', 'admin', 'owner'], v_member.role)
        >= array_position(ARRAY['agent', 'manager', 'admin', 'owner'], p_role)) IS NOT TRUE THEN
        RAISE EXCEPTION 'higher role needed' USING ERRCODE = 'PT403';
    END IF;
    IF (v_member.factor_required IS FALSE OR EXISTS (
        SELECT FROM public.totp t WHERE t.account_id = v_account AND t.confirmed_at IS NOT NULL)) IS NOT TRUE THEN
        RAISE EXCEPTION 'second factor needed' USING ERRCODE = 'PT403';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', v_member.id::text, true);
    PERFORM set_config('app.role', v_member.role, true);
END $$;

-- Where a person belongs, and how that session stands there: ids, names, roles and states of their own places alone.
CREATE FUNCTION my_places(p_account uuid, p_session uuid)
RETURNS TABLE (workspace_id uuid, workspace_name text, member_id uuid, role text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.workspace_id, w.name, m.id, m.role,
           CASE WHEN m.state <> 'active' THEN m.state
                WHEN EXISTS (SELECT FROM public.session s WHERE s.id = p_session AND s.created_at < m.access_from) THEN 'ended'
                WHEN w.factor_required AND NOT EXISTS (
                    SELECT FROM public.totp t WHERE t.account_id = p_account AND t.confirmed_at IS NOT NULL) THEN 'unproven'
                ELSE 'active' END
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE m.account_id = p_account AND m.removed_at IS NULL
     ORDER BY lower(w.name), w.workspace_id
$$;

-- Whether a workspace of that person requires a second factor of them.
CREATE FUNCTION factor_required(p_account uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
                    WHERE m.account_id = p_account AND m.removed_at IS NULL AND w.factor_required)
$$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION my_places(uuid, uuid) OWNER TO postern_definer;
ALTER FUNCTION factor_required(uuid) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION my_places(uuid, uuid), factor_required(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_places(uuid, uuid), factor_required(uuid) TO postern_app;

-- The version before asks this one: it tells of no place where nobody is let in.
CREATE OR REPLACE FUNCTION my_memberships(p_account uuid)
RETURNS TABLE (workspace_id uuid, workspace_name text, member_id uuid, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.workspace_id, w.name, m.id, m.role
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE m.account_id = p_account AND m.removed_at IS NULL AND m.state = 'active'
     ORDER BY lower(w.name), w.workspace_id
$$;
