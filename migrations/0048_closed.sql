-- A workspace that was deleted is closed to members and webhooks by its row in `erasure`, as to everybody else: whoever was in
-- it when it was deleted may have let somebody in or claimed a number since, which only the next step takes away.

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
    SELECT m.id, m.role, m.state, m.removed_at, m.access_from, w.factor_required, w.agents_limited INTO v_member
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE m.workspace_id = p_workspace AND m.account_id = v_account;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not a member' USING ERRCODE = 'PT404';
    END IF;
    -- Only TRUE lets in, so that a NULL anywhere does not.
    IF (v_member.removed_at IS NULL AND v_member.state = 'active' AND v_member.access_from <= v_opened
        AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace)) IS NOT TRUE THEN
        RAISE EXCEPTION 'no access' USING ERRCODE = 'PT403';
    END IF;
    IF (array_position(ARRAY['agent', 'manager', 'admin', 'owner'], v_member.role)
        >= array_position(ARRAY['agent', 'manager', 'admin', 'owner'], p_role)) IS NOT TRUE THEN
        RAISE EXCEPTION 'higher role needed' USING ERRCODE = 'PT403';
    END IF;
    IF (v_member.factor_required IS FALSE
        OR EXISTS (SELECT FROM public.totp t WHERE t.account_id = v_account AND t.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT FROM public.passkey p WHERE p.account_id = v_account)) IS NOT TRUE THEN
        RAISE EXCEPTION 'second factor needed' USING ERRCODE = 'PT403';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', v_member.id::text, true);
    PERFORM set_config('app.role', v_member.role, true);
    -- From where whatever they do is audited.
    PERFORM set_config('app.session', p_session::text, true);
    -- Whoever is none of those who see everything is limited.
    IF v_member.agents_limited AND (v_member.role IN ('manager', 'admin', 'owner')) IS NOT TRUE THEN
        PERFORM set_config('app.limited', 'on', true);
        PERFORM set_config('app.teams', (SELECT coalesce(array_agg(t.team_id), '{}')::text FROM public.team_member t
                                          WHERE t.workspace_id = p_workspace AND t.member_id = v_member.id), true);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION enter_channel(p_workspace uuid, p_channel uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.channel_route r
                    WHERE r.workspace_id = p_workspace AND r.channel_id = p_channel)
        OR EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace) THEN
        RAISE EXCEPTION 'no such channel' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'webhook', true);
END $$;

CREATE OR REPLACE FUNCTION route_numbers(p_phone_number_ids text[])
RETURNS TABLE (phone_number_id text, account_id text, workspace_id uuid, channel_id uuid, own_app boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.phone_number_id, r.account_id, r.workspace_id, r.channel_id, r.callback_hash IS NOT NULL
      FROM public.channel_route r WHERE r.phone_number_id = ANY (p_phone_number_ids)
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = r.workspace_id)
$$;

CREATE OR REPLACE FUNCTION route_accounts(p_account_ids text[])
RETURNS TABLE (phone_number_id text, account_id text, workspace_id uuid, channel_id uuid, own_app boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.phone_number_id, r.account_id, r.workspace_id, r.channel_id, r.callback_hash IS NOT NULL
      FROM public.channel_route r WHERE r.account_id = ANY (p_account_ids)
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = r.workspace_id)
$$;

CREATE OR REPLACE FUNCTION route_callback(p_callback_hash bytea)
RETURNS TABLE (workspace_id uuid, channel_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.workspace_id, r.channel_id FROM public.channel_route r WHERE r.callback_hash = p_callback_hash
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = r.workspace_id)
$$;

CREATE OR REPLACE FUNCTION intake_routes(p_numbers text[])
RETURNS TABLE (number text, workspace_id uuid, channel_id uuid, own_app boolean, key_number integer, wrapped bytea)
-- Not in plain SQL, which is parsed and planned anew in each call.
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT r.phone_number_id, r.workspace_id, r.channel_id, r.callback_hash IS NOT NULL, k.number, k.wrapped
      FROM public.channel_route r
     CROSS JOIN LATERAL (SELECT w.number, w.wrapped FROM public.workspace_key w
                          WHERE w.workspace_id = r.workspace_id ORDER BY w.number DESC LIMIT 1) k
     WHERE r.phone_number_id = ANY (p_numbers)
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = r.workspace_id);
END $$;

-- The code that was mailed last in a step: another one voids it, and no other step's.
ALTER TABLE factor_step ADD COLUMN mailed uuid;
GRANT UPDATE (mailed) ON factor_step TO postern_app;
