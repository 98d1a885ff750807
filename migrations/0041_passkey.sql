-- Passkeys (W3C Web Authentication): a second factor, and all that is needed to sign in. Codes by mail as the weakest factor.

CREATE TABLE passkey (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- What the device calls it: whoever signs in without an address is found by it.
    credential_id bytea NOT NULL CONSTRAINT passkey_credential_key UNIQUE,
    -- The public key, its counter and its marks, as the library writes them. Nothing in it is secret.
    data jsonb NOT NULL,
    -- How its browser said that the device is reached: a hint for other browsers, which proves nothing.
    transports jsonb,
    name text NOT NULL CONSTRAINT passkey_name CHECK (char_length(name) BETWEEN 1 AND 80),
    created_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX passkey_account ON passkey (account_id);
GRANT SELECT, INSERT, UPDATE (data, name, used_at), DELETE ON passkey TO postern_app;
GRANT SELECT (account_id) ON passkey TO postern_definer;

-- A question that a browser was given for a passkey: answered once, by the browser or the session that asked.
CREATE TABLE passkey_state (
    id uuid PRIMARY KEY,
    -- SHA-256 of the ticket that the browser holds.
    ticket_hash bytea NOT NULL CONSTRAINT passkey_state_ticket_key UNIQUE,
    purpose text NOT NULL CONSTRAINT passkey_state_purpose CHECK (purpose IN ('enrol', 'factor', 'sign_in')),
    -- Nobody is known yet when a passkey alone signs in.
    account_id uuid REFERENCES account (id) ON DELETE CASCADE,
    -- The session that adds one.
    session_id uuid REFERENCES session (id) ON DELETE CASCADE,
    -- The browser that signs in.
    device bytea,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    CONSTRAINT passkey_state_whose CHECK (
        (account_id IS NULL) = (purpose = 'sign_in')
        AND (session_id IS NOT NULL) = (purpose = 'enrol') AND (device IS NULL) = (purpose = 'enrol'))
);
CREATE INDEX passkey_state_expires ON passkey_state (expires_at);
CREATE INDEX passkey_state_account ON passkey_state (account_id);
CREATE INDEX passkey_state_session ON passkey_state (session_id);
GRANT SELECT, INSERT, UPDATE (sealed, spent_at), DELETE ON passkey_state TO postern_app;

-- A code that is mailed may be a second factor.
ALTER TABLE mailed_code DROP CONSTRAINT mailed_code_purpose;
ALTER TABLE mailed_code ADD CONSTRAINT mailed_code_purpose CHECK (purpose IN ('register', 'email', 'factor'));

-- True from a new password by a mailed link until a better factor was shown with it: a mailed link and a mailed code are one
-- factor, and whoever reads a person's mail has both.
ALTER TABLE account ADD COLUMN password_mailed boolean NOT NULL DEFAULT false;
GRANT UPDATE (password_mailed) ON account TO postern_app;

-- A passkey is a second factor wherever one is asked for.
CREATE OR REPLACE FUNCTION enter_member(p_session uuid, p_workspace uuid, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account uuid;
    v_opened timestamptz;
    v_member record;
BEGIN
    SELECT s.account_id, s.created_at INTO v_account, v_opened
      FROM public.session s JOIN public.account a ON a.id = s.account_id
     WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL;
    IF v_account IS NULL THEN
        RAISE EXCEPTION 'session ended' USING ERRCODE = 'PT401';
    END IF;
    SELECT m.id, m.role, m.state, m.removed_at, m.access_from, w.factor_required INTO v_member
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE m.workspace_id = p_workspace AND m.account_id = v_account;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not a member' USING ERRCODE = 'PT404';
    END IF;
    -- Only TRUE lets in, so that a NULL anywhere does not.
    IF (v_member.removed_at IS NULL AND v_member.state = 'active' AND v_member.access_from <= v_opened) IS NOT TRUE THEN
        RAISE EXCEPTION 'no access' USING ERRCODE = 'PT403';
    END IF;
    IF (array_position(ARRAY['agent', 'manager', 'admin', 'owner'], v_member.role)
        >= array_position(ARRAY['agent', 'manager', 'admin', 'owner'], p_role)) IS NOT TRUE THEN
        RAISE EXCEPTION 'higher role needed' USING ERRCODE = 'PT403';
    END IF;
    IF (v_member.factor_required IS FALSE
        OR EXISTS (SELECT FROM public.totp t WHERE t.account_id = v_account AND t.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT FROM public.passkey p WHERE p.account_id = v_account)) IS NOT TRUE THEN
        RAISE EXCEPTION 'second factor needed' USING ERRCODE = 'PT403';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', v_member.id::text, true);
    PERFORM set_config('app.role', v_member.role, true);
    -- From where whatever they do is audited.
    PERFORM set_config('app.session', p_session::text, true);
END $$;

-- Where a person belongs, and how that session stands there: ids, names, roles and states of their own places alone.
CREATE OR REPLACE FUNCTION my_places(p_account uuid, p_session uuid)
RETURNS TABLE (workspace_id uuid, workspace_name text, member_id uuid, role text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.workspace_id, w.name, m.id, m.role,
           CASE WHEN m.state <> 'active' THEN m.state
                WHEN EXISTS (SELECT FROM public.session s WHERE s.id = p_session AND s.created_at < m.access_from) THEN 'ended'
                WHEN w.factor_required
                    AND NOT EXISTS (SELECT FROM public.totp t WHERE t.account_id = p_account AND t.confirmed_at IS NOT NULL)
                    AND NOT EXISTS (SELECT FROM public.passkey p WHERE p.account_id = p_account) THEN 'unproven'
                ELSE 'active' END
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE m.account_id = p_account AND m.removed_at IS NULL
     ORDER BY lower(w.name), w.workspace_id
$$;
