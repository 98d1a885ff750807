-- A role that is not known, asked for or held, ranks nowhere and enters nowhere.

CREATE OR REPLACE FUNCTION enter_member(p_session uuid, p_workspace uuid, p_role text) RETURNS void
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
    -- The comparison is NULL when either is unknown: only TRUE lets in.
    IF (array_position(ARRAY['agent', 'manager', 'admin', 'owner'], v_role)
        >= array_position(ARRAY['agent', 'manager', 'admin', 'owner'], p_role)) IS NOT TRUE THEN
        RAISE EXCEPTION 'higher role needed' USING ERRCODE = 'PT403';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', v_member::text, true);
    PERFORM set_config('app.role', v_role, true);
END $$;
