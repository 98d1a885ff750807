-- The feed, webhooks as they came, jobs, tickets and send rates.

CREATE TABLE event (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    -- The writing transaction: readers stay below the oldest one still running, so that nothing is skipped.
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (workspace_id, xid, seq)
);

-- A workspace's part of a webhook's body, sealed as it came.
CREATE TABLE webhook_part (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    -- The channel whose secret or route brought it here.
    channel_id uuid NOT NULL,
    -- Keyed hash of the whole body: the same body again is a replay.
    digest bytea NOT NULL,
    sealed bytea NOT NULL,
    received_at timestamptz NOT NULL,
    -- `applied`: all understood; `kept`: something in it waits to be understood.
    state text NOT NULL CONSTRAINT webhook_part_state CHECK (state IN ('applied', 'kept')),
    replays integer NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT webhook_part_digest_key UNIQUE (workspace_id, digest),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_part_kept ON webhook_part (workspace_id, received_at) WHERE state = 'kept';

CREATE TABLE job (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text NOT NULL,
    -- Jobs of one lane run one after another, in the order of their making.
    lane text NOT NULL,
    turn bigint GENERATED ALWAYS AS IDENTITY,
    state text NOT NULL DEFAULT 'ready' CONSTRAINT job_state CHECK (state IN ('ready', 'running', 'dead')),
    run_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    sealed bytea NOT NULL,
    worker uuid,
    -- A claim that ran out is free for another worker.
    claimed_until timestamptz,
    fault text,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX job_ready ON job (run_at) WHERE state <> 'dead';
CREATE INDEX job_lane ON job (workspace_id, lane, turn) WHERE state <> 'dead';

-- Single-use tickets for the socket; 30 seconds.
CREATE TABLE live_ticket (
    hash bytea PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    session_id uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);

-- Send rates: a bucket of tokens for each number and each pair.
CREATE TABLE rate_bucket (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    name text NOT NULL,
    tokens double precision NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

-- Jobs are due by the caller's clock, which set their time; leases run by the database's, which all workers share.
CREATE FUNCTION claim_jobs(p_worker uuid, p_limit integer, p_lease_s double precision, p_now timestamptz)
RETURNS TABLE (workspace_id uuid, job_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- Materialized: read once, so that the limit holds whatever the plan of the update.
    WITH free AS MATERIALIZED (
        SELECT c.workspace_id, c.id FROM public.job c
         WHERE c.state <> 'dead' AND c.run_at <= p_now
           AND (c.state = 'ready' OR c.claimed_until < now())
           -- The first of its lane only, whatever the others wait for.
           AND NOT EXISTS (SELECT FROM public.job e
                            WHERE e.workspace_id = c.workspace_id AND e.lane = c.lane
                              AND e.turn < c.turn AND e.state <> 'dead')
         ORDER BY c.run_at LIMIT p_limit FOR UPDATE SKIP LOCKED)
    UPDATE public.job j
       SET state = 'running', worker = p_worker, claimed_until = now() + make_interval(secs => p_lease_s),
           attempts = j.attempts + 1
      FROM free f
     WHERE j.workspace_id = f.workspace_id AND j.id = f.id
    RETURNING j.workspace_id, j.id
$$;

-- When the next job is due, in milliseconds from now; NULL when there is none. Who waits behind another in its lane is
-- not due, however long ago its time was.
CREATE FUNCTION next_job_ms(p_now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ceil(extract(epoch FROM min(greatest(j.run_at - p_now, j.claimed_until - now(), interval '0'))) * 1000)::bigint
      FROM public.job j
     WHERE j.state <> 'dead'
       AND NOT EXISTS (SELECT FROM public.job e
                        WHERE e.workspace_id = j.workspace_id AND e.lane = j.lane
                          AND e.turn < j.turn AND e.state <> 'dead')
$$;

-- Entering as a job: it must be claimed by that worker.
CREATE FUNCTION enter_job(p_workspace uuid, p_job uuid, p_worker uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.job j WHERE j.workspace_id = p_workspace AND j.id = p_job
                    AND j.state = 'running' AND j.worker = p_worker) THEN
        RAISE EXCEPTION 'job not claimed' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'job', true);
END $$;

-- Redeems a ticket, once.
CREATE FUNCTION redeem_ticket(p_hash bytea) RETURNS TABLE (session_id uuid, workspace_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH used AS (DELETE FROM public.live_ticket t WHERE t.hash = p_hash
                  RETURNING t.session_id, t.workspace_id, t.expires_at)
    SELECT u.session_id, u.workspace_id FROM used u WHERE u.expires_at > now()
$$;

ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON event TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT ON event TO postern_app;

ALTER TABLE webhook_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_part FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON webhook_part TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_part TO postern_app;

ALTER TABLE job ENABLE ROW LEVEL SECURITY;
ALTER TABLE job FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON job TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON job TO postern_app;

ALTER TABLE live_ticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE live_ticket FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON live_ticket TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT INSERT ON live_ticket TO postern_app;

ALTER TABLE rate_bucket ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_bucket FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON rate_bucket TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_bucket TO postern_app;

CREATE POLICY definer ON job TO postern_definer USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON job TO postern_definer;
CREATE POLICY definer ON live_ticket TO postern_definer USING (true);
GRANT SELECT, DELETE ON live_ticket TO postern_definer;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION claim_jobs(uuid, integer, double precision, timestamptz) OWNER TO postern_definer;
ALTER FUNCTION next_job_ms(timestamptz) OWNER TO postern_definer;
ALTER FUNCTION enter_job(uuid, uuid, uuid) OWNER TO postern_definer;
ALTER FUNCTION redeem_ticket(bytea) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION claim_jobs(uuid, integer, double precision, timestamptz), next_job_ms(timestamptz), enter_job(uuid, uuid, uuid),
    redeem_ticket(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_jobs(uuid, integer, double precision, timestamptz), next_job_ms(timestamptz), enter_job(uuid, uuid, uuid),
    redeem_ticket(bytea) TO postern_app;
