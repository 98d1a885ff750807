-- Housekeeping: visits in the portal that ended a month ago.

CREATE INDEX portal_session_over ON portal_session (least(ended_at, expires_at));
CREATE POLICY sweep ON portal_session FOR DELETE TO postern_definer
    USING (least(ended_at, expires_at) < now() - interval '30 days');

-- Deletes up to p_most of them, of every workspace, by age alone, and says how many went. Ages are the database's and not
-- the caller's.
CREATE FUNCTION sweep_visits(p_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_gone bigint;
BEGIN
    -- One at a time: who comes second goes away.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('sweep_visits', 0)) THEN
        RETURN 0;
    END IF;
    DELETE FROM public.portal_session WHERE ctid = ANY (ARRAY(
        SELECT s.ctid FROM public.portal_session s
         WHERE least(s.ended_at, s.expires_at) < now() - interval '30 days' LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN v_gone;
END $$;
GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION sweep_visits(integer) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION sweep_visits(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_visits(integer) TO postern_app;
