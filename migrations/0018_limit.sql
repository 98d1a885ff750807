-- Limits by address, session and workspace, shared by every process around this database. They belong to no workspace,
-- for most are asked before it is known who comes; what they are counted against is a keyed hash.

CREATE TABLE limit_bucket (
    key bytea PRIMARY KEY CHECK (octet_length(key) = 16),
    -- When it will be full again, if nobody takes anything meanwhile: all that the generic cell rate algorithm keeps.
    full_at timestamptz NOT NULL
    -- No index on the time: what is taken would write it each time. The sweep reads the table, which is small.
) WITH (fillfactor = 70);

GRANT SELECT, INSERT, UPDATE, DELETE ON limit_bucket TO postern_definer;

-- Takes tokens out of a bucket that gains one in p_step_us and holds as many as come in p_hold_us, both in microseconds,
-- and says when it will be full again. One token is asked for before it is spent: it is read first whether there is one,
-- and where there is none nothing is written and no row is locked, so that who is refused costs a look-up alone. Several
-- were spent already by a process that counts for itself: they are taken whatever is left.
-- No bucket takes longer than p_hold_us to fill: a time beyond that was written by a clock that ran ahead. It is taken
-- for the latest that can be and written so, a second's difference apart: else it would refuse until that clock is right.
CREATE FUNCTION take_limit(p_key bytea, p_tokens integer, p_step_us bigint, p_hold_us bigint, p_now timestamptz,
                           OUT taken boolean, OUT full_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_step interval := make_interval(secs => p_step_us / 1e6);
    v_hold interval := make_interval(secs => p_hold_us / 1e6);
BEGIN
    -- For the whole transaction, which does nothing else. Counts may go with the machine's power, not with a process;
    -- and whoever wants the same bucket does not wait for the disk.
    SET LOCAL synchronous_commit TO off;
    IF p_tokens = 1 THEN
        SELECT b.full_at INTO take_limit.full_at FROM public.limit_bucket b WHERE b.key = p_key;
        IF take_limit.full_at > p_now + v_hold + interval '1 second' THEN
            UPDATE public.limit_bucket b SET full_at = p_now + v_hold
             WHERE b.key = p_key AND b.full_at > p_now + v_hold + interval '1 second';
        END IF;
        IF take_limit.full_at + v_step > p_now + v_hold THEN
            taken := false;
            take_limit.full_at := least(take_limit.full_at, p_now + v_hold);
            RETURN;
        END IF;
    END IF;
    INSERT INTO public.limit_bucket AS b (key, full_at)
    VALUES (p_key, p_now + least(p_tokens * v_step, v_hold))
    ON CONFLICT (key) DO UPDATE
       SET full_at = least(greatest(b.full_at, p_now) + p_tokens * v_step, p_now + v_hold)
     WHERE p_tokens > 1 OR greatest(b.full_at, p_now) + v_step <= p_now + v_hold
    RETURNING b.full_at INTO take_limit.full_at;
    taken := FOUND;
    IF NOT taken THEN
        -- Another took the last one meanwhile.
        SELECT b.full_at INTO take_limit.full_at FROM public.limit_bucket b WHERE b.key = p_key;
    END IF;
END $$;

-- Deletes up to p_most buckets that have been full for an hour, by the database's clock, and says how many: one that is
-- not there is full.
CREATE FUNCTION sweep_limits(p_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM public.limit_bucket WHERE ctid = ANY (ARRAY(
            SELECT b.ctid FROM public.limit_bucket b WHERE b.full_at < now() - interval '1 hour' LIMIT p_most))
        RETURNING key)
    SELECT count(*) FROM gone
$$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION take_limit(bytea, integer, bigint, bigint, timestamptz) OWNER TO postern_definer;
ALTER FUNCTION sweep_limits(integer) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION take_limit(bytea, integer, bigint, bigint, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION sweep_limits(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_limit(bytea, integer, bigint, bigint, timestamptz) TO postern_app;
GRANT EXECUTE ON FUNCTION sweep_limits(integer) TO postern_app;
