-- Claims cost what they take, and not a step for each lane that has a job: who stands behind another of its lane is marked,
-- and the indexes of who may be next leave it out. A workspace with many jobs gets its share, and no more.

ALTER TABLE job ADD COLUMN behind boolean NOT NULL DEFAULT false;

ALTER TABLE job NO FORCE ROW LEVEL SECURITY;
UPDATE job j SET behind = true
 WHERE j.state <> 'dead'
   AND EXISTS (SELECT FROM job e WHERE e.workspace_id = j.workspace_id AND e.lane = j.lane AND e.turn < j.turn
                                   AND e.state <> 'dead');
ALTER TABLE job FORCE ROW LEVEL SECURITY;

CREATE INDEX job_due ON job (run_at) WHERE state = 'ready' AND NOT behind;
-- From workspace to workspace, in an order that has nothing to do with their age.
CREATE INDEX job_share ON job (uuid_hash(workspace_id), workspace_id, run_at) WHERE state = 'ready' AND NOT behind;
CREATE INDEX job_lease ON job (claimed_until) WHERE state = 'running';
DROP INDEX job_ready;

-- The mark is a hint that errs to one side. `behind` is said only of a job while one before it in its lane is held in this
-- transaction: whoever ends that one waits, then sees this one, and moves up who is first. Who finds all before it held by
-- others does not wait for them: it stays unmarked, and the claim, which looks at the lane itself, passes it over.
-- Both triggers run as who writes, under the writer's own policies.
--
-- The table is empty at one moment and has a hundred thousand rows at the next, and plans are kept: none may be made for an
-- empty table, so scans of the whole and sorts are out of the question in all that follows: each statement goes through the
-- index that has its order. For the same reason nothing is joined: that a job is the first of its lane is asked by a
-- sub-select, and each job that is taken is written by its own key.

CREATE FUNCTION job_lines_up() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
    PERFORM FROM public.job j
      WHERE j.workspace_id = NEW.workspace_id AND j.lane = NEW.lane AND j.turn < NEW.turn AND j.state <> 'dead'
        AND j.id <> NEW.id
      ORDER BY j.turn DESC LIMIT 1
        FOR SHARE SKIP LOCKED;
    NEW.behind := FOUND;
    RETURN NEW;
END $$;

CREATE TRIGGER lines_up BEFORE INSERT ON job
    FOR EACH ROW WHEN (NEW.state <> 'dead') EXECUTE FUNCTION job_lines_up();
CREATE TRIGGER lines_up_again BEFORE UPDATE OF state, turn, lane ON job
    FOR EACH ROW WHEN (NEW.state <> 'dead' AND (OLD.state = 'dead' OR (NEW.turn, NEW.lane) <> (OLD.turn, OLD.lane)))
    EXECUTE FUNCTION job_lines_up();

-- One that was behind others leaves them there: only who may have been the first moves others up.
CREATE FUNCTION job_moves_up() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    v_first uuid;
    v_held uuid;
BEGIN
    LOOP
        SELECT j.id INTO v_first FROM public.job j
         WHERE j.workspace_id = OLD.workspace_id AND j.lane = OLD.lane AND j.state <> 'dead'
         ORDER BY j.turn LIMIT 1;
        EXIT WHEN v_first IS NOT DISTINCT FROM v_held;
        -- Also one that is not marked is held, so that it cannot leave unseen: then who is first is looked up again.
        UPDATE public.job j SET behind = false
         WHERE j.workspace_id = OLD.workspace_id AND j.id = v_first AND j.state <> 'dead';
        v_held := v_first;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER moves_up AFTER DELETE ON job
    FOR EACH ROW WHEN (OLD.state <> 'dead' AND NOT OLD.behind) EXECUTE FUNCTION job_moves_up();
CREATE TRIGGER moves_up_again AFTER UPDATE OF state, turn, lane ON job
    FOR EACH ROW WHEN (OLD.state <> 'dead' AND NOT OLD.behind
                       AND (NEW.state = 'dead' OR (NEW.turn, NEW.lane) <> (OLD.turn, OLD.lane)))
    EXECUTE FUNCTION job_moves_up();

REVOKE ALL ON FUNCTION job_lines_up(), job_moves_up() FROM PUBLIC;
GRANT SELECT (behind) ON job TO postern_definer;

-- Up to p_limit jobs that are due, each the first of its lane, with even shares for the workspaces that have some: they are
-- met on a walk of a bounded length from a place that the claim's own id names, and take from it in an order that it names.
-- Within a workspace the longest due goes first. Jobs are due by the caller's clock, which set their time; leases run by the
-- database's, which all workers share.
DROP FUNCTION claim_jobs(uuid, integer, double precision, timestamptz);
CREATE FUNCTION claim_jobs(p_worker uuid, p_limit integer, p_lease_s double precision, p_now timestamptz)
RETURNS TABLE (workspace_id uuid, job_id uuid)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
    v_left integer := p_limit;
    v_until timestamptz := now() + make_interval(secs => p_lease_s);
    v_at uuid := p_worker;
    v_next record;
    v_seen uuid[] := '{}';
    v_due uuid[] := '{}';
