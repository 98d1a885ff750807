-- A ticket for the socket is judged by the clock that set its end, which the caller brings along. The form that asks
-- the database's own clock stays for processes of the version before.
CREATE FUNCTION redeem_ticket(p_hash bytea, p_now timestamptz) RETURNS TABLE (session_id uuid, workspace_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH used AS (DELETE FROM public.live_ticket t WHERE t.hash = p_hash
                  RETURNING t.session_id, t.workspace_id, t.expires_at)
    SELECT u.session_id, u.workspace_id FROM used u WHERE u.expires_at > p_now
$$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION redeem_ticket(bytea, timestamptz) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION redeem_ticket(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION redeem_ticket(bytea, timestamptz) TO postern_app;
