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
-- and says when it will be full again. One token is asked for before it is spent: where there is none nothing is
-- written, so that who is refused costs a look-up alone. Several were spent already by a process that counts for
-- itself: they are taken whatever is left.
CREATE FUNCTION take_limit(p_key bytea, p_tokens integer, p_step_us bigint, p_hold_us bigint, p_now timestamptz,
                           OUT taken boolean, OUT full_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_step interval := make_interval(secs => p_step_us / 1e6);
    v_hold interval := make_interval(secs => p_hold_us / 1e6);
BEGIN
    INSERT INTO public.limit_bucket AS b (key, full_at)
    VALUES (p_key, p_now + least(p_tokens * v_step, v_hold))
    ON CONFLICT (key) DO UPDATE
       SET full_at = least(greatest(b.full_at, p_now) + p_tokens * v_step, p_now + v_hold)
     WHERE p_tokens > 1 OR greatest(b.full_at, p_now) + v_step <= p_now + v_hold
    RETURNING b.full_at INTO take_limit.full_at;
    taken := FOUND;
    IF NOT taken THEN
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