BEGIN
    -- Whose lease ran out has waited for long enough.
    FOR workspace_id, job_id IN
        SELECT c.workspace_id, c.id FROM public.job c
         WHERE c.state = 'running' AND c.claimed_until < now() AND c.run_at <= p_now
           AND c.id = (SELECT e.id FROM public.job e
                        WHERE e.workspace_id = c.workspace_id AND e.lane = c.lane AND e.state <> 'dead'
                        ORDER BY e.turn LIMIT 1)
         ORDER BY c.claimed_until LIMIT v_left FOR UPDATE OF c SKIP LOCKED
    LOOP
        UPDATE public.job j SET worker = p_worker, claimed_until = v_until, attempts = j.attempts + 1
         WHERE j.workspace_id = claim_jobs.workspace_id AND j.id = claim_jobs.job_id;
        v_left := v_left - 1;
        RETURN NEXT;
    END LOOP;

    FOR v_step IN 1 .. v_left + 8 LOOP
        SELECT j.workspace_id, j.run_at INTO v_next FROM public.job j
         WHERE j.state = 'ready' AND NOT j.behind
           AND (uuid_hash(j.workspace_id), j.workspace_id) > (uuid_hash(v_at), v_at)
         ORDER BY uuid_hash(j.workspace_id), j.workspace_id, j.run_at LIMIT 1;
        IF NOT FOUND THEN
            -- From the end of the order to its beginning.
            SELECT j.workspace_id, j.run_at INTO v_next FROM public.job j
             WHERE j.state = 'ready' AND NOT j.behind
             ORDER BY uuid_hash(j.workspace_id), j.workspace_id, j.run_at LIMIT 1;
        END IF;
        EXIT WHEN v_next.workspace_id IS NULL OR v_next.workspace_id = ANY (v_seen);
        v_at := v_next.workspace_id;
        v_seen := v_seen || v_at;
        IF v_next.run_at <= p_now THEN
            v_due := v_due || v_at;
        END IF;
    END LOOP;

    v_due := (SELECT array_agg(d.id ORDER BY md5(d.id::text || p_worker::text)) FROM unnest(v_due) d (id));
    FOR workspace_id, job_id IN
        SELECT s.workspace_id, s.id
          FROM unnest(v_due[:v_left]) w (id) CROSS JOIN LATERAL (
               SELECT c.workspace_id, c.id FROM public.job c
                WHERE c.state = 'ready' AND NOT c.behind
                  AND uuid_hash(c.workspace_id) = uuid_hash(w.id) AND c.workspace_id = w.id AND c.run_at <= p_now
                  AND c.id = (SELECT e.id FROM public.job e
                               WHERE e.workspace_id = c.workspace_id AND e.lane = c.lane AND e.state <> 'dead'
                               ORDER BY e.turn LIMIT 1)
                -- By the whole key, so that the index gives them in their order.
                ORDER BY uuid_hash(c.workspace_id), c.workspace_id, c.run_at
                LIMIT greatest(1, v_left / cardinality(v_due)) FOR UPDATE OF c SKIP LOCKED) s
    LOOP
        UPDATE public.job j SET state = 'running', worker = p_worker, claimed_until = v_until, attempts = j.attempts + 1
         WHERE j.workspace_id = claim_jobs.workspace_id AND j.id = claim_jobs.job_id;
        v_left := v_left - 1;
        RETURN NEXT;
    END LOOP;

    -- What is left goes to whoever is due for the longest, met on the walk or not.
    FOR workspace_id, job_id IN
        SELECT c.workspace_id, c.id FROM public.job c
         WHERE c.state = 'ready' AND NOT c.behind AND c.run_at <= p_now
           AND c.id = (SELECT e.id FROM public.job e
                        WHERE e.workspace_id = c.workspace_id AND e.lane = c.lane AND e.state <> 'dead'
                        ORDER BY e.turn LIMIT 1)
         ORDER BY c.run_at LIMIT v_left FOR UPDATE OF c SKIP LOCKED
    LOOP
        UPDATE public.job j SET state = 'running', worker = p_worker, claimed_until = v_until, attempts = j.attempts + 1
         WHERE j.workspace_id = claim_jobs.workspace_id AND j.id = claim_jobs.job_id;
        RETURN NEXT;
    END LOOP;
END $$;

-- When the next job is due, in milliseconds from now; NULL when there is none. Who waits behind another in its lane is
-- not due, however long ago its time was.
DROP FUNCTION next_job_ms(timestamptz);
CREATE FUNCTION next_job_ms(p_now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
    SELECT ceil(extract(epoch FROM min(greatest(n.wait, interval '0'))) * 1000)::bigint FROM (
        (SELECT c.run_at - p_now AS wait FROM public.job c
          WHERE c.state = 'ready' AND NOT c.behind
            AND c.id = (SELECT e.id FROM public.job e
                         WHERE e.workspace_id = c.workspace_id AND e.lane = c.lane AND e.state <> 'dead'
                         ORDER BY e.turn LIMIT 1)
          ORDER BY c.run_at LIMIT 1)
        UNION ALL
        (SELECT greatest(c.claimed_until - now(), c.run_at - p_now) FROM public.job c
          WHERE c.state = 'running'
            AND c.id = (SELECT e.id FROM public.job e
                         WHERE e.workspace_id = c.workspace_id AND e.lane = c.lane AND e.state <> 'dead'
                         ORDER BY e.turn LIMIT 1)
          ORDER BY c.claimed_until LIMIT 1)) n
$$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION claim_jobs(uuid, integer, double precision, timestamptz) OWNER TO postern_definer;
ALTER FUNCTION next_job_ms(timestamptz) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION claim_jobs(uuid, integer, double precision, timestamptz), next_job_ms(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_jobs(uuid, integer, double precision, timestamptz), next_job_ms(timestamptz)
    TO postern_app;
