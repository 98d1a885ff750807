-- A workspace that is deleted is closed at once and emptied in steps; of a person who deletes their account no name and no
-- browser is left.

-- Workspaces that were deleted and are not empty yet.
CREATE TABLE erasure (
    workspace uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL DEFAULT now(),
    -- Rows that are gone so far.
    gone bigint NOT NULL DEFAULT 0
);
GRANT SELECT ON erasure TO postern_app;
GRANT SELECT, INSERT, UPDATE (gone), DELETE ON erasure TO postern_definer;

-- Keyed digests of the numbers and accounts of workspaces that were deleted: what Meta goes on telling of them is kept
-- nowhere.
CREATE TABLE erased_number (
    digest bytea PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON erased_number TO postern_app;

-- Whom a letter is to, as a keyed digest: what waits for somebody goes with them.
ALTER TABLE mail ADD COLUMN to_digest bytea;
CREATE INDEX mail_to ON mail (to_digest);

-- What a browser is called that is trusted, and when it became so: it is listed also after its session.
ALTER TABLE trusted_device
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN label text NOT NULL DEFAULT '',
    ADD COLUMN network text NOT NULL DEFAULT '',
    ADD COLUMN since timestamptz NOT NULL DEFAULT now();
UPDATE trusted_device d SET label = s.label, network = s.network, since = s.created_at
  FROM session s WHERE s.account_id = d.account_id AND s.device = d.device;
GRANT UPDATE (label, network, since) ON trusted_device TO postern_app;
GRANT DELETE ON account_setting TO postern_app;

-- The events that tell of members: they hold names, and go with the person.
CREATE INDEX event_member ON event (workspace_id) WHERE starts_with(body, '{"type":"member",');

-- Of two contacts of which one was merged into the other, either may go first.
ALTER TABLE contact DROP CONSTRAINT contact_merged_into;
ALTER TABLE contact ADD CONSTRAINT contact_merged_into FOREIGN KEY (workspace_id, merged_into)
    REFERENCES contact (workspace_id, id) ON DELETE SET NULL (merged_into);

-- Within a workspace that was deleted, and nowhere else, everything may be taken away. A new table of a workspace needs
-- these two lines as well; the catalogue's test says so.
CREATE POLICY purge ON audit TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON audit_head TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON channel TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON channel_alert TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON channel_change TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON channel_event TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON channel_fact TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON channel_route TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON contact TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON contact_identity TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON contact_merge TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON contact_suggestion TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON contact_term TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON conversation TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON courtesy TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON draft TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON event TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON file TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON invitation TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON job TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON live_ticket TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON member TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON member_access TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON message TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON message_key TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON message_status TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON message_try TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON rate_bucket TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON status_early TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON template TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON template_sync TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON webhook_part TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON workspace TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON workspace_key TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON workspace_logo TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON workspace_setting TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON team TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY purge ON team_member TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
GRANT SELECT (workspace_id, ctid), DELETE ON audit TO postern_definer;
GRANT DELETE ON audit_head TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON channel TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON channel_alert TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON channel_change TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON channel_event TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON channel_fact TO postern_definer;
GRANT DELETE ON channel_route TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON contact TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_identity TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_merge TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_suggestion TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON contact_term TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON conversation TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON courtesy TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON draft TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON event TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON file TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON invitation TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON job TO postern_definer;
GRANT DELETE ON live_ticket TO postern_definer;
GRANT DELETE ON member TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON member_access TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON message TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON message_key TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON message_status TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON message_try TO postern_definer;
GRANT DELETE ON rate_bucket TO postern_definer;
GRANT DELETE ON status_early TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON template TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON template_sync TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON webhook_part TO postern_definer;
GRANT DELETE ON workspace TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON workspace_key TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON workspace_logo TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON workspace_setting TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON team TO postern_definer;
GRANT SELECT (workspace_id, ctid), DELETE ON team_member TO postern_definer;
GRANT UPDATE (removed_at) ON member TO postern_definer;
-- Who waits behind a job that goes moves up.
GRANT UPDATE (behind) ON job TO postern_definer;

-- What a person leaves behind in a workspace that they leave for good.
CREATE POLICY forget ON event TO postern_definer
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY forget ON invitation TO postern_definer
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT (body) ON event TO postern_definer;
GRANT SELECT (email) ON invitation TO postern_definer;
GRANT SELECT (email) ON account TO postern_definer;
GRANT SELECT (id, account_id), UPDATE (address) ON account_audit TO postern_definer;

-- Empties a workspace that was deleted by up to p_most rows of one table, and says which table and how many; no table once
-- nothing is left of it. With no rows it only closes the workspace, which every step does again: whoever had come in before
-- may have let somebody in, or made a key.
CREATE FUNCTION purge_workspace(p_workspace uuid, p_most integer, OUT part text, OUT gone bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- Rows that are gone already are passed over by their index, and not read again with each step.
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_table text;
BEGIN
    IF NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace) THEN
        RAISE EXCEPTION 'not deleted' USING ERRCODE = 'PT404';
    END IF;
    DELETE FROM public.workspace_key k WHERE k.workspace_id = p_workspace;
    DELETE FROM public.channel_route r WHERE r.workspace_id = p_workspace;
    UPDATE public.member m SET removed_at = now() WHERE m.workspace_id = p_workspace AND m.removed_at IS NULL;
    IF p_most < 1 THEN
        RETURN;
    END IF;
    -- The rows that point to others go before those: a table is as deep as the longest way from it to the workspace.
    FOR v_table IN
        WITH RECURSIVE way (rel, depth) AS (
            SELECT 'public.workspace'::regclass::oid, 0
             UNION
            SELECT k.conrelid, w.depth + 1
              FROM way w JOIN pg_constraint k ON k.confrelid = w.rel AND k.contype = 'f' AND k.conrelid <> k.confrelid
             WHERE w.depth < 32),
        tenant AS (
            SELECT c.oid, c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
               AND a.attname = 'workspace_id' AND NOT a.attisdropped)
        SELECT t.relname FROM tenant t LEFT JOIN way w ON w.rel = t.oid
         GROUP BY t.relname
         -- Work that was promised goes first: workers would go on taking it up.
         ORDER BY t.relname <> 'job', max(w.depth) DESC NULLS FIRST, t.relname
    LOOP
        EXECUTE format('DELETE FROM public.%I WHERE ctid = ANY (ARRAY(
                            SELECT t.ctid FROM public.%I t WHERE t.workspace_id = $1 LIMIT $2))', v_table, v_table)
          USING p_workspace, p_most;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN
            part := v_table;
            UPDATE public.erasure e SET gone = e.gone + purge_workspace.gone WHERE e.workspace = p_workspace;
            RETURN;
        END IF;
    END LOOP;
    DELETE FROM public.erasure e WHERE e.workspace = p_workspace;
