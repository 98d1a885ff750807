-- People are global: one account may belong to many workspaces.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO postern_app, postern_definer;

-- One row: facts about the installation as a whole.
CREATE TABLE installation (
    singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT installation_singleton CHECK (singleton),
    -- Names cookies, so that two installations on one host keep theirs apart.
    instance text NOT NULL DEFAULT substr(md5(gen_random_uuid()::text), 1, 8),
    -- A restore changes it, and voids every feed cursor handed out before.
    epoch text NOT NULL DEFAULT substr(md5(gen_random_uuid()::text), 1, 8),
    set_up_at timestamptz
);
INSERT INTO installation DEFAULT VALUES;
GRANT SELECT, UPDATE (set_up_at) ON installation TO postern_app;

CREATE TABLE account (
    id uuid PRIMARY KEY,
    email text NOT NULL CONSTRAINT account_email_key UNIQUE
        CONSTRAINT account_email_folded CHECK (email = lower(email)),
    name text NOT NULL,
    password_hash text NOT NULL,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON account TO postern_app;

CREATE TABLE session (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- SHA-256 of the refresh token in force, and of the one before it.
    token_hash bytea NOT NULL CONSTRAINT session_token_key UNIQUE,
    previous_hash bytea CONSTRAINT session_previous_key UNIQUE,
    rotated_at timestamptz NOT NULL,
    -- SHA-256 of the browser's name of itself and its device cookie: the grace holds for the same device only.
    device bytea NOT NULL,
    label text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text CONSTRAINT session_end_reason CHECK (end_reason IN ('sign_out', 'replay')),
    CONSTRAINT session_end CHECK (end_reason IS NULL OR ended_at IS NOT NULL)
);
CREATE INDEX session_account ON session (account_id);
GRANT SELECT, INSERT, UPDATE ON session TO postern_app;

-- Every refresh token that was ever rotated away, until its session would have expired: a replay is recognised
-- however old the token is.
CREATE TABLE session_spent (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE
);
GRANT SELECT, INSERT, DELETE ON session_spent TO postern_app;

-- What happened to people outside any workspace: sign-ins, refusals, replays.
CREATE TABLE account_audit (
    id uuid PRIMARY KEY,
    account_id uuid REFERENCES account (id) ON DELETE SET NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    address text,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX account_audit_account ON account_audit (account_id, at DESC);
GRANT SELECT, INSERT ON account_audit TO postern_app;

-- Failed tries, by what they were tried on: an account, a known device of it, a network.
CREATE TABLE attempt (
    key text PRIMARY KEY,
    failures integer NOT NULL,
    blocked_until timestamptz,
    last_at timestamptz NOT NULL
);
CREATE INDEX attempt_last ON attempt (last_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON attempt TO postern_app;
