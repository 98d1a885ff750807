-- Housekeeping: what nobody will ask for again goes, a batch of each kind at a time.

CREATE INDEX status_early_received ON status_early (received_at);
CREATE INDEX job_dead ON job (run_at) WHERE state = 'dead';
CREATE INDEX session_spent_session ON session_spent (session_id);

CREATE POLICY definer ON status_early TO postern_definer USING (true);
CREATE POLICY definer ON rate_bucket TO postern_definer USING (true);
GRANT SELECT, DELETE ON status_early, rate_bucket, session_spent TO postern_definer;
GRANT DELETE ON job, session TO postern_definer;
-- Which browser a session is of.
GRANT SELECT (device) ON session TO postern_definer;

-- Deletes up to p_most rows of each kind, of every workspace, by age alone, and says how many went of the kind that had
-- most of them. Ages are the database's and not the caller's: nobody can have fresh rows swept.
CREATE FUNCTION sweep(p_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_gone bigint;
    v_most bigint := 0;
BEGIN
    -- One at a time: who comes second goes away.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('sweep', 0)) THEN
        RETURN 0;
    END IF;

    -- Meta tells of a message for a week at most.
    DELETE FROM public.status_early WHERE ctid = ANY (ARRAY(
        SELECT e.ctid FROM public.status_early e WHERE e.received_at < now() - interval '8 days' LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    v_most := greatest(v_most, v_gone);

    -- Given up, and seen by the operator or not.
    DELETE FROM public.job WHERE (workspace_id, id) IN (
        SELECT j.workspace_id, j.id FROM public.job j
         WHERE j.state = 'dead' AND j.run_at < now() - interval '30 days' LIMIT p_most)
        -- One that was revived in the meantime stays.
        AND state = 'dead';
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    v_most := greatest(v_most, v_gone);

    -- Full again since long: a bucket that is not there is full.
    DELETE FROM public.rate_bucket WHERE ctid = ANY (ARRAY(
        SELECT b.ctid FROM public.rate_bucket b WHERE b.at < now() - interval '1 day' LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    v_most := greatest(v_most, v_gone);

    -- Those that were redeemed are gone already.
    DELETE FROM public.live_ticket WHERE ctid = ANY (ARRAY(
        SELECT t.ctid FROM public.live_ticket t WHERE t.expires_at < now() - interval '1 day' LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    v_most := greatest(v_most, v_gone);

    DELETE FROM public.session_spent WHERE ctid = ANY (ARRAY(
        SELECT p.ctid FROM public.session_spent p JOIN public.session s ON s.id = p.session_id
         WHERE s.expires_at < now() - interval '1 day' LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    v_most := greatest(v_most, v_gone);

    -- Its spent tokens went before it, in batches of their own. The last session of a browser stays: by it the browser is
    -- known to the account.
    DELETE FROM public.session WHERE id = ANY (ARRAY(
        SELECT s.id FROM public.session s
         WHERE s.expires_at < now() - interval '1 day'
           AND NOT EXISTS (SELECT FROM public.session_spent p WHERE p.session_id = s.id)
           AND EXISTS (SELECT FROM public.session n
                        WHERE n.account_id = s.account_id AND n.device = s.device
                          AND (n.expires_at, n.id) > (s.expires_at, s.id))
         LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN greatest(v_most, v_gone);
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION sweep(integer) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION sweep(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep(integer) TO postern_app;