END $$;

-- Deletes the workspace one is in as its owner or as the operator: from this transaction on its data keys and its numbers
-- are gone, and nobody comes in.
CREATE FUNCTION erase_workspace() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_workspace uuid := nullif(current_setting('app.workspace', true), '')::uuid;
BEGIN
    IF (v_workspace IS NOT NULL AND current_setting('app.role', true) IN ('owner', 'operator')) IS NOT TRUE THEN
        RAISE EXCEPTION 'not the owner' USING ERRCODE = 'PT403';
    END IF;
    INSERT INTO public.erasure (workspace) VALUES (v_workspace) ON CONFLICT DO NOTHING;
    PERFORM public.purge_workspace(v_workspace, 0);
END $$;

-- Where a person has ever been: what leaving for good has to go through. `alone` where they are the last owner.
CREATE FUNCTION leaving_places(p_session uuid)
RETURNS TABLE (workspace_id uuid, workspace_name text, removed boolean, alone boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.workspace_id, w.name, m.removed_at IS NOT NULL,
           m.removed_at IS NULL AND m.role = 'owner' AND NOT EXISTS (
               SELECT FROM public.member o WHERE o.workspace_id = m.workspace_id AND o.id <> m.id AND o.role = 'owner'
                  AND o.state = 'active' AND o.removed_at IS NULL)
      FROM public.session s JOIN public.member m ON m.account_id = s.account_id
      JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now()
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = m.workspace_id)
     ORDER BY lower(w.name), m.workspace_id
$$;

-- Entering to leave for good, however one stands there: with a session that lives, where one is or was a member.
CREATE FUNCTION enter_leaving(p_session uuid, p_workspace uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_member uuid;
BEGIN
    SELECT m.id INTO v_member
      FROM public.session s JOIN public.account a ON a.id = s.account_id JOIN public.member m ON m.account_id = a.id
     WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL
       AND m.workspace_id = p_workspace
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace);
    IF v_member IS NULL THEN
        RAISE EXCEPTION 'never there' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', v_member::text, true);
    PERFORM set_config('app.role', 'leaving', true);
