-- Only the first job of each lane is looked at: a lane of ten thousand costs what a lane of one does. The walk goes from
-- lane to lane along job_lane, a step for each lane that has a job.

CREATE OR REPLACE FUNCTION claim_jobs(p_worker uuid, p_limit integer, p_lease_s double precision, p_now timestamptz)
RETURNS TABLE (workspace_id uuid, job_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE head AS (
        (SELECT j.workspace_id, j.lane, j.id, j.run_at, j.state, j.claimed_until
           FROM public.job j WHERE j.state <> 'dead'
          ORDER BY j.workspace_id, j.lane, j.turn LIMIT 1)
        UNION ALL
        SELECT n.workspace_id, n.lane, n.id, n.run_at, n.state, n.claimed_until
          FROM head h CROSS JOIN LATERAL (
               SELECT j.workspace_id, j.lane, j.id, j.run_at, j.state, j.claimed_until
                 FROM public.job j
                WHERE j.state <> 'dead' AND (j.workspace_id, j.lane) > (h.workspace_id, h.lane)
                ORDER BY j.workspace_id, j.lane, j.turn LIMIT 1) n),
    -- Materialized: read once, so that the limit holds whatever the plan of the lock and of the update.
    due AS MATERIALIZED (
        SELECT h.workspace_id, h.id, h.run_at FROM head h
         WHERE h.run_at <= p_now AND (h.state = 'ready' OR h.claimed_until < now())),
    free AS MATERIALIZED (
        -- What the row says now decides: another worker may have taken it since the walk.
        SELECT c.workspace_id, c.id FROM due d
          JOIN public.job c ON c.workspace_id = d.workspace_id AND c.id = d.id
         WHERE c.state <> 'dead' AND c.run_at <= p_now AND (c.state = 'ready' OR c.claimed_until < now())
         ORDER BY d.run_at LIMIT p_limit FOR UPDATE OF c SKIP LOCKED)
    UPDATE public.job j
       SET state = 'running', worker = p_worker, claimed_until = now() + make_interval(secs => p_lease_s),
           attempts = j.attempts + 1
      FROM free f
     WHERE j.workspace_id = f.workspace_id AND j.id = f.id
    RETURNING j.workspace_id, j.id
$$;

CREATE OR REPLACE FUNCTION next_job_ms(p_now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE head AS (
        (SELECT j.workspace_id, j.lane, j.run_at, j.claimed_until
           FROM public.job j WHERE j.state <> 'dead'
          ORDER BY j.workspace_id, j.lane, j.turn LIMIT 1)
        UNION ALL
        SELECT n.workspace_id, n.lane, n.run_at, n.claimed_until
          FROM head h CROSS JOIN LATERAL (
               SELECT j.workspace_id, j.lane, j.run_at, j.claimed_until
                 FROM public.job j
                WHERE j.state <> 'dead' AND (j.workspace_id, j.lane) > (h.workspace_id, h.lane)
                ORDER BY j.workspace_id, j.lane, j.turn LIMIT 1) n)
    SELECT ceil(extract(epoch FROM min(greatest(h.run_at - p_now, h.claimed_until - now(), interval '0'))) * 1000)::bigint
      FROM head h
$$;
