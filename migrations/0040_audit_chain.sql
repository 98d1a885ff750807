-- The audit as a chain: each line is linked to the one before it by a hash over both, and says from which network its actor
-- came. What a line tells in particular stays sealed: the chain holds a salted digest of it, fixed when it is written, so that
-- neither a rotation nor a lost key changes a link.

ALTER TABLE audit
    -- The network of the session that acted (/24, /48); none for a job, the operator, and lines of before.
    ADD COLUMN network text,
    -- SHA-256 over the 32 bytes of salt and the detail, which are sealed together. None without a detail; a detail of before
    -- has no salt.
    ADD COLUMN digest bytea,
    -- Where it stands in its workspace's chain, from 1 on; none until it is linked, some seconds later.
    ADD COLUMN position bigint,
    -- See `link_audit`.
    ADD COLUMN link bytea,
    -- What is not known is NULL: in a file an empty cell stands for that.
    ADD CONSTRAINT audit_network_told CHECK (network <> ''),
    ADD CONSTRAINT audit_digest_length CHECK (octet_length(digest) = 32),
    ADD CONSTRAINT audit_link_length CHECK (octet_length(link) = 32),
    ADD CONSTRAINT audit_linked CHECK ((position IS NULL) = (link IS NULL)),
    -- A time that a link can hold: one line that cannot be linked would hold up all others.
    ADD CONSTRAINT audit_at_range CHECK (at >= '1970-01-01 00:00Z' AND at < '9999-01-01 00:00Z');
CREATE UNIQUE INDEX audit_position_key ON audit (workspace_id, position);
-- Those that wait for their link.
CREATE INDEX audit_loose ON audit (at, id) WHERE position IS NULL;
CREATE INDEX audit_at ON audit (workspace_id, at, id);

-- Whoever writes a line says neither where it stands nor what links it.
REVOKE INSERT ON audit FROM postern_app;
GRANT INSERT (workspace_id, id, at, actor, action, network, detail, digest) ON audit TO postern_app;

-- The end of each chain: by it a chain is known whose last lines were cut off.
CREATE TABLE audit_head (
    workspace_id uuid PRIMARY KEY REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    position bigint NOT NULL,
    link bytea NOT NULL CONSTRAINT audit_head_link_length CHECK (octet_length(link) = 32)
);
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_head FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_head TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT ON audit_head TO postern_app;

CREATE POLICY definer ON audit_head TO postern_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (position, link) ON audit_head TO postern_definer;
GRANT SELECT (at, actor, action, network, digest, position), UPDATE (position, link) ON audit TO postern_definer;

-- Links up to p_most lines of all workspaces, the oldest first, each behind the end of its own workspace's chain; how many.
-- A link is made here, from what stands in the line, and only once: nobody who calls this chooses one, or changes one.
--
-- The link is SHA-256 over these fields in this order: the words "postern audit 1", the link before it (32 bytes; zeros
-- before the first), workspace and id (16 bytes each), the time (microseconds since 1970, 8 bytes), actor (16 bytes), action,
-- network (UTF-8), digest (32 bytes). Before each field stands its length in 4 bytes; in place of a field that is NULL stands
-- the length -1 alone. Numbers are signed and big-endian.
CREATE FUNCTION link_audit(p_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line record;
    v_position bigint;
    v_link bytea;
    v_linked bigint := 0;
BEGIN
    -- One at a time, so that no chain forks; who comes second waits, and then sees what the first has linked.
    PERFORM pg_advisory_xact_lock(hashtextextended('link_audit', 0));
    FOR v_line IN
        SELECT a.workspace_id, a.id, a.at, a.actor, a.action, a.network, a.digest FROM public.audit a
         WHERE a.position IS NULL
         ORDER BY a.at, a.id LIMIT p_most
           -- One that is being sealed anew at this moment is linked the next time.
           FOR UPDATE SKIP LOCKED
    LOOP
        SELECT h.position, h.link INTO v_position, v_link FROM public.audit_head h
         WHERE h.workspace_id = v_line.workspace_id;
        -- A head that was tampered with holds nothing up: the chain goes on behind its last line, and does not verify there.
        v_position := 1 + greatest(v_position, (SELECT max(a.position) FROM public.audit a
                                                 WHERE a.workspace_id = v_line.workspace_id), 0);
        v_link := coalesce(v_link, decode(repeat('00', 32), 'hex'));
        SELECT sha256(string_agg(coalesce(int4send(octet_length(f.bytes)) || f.bytes, int4send(-1)), ''::bytea ORDER BY f.nth))
          INTO v_link
          FROM unnest(ARRAY[
                   convert_to('postern audit 1', 'UTF8'), v_link, uuid_send(v_line.workspace_id), uuid_send(v_line.id),
                   int8send((extract(epoch FROM v_line.at) * 1000000)::bigint), uuid_send(v_line.actor),
                   convert_to(v_line.action, 'UTF8'), convert_to(v_line.network, 'UTF8'), v_line.digest
               ]) WITH ORDINALITY AS f (bytes, nth);
        UPDATE public.audit a SET position = v_position, link = v_link
         WHERE a.workspace_id = v_line.workspace_id AND a.id = v_line.id;
        INSERT INTO public.audit_head AS h (workspace_id, position, link) VALUES (v_line.workspace_id, v_position, v_link)
        ON CONFLICT (workspace_id) DO UPDATE SET position = excluded.position, link = excluded.link;
        v_linked := v_linked + 1;
    END LOOP;
    RETURN v_linked;
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION link_audit(integer) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION link_audit(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION link_audit(integer) TO postern_app;
