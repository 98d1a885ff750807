-- Connected numbers, and how a webhook finds its workspace.

CREATE TABLE channel (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    phone_number_id text NOT NULL,
    account_id text NOT NULL,
    state text NOT NULL CONSTRAINT channel_state CHECK (state IN ('connected', 'disconnected')),
    state_reason text,
    -- The key in the callback's path; none under the installation's Meta app.
    callback_key text,
    token_sealed bytea NOT NULL,
    app_secret_sealed bytea,
    verify_token_sealed bytea,
    rev bigint NOT NULL DEFAULT 1,
    connected_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT channel_number_key UNIQUE (workspace_id, phone_number_id),
    CONSTRAINT channel_own_app CHECK ((callback_key IS NULL) = (app_secret_sealed IS NULL))
);

ALTER TABLE channel ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON channel TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON channel TO postern_app;

-- Routing: which workspace a number belongs to, before any workspace is known. A number belongs to one of them.
-- Only the functions below touch it.
CREATE TABLE channel_route (
    phone_number_id text PRIMARY KEY,
    account_id text NOT NULL,
    workspace_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    -- SHA-256 of the key in the callback's path; none under the installation's Meta app.
    callback_hash bytea CONSTRAINT channel_route_callback_key UNIQUE,
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX channel_route_account ON channel_route (account_id);
CREATE INDEX channel_route_channel ON channel_route (workspace_id, channel_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON channel_route TO postern_definer;
ALTER TABLE channel_route ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_route FORCE ROW LEVEL SECURITY;
CREATE POLICY definer ON channel_route TO postern_definer USING (true) WITH CHECK (true);

-- A signed part that speaks for a number its secret does not cover, or for a number nobody has: sealed under the
-- installation's key, applied to nobody, listed for the operator.
CREATE TABLE quarantine (
    id uuid PRIMARY KEY,
    -- Keyed hash of the part: a redelivery adds a count, not a row.
    digest bytea NOT NULL CONSTRAINT quarantine_digest_key UNIQUE,
    reason text NOT NULL,
    -- The channel whose secret signed it; none for the installation's.
    signed_by uuid,
    sealed bytea NOT NULL,
    received_at timestamptz NOT NULL,
    times integer NOT NULL DEFAULT 1
);
GRANT SELECT, INSERT, UPDATE (times) ON quarantine TO postern_app;

-- Takes a number for the workspace one is in. False when another workspace has it.
CREATE FUNCTION claim_number(p_phone_number_id text, p_account_id text, p_channel uuid, p_callback_hash bytea)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_workspace uuid := nullif(current_setting('app.workspace', true), '')::uuid;
BEGIN
    IF v_workspace IS NULL THEN
        RAISE EXCEPTION 'no workspace' USING ERRCODE = 'PT401';
    END IF;
    INSERT INTO public.channel_route AS r (phone_number_id, account_id, workspace_id, channel_id, callback_hash)
    VALUES (p_phone_number_id, p_account_id, v_workspace, p_channel, p_callback_hash)
    ON CONFLICT (phone_number_id) DO UPDATE
       SET account_id = excluded.account_id, channel_id = excluded.channel_id,
           callback_hash = excluded.callback_hash
     WHERE r.workspace_id = v_workspace;
    RETURN FOUND;
END $$;

-- Which channels the numbers belong to; numbers nobody has are left out.
CREATE FUNCTION route_numbers(p_phone_number_ids text[])
RETURNS TABLE (phone_number_id text, account_id text, workspace_id uuid, channel_id uuid, own_app boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.phone_number_id, r.account_id, r.workspace_id, r.channel_id, r.callback_hash IS NOT NULL
      FROM public.channel_route r WHERE r.phone_number_id = ANY (p_phone_number_ids)
$$;

-- Which channels stand under a WhatsApp Business Account: account-level news concerns them all.
CREATE FUNCTION route_accounts(p_account_ids text[])
RETURNS TABLE (phone_number_id text, account_id text, workspace_id uuid, channel_id uuid, own_app boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.phone_number_id, r.account_id, r.workspace_id, r.channel_id, r.callback_hash IS NOT NULL
      FROM public.channel_route r WHERE r.account_id = ANY (p_account_ids)
$$;

-- Which channel a callback path belongs to.
CREATE FUNCTION route_callback(p_callback_hash bytea)
RETURNS TABLE (workspace_id uuid, channel_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.workspace_id, r.channel_id FROM public.channel_route r WHERE r.callback_hash = p_callback_hash
$$;

-- Entering as a webhook: the channel must be routed to that workspace.
CREATE FUNCTION enter_channel(p_workspace uuid, p_channel uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.channel_route r
                    WHERE r.workspace_id = p_workspace AND r.channel_id = p_channel) THEN
        RAISE EXCEPTION 'no such channel' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'webhook', true);
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION claim_number(text, text, uuid, bytea) OWNER TO postern_definer;
ALTER FUNCTION route_numbers(text[]) OWNER TO postern_definer;
ALTER FUNCTION route_accounts(text[]) OWNER TO postern_definer;
ALTER FUNCTION route_callback(bytea) OWNER TO postern_definer;
ALTER FUNCTION enter_channel(uuid, uuid) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION claim_number(text, text, uuid, bytea), route_numbers(text[]), route_accounts(text[]),
    route_callback(bytea), enter_channel(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_number(text, text, uuid, bytea), route_numbers(text[]), route_accounts(text[]),
    route_callback(bytea), enter_channel(uuid, uuid) TO postern_app;
