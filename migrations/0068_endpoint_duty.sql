-- Webhooks out: who cuts them is woken, what is old goes, and what they seal keeps its key.

GRANT UPDATE (run_at) ON job TO postern_definer;

-- Has the job p_job of each of these workspaces that has endpoints look at the feed now, also one that is just looking; of all
-- of them when none is named. Says how many.
CREATE FUNCTION wake_cuts(p_job uuid, p_workspaces uuid[], p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_woken bigint;
BEGIN
    UPDATE public.job j SET run_at = least(p_now, now())
      FROM public.endpoint_feed f
     WHERE (p_workspaces IS NULL OR f.workspace_id = ANY (p_workspaces))
       AND j.workspace_id = f.workspace_id AND j.id = p_job
       AND (j.state = 'running' OR (j.state = 'ready' AND j.run_at > least(p_now, now())));
    GET DIAGNOSTICS v_woken = ROW_COUNT;
    RETURN v_woken;
END $$;

-- Deletes up to p_most deliveries of more than 30 days, of every workspace, by age alone, with their attempts. Ages are the
-- database's and not the caller's.
CREATE FUNCTION sweep_deliveries(p_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_gone bigint;
BEGIN
    -- One at a time: who comes second goes away.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('sweep_deliveries', 0)) THEN
        RETURN 0;
    END IF;
    DELETE FROM public.delivery WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.delivery d WHERE d.cut_at < now() - interval '30 days' LIMIT p_most));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN v_gone;
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION wake_cuts(uuid, uuid[], timestamptz) OWNER TO postern_definer;
ALTER FUNCTION sweep_deliveries(integer) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION wake_cuts(uuid, uuid[], timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION sweep_deliveries(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wake_cuts(uuid, uuid[], timestamptz) TO postern_app;
GRANT EXECUTE ON FUNCTION sweep_deliveries(integer) TO postern_app;

-- As before, but for what endpoints and deliveries have sealed.
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
       AND NOT EXISTS (SELECT FROM public.endpoint e
                        WHERE e.workspace_id = v_workspace
                          AND v_begin IN (substr(e.secret_sealed, 1, v_length), substr(e.old_sealed, 1, v_length)))
       AND NOT EXISTS (SELECT FROM public.delivery d
                        WHERE d.workspace_id = v_workspace AND substr(d.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.api_call c
                        WHERE c.workspace_id = v_workspace AND substr(c.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.workspace_logo l
                        WHERE l.workspace_id = v_workspace AND substr(l.sealed, 1, v_length) = v_begin);
    RETURN FOUND;
END $$;
