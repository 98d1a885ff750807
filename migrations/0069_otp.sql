-- One-time codes that callers have sent to people, what may be asked for of them, and the log of what tests would have sent.

-- A code that was asked for: never the code itself, never a whole number, and of Meta's id, which holds the number, a digest.
CREATE TABLE otp_challenge (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    -- The caller's key that asked; none for a person.
    key_id uuid,
    -- For trying out: nothing is sent, and no other key's answer fits.
    test boolean NOT NULL,
    purpose text NOT NULL,
    -- None where nothing is sent.
    channel_id uuid,
    template_name text,
    template_language text,
    phone_hash bytea NOT NULL,
    last_digits text NOT NULL,
    country text,
    -- Empty once the code is over.
    code_hash text NOT NULL,
    state text NOT NULL CONSTRAINT otp_challenge_state CHECK (state IN ('pending', 'verified', 'failed', 'superseded', 'expired')),
    -- Those that were taken, and of these those that were found wrong.
    tries smallint NOT NULL DEFAULT 0 CONSTRAINT otp_challenge_tries CHECK (tries BETWEEN 0 AND 3),
    wrong smallint NOT NULL DEFAULT 0 CONSTRAINT otp_challenge_wrong CHECK (wrong BETWEEN 0 AND tries),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    delivery text CONSTRAINT otp_challenge_delivery CHECK (delivery IN ('queued', 'sending', 'unknown', 'accepted', 'sent',
        'delivered', 'read', 'played', 'failed')),
    delivery_at timestamptz,
    attempt_id uuid,
    wamid_hash bytea,
    fault_code bigint,
    fault_reason text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT otp_challenge_channel FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
    CONSTRAINT otp_challenge_goes CHECK (test = (delivery IS NULL) AND (test OR channel_id IS NOT NULL)),
    CONSTRAINT otp_challenge_over CHECK (state = 'pending' OR code_hash = '')
);
-- One code of a person for a purpose at a time.
CREATE UNIQUE INDEX otp_challenge_pending ON otp_challenge (workspace_id, phone_hash, purpose, test) WHERE state = 'pending';
CREATE INDEX otp_challenge_order ON otp_challenge (workspace_id, created_at DESC, id DESC);
CREATE INDEX otp_challenge_phone ON otp_challenge (workspace_id, phone_hash, created_at DESC, id DESC);
CREATE INDEX otp_challenge_wamid ON otp_challenge (workspace_id, wamid_hash) WHERE wamid_hash IS NOT NULL;
CREATE INDEX otp_challenge_attempt ON otp_challenge (workspace_id, attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX otp_challenge_due ON otp_challenge (expires_at) WHERE state = 'pending';
CREATE INDEX otp_challenge_age ON otp_challenge (created_at);
ALTER TABLE otp_challenge ENABLE ROW LEVEL SECURITY;
ALTER TABLE otp_challenge FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON otp_challenge TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON otp_challenge TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON otp_challenge AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON otp_challenge AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY definer ON otp_challenge FOR SELECT TO postern_definer USING (true);
CREATE POLICY lapse ON otp_challenge FOR UPDATE TO postern_definer
    USING (state = 'pending' AND expires_at < now()) WITH CHECK (state = 'expired');
CREATE POLICY sweep ON otp_challenge FOR DELETE TO postern_definer USING (created_at < now() - interval '30 days');
GRANT SELECT, INSERT, UPDATE (state, code_hash, tries, wrong, ended_at, delivery, delivery_at, attempt_id, wamid_hash,
    fault_code, fault_reason) ON otp_challenge TO postern_app;
GRANT SELECT (workspace_id, ctid, state, created_at, expires_at), UPDATE (state, code_hash, ended_at), DELETE
    ON otp_challenge TO postern_definer;

-- How often codes were asked for: for a number, for a range of numbers, by the whole workspace. Named by keyed hashes.
CREATE TABLE otp_budget (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    name bytea NOT NULL,
    -- When its window began; of a number, when a code was last asked for.
    at timestamptz NOT NULL,
    used integer NOT NULL,
    -- Of a number: when each was asked for.
    times timestamptz[] NOT NULL DEFAULT '{}',
    -- When a refusal was last written into the audit.
    told_at timestamptz,
    PRIMARY KEY (workspace_id, name)
);
CREATE INDEX otp_budget_age ON otp_budget (at);
ALTER TABLE otp_budget ENABLE ROW LEVEL SECURITY;
ALTER TABLE otp_budget FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON otp_budget TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON otp_budget TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY client ON otp_budget AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY definer ON otp_budget FOR SELECT TO postern_definer USING (true);
CREATE POLICY sweep ON otp_budget FOR DELETE TO postern_definer USING (at < now() - interval '2 days');
GRANT SELECT, INSERT, UPDATE ON otp_budget TO postern_app;
GRANT SELECT (workspace_id, ctid, at), DELETE ON otp_budget TO postern_definer;

-- What a workspace lets its callers ask for; without a row, what the program says.
CREATE TABLE otp_setting (
    workspace_id uuid PRIMARY KEY REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    prefix_hour integer NOT NULL,
    prefix_day integer NOT NULL,
    workspace_hour integer NOT NULL,
    workspace_day integer NOT NULL,
    -- The countries that codes are sent to; none for all.
    countries text[] NOT NULL DEFAULT '{}'
);
ALTER TABLE otp_setting ENABLE ROW LEVEL SECURITY;
ALTER TABLE otp_setting FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON otp_setting TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON otp_setting TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY client ON otp_setting AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
GRANT SELECT, INSERT, UPDATE ON otp_setting TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON otp_setting TO postern_definer;

-- What keys for trying out would have sent, sealed: to whom, and what it says.
CREATE TABLE test_message (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    key_id uuid,
    kind text NOT NULL CONSTRAINT test_message_kind CHECK (kind IN ('otp', 'message')),
    at timestamptz NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX test_message_order ON test_message (workspace_id, at DESC, id DESC);
CREATE INDEX test_message_age ON test_message (at);
ALTER TABLE test_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE test_message FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON test_message TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON test_message TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON test_message AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY client ON test_message AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY definer ON test_message FOR SELECT TO postern_definer USING (true);
CREATE POLICY sweep ON test_message FOR DELETE TO postern_definer USING (at < now() - interval '30 days');
GRANT SELECT, INSERT, UPDATE (sealed), DELETE ON test_message TO postern_app;
GRANT SELECT (workspace_id, ctid, at, sealed), DELETE ON test_message TO postern_definer;

-- Marks up to p_most codes as expired whose time is over, and deletes up to p_most of each kind of row that is old, of every
-- workspace, by age alone; says how many of the kind that had most. Ages are the database's and not the caller's.
CREATE FUNCTION sweep_codes(p_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_most bigint;
    v_count bigint;
BEGIN
    -- One at a time: who comes second goes away.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('sweep_codes', 0)) THEN
        RETURN 0;
    END IF;
    UPDATE public.otp_challenge SET state = 'expired', code_hash = '', ended_at = expires_at
     WHERE state = 'pending' AND expires_at < now() AND ctid = ANY (ARRAY(
        SELECT o.ctid FROM public.otp_challenge o WHERE o.state = 'pending' AND o.expires_at < now() LIMIT p_most));
    GET DIAGNOSTICS v_most = ROW_COUNT;
    DELETE FROM public.otp_challenge WHERE created_at < now() - interval '30 days' AND ctid = ANY (ARRAY(
        SELECT o.ctid FROM public.otp_challenge o WHERE o.created_at < now() - interval '30 days' LIMIT p_most));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_most := greatest(v_most, v_count);
    DELETE FROM public.otp_budget WHERE at < now() - interval '2 days' AND ctid = ANY (ARRAY(
        SELECT b.ctid FROM public.otp_budget b WHERE b.at < now() - interval '2 days' LIMIT p_most));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_most := greatest(v_most, v_count);
    DELETE FROM public.test_message WHERE at < now() - interval '30 days' AND ctid = ANY (ARRAY(
        SELECT t.ctid FROM public.test_message t WHERE t.at < now() - interval '30 days' LIMIT p_most));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN greatest(v_most, v_count);
END $$;
GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION sweep_codes(integer) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION sweep_codes(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_codes(integer) TO postern_app;

-- As before, but for the log of tests.
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
       AND NOT EXISTS (SELECT FROM public.test_message t
                        WHERE t.workspace_id = v_workspace AND substr(t.sealed, 1, v_length) = v_begin)
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
