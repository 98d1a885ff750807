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

-- A passkey is a second factor wherever one is asked for; for `enter_member` see 0042.

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