END $$;

-- Takes what names the one who leaves for good out of the workspace that they are in: events that tell of them, and
-- invitations to their address.
CREATE FUNCTION forget_member() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_workspace uuid := nullif(current_setting('app.workspace', true), '')::uuid;
    v_member uuid := nullif(current_setting('app.member', true), '')::uuid;
BEGIN
    IF (v_workspace IS NOT NULL AND v_member IS NOT NULL AND current_setting('app.role', true) = 'leaving') IS NOT TRUE THEN
        RAISE EXCEPTION 'not leaving' USING ERRCODE = 'PT403';
    END IF;
    DELETE FROM public.event e
     WHERE e.workspace_id = v_workspace AND starts_with(e.body, '{"type":"member",')
       AND starts_with(e.body, '{"type":"member","member":{"id":"' || v_member::text || '"');
    DELETE FROM public.invitation i
     WHERE i.workspace_id = v_workspace
       AND i.email = (SELECT a.email FROM public.member m JOIN public.account a ON a.id = m.account_id
                       WHERE m.workspace_id = v_workspace AND m.id = v_member);
END $$;

-- Takes the browsers of a person away for good, and the addresses from which they came; who has a place left keeps all.
-- False then.
CREATE FUNCTION forget_browsers(p_session uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account uuid;
BEGIN
    SELECT s.account_id INTO v_account FROM public.session s
     WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now();
    IF v_account IS NULL THEN
        RAISE EXCEPTION 'session ended' USING ERRCODE = 'PT401';
    END IF;
    IF EXISTS (SELECT FROM public.member m WHERE m.account_id = v_account AND m.removed_at IS NULL) THEN
        RETURN false;
    END IF;
    UPDATE public.account_audit u SET address = NULL WHERE u.account_id = v_account;
    DELETE FROM public.session s WHERE s.account_id = v_account;
    RETURN true;
END $$;

-- A workspace that was deleted is not there.
CREATE OR REPLACE FUNCTION enter_system(p_workspace uuid, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_role NOT IN ('operator', 'live')
        OR NOT EXISTS (SELECT FROM public.workspace w WHERE w.workspace_id = p_workspace)
        OR EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace) THEN
        RAISE EXCEPTION 'no such workspace' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', p_role, true);
END $$;

CREATE OR REPLACE FUNCTION enter_job(p_workspace uuid, p_job uuid, p_worker uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.job j WHERE j.workspace_id = p_workspace AND j.id = p_job
                    AND j.state = 'running' AND j.worker = p_worker)
        OR EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace) THEN
        RAISE EXCEPTION 'job not claimed' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'job', true);
END $$;

CREATE OR REPLACE FUNCTION next_workspaces(p_after uuid, p_most integer) RETURNS TABLE (workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.workspace_id FROM public.workspace w
     WHERE w.workspace_id > p_after AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = w.workspace_id)
     ORDER BY w.workspace_id LIMIT p_most
$$;

CREATE OR REPLACE FUNCTION find_invitation(p_hash bytea, p_now timestamptz) RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.workspace_id, i.id FROM public.invitation i
     WHERE i.token_hash = p_hash AND i.ended_at IS NULL AND i.expires_at > p_now
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = i.workspace_id)
$$;

CREATE OR REPLACE FUNCTION enter_invitation(p_workspace uuid, p_invitation uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.invitation i WHERE i.workspace_id = p_workspace AND i.id = p_invitation
                      AND i.ended_at IS NULL AND i.expires_at > now() - interval '1 minute')
        OR EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace) THEN
        RAISE EXCEPTION 'no such invitation' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'invitation', true);
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION purge_workspace(uuid, integer) OWNER TO postern_definer;
ALTER FUNCTION erase_workspace() OWNER TO postern_definer;
ALTER FUNCTION leaving_places(uuid) OWNER TO postern_definer;
ALTER FUNCTION enter_leaving(uuid, uuid) OWNER TO postern_definer;
ALTER FUNCTION forget_member() OWNER TO postern_definer;
ALTER FUNCTION forget_browsers(uuid) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION purge_workspace(uuid, integer), erase_workspace(), leaving_places(uuid), enter_leaving(uuid, uuid),
    forget_member(), forget_browsers(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_workspace(uuid, integer), erase_workspace(), leaving_places(uuid), enter_leaving(uuid, uuid),
    forget_member(), forget_browsers(uuid) TO postern_app;
