-- What a person proves: an address by a mailed code, a forgotten password by a mailed link, themselves by a second factor.

-- A person's address changes once the new one is confirmed.
GRANT UPDATE (email) ON account TO postern_app;

-- A code that was mailed. What it confirms waits with it, sealed: nobody has an account before the code came back.
CREATE TABLE mailed_code (
    id uuid PRIMARY KEY,
    -- SHA-256 of the ticket that the browser holds.
    ticket_hash bytea NOT NULL CONSTRAINT mailed_code_ticket_key UNIQUE,
    purpose text NOT NULL CONSTRAINT mailed_code_purpose CHECK (purpose IN ('register', 'email')),
    account_id uuid REFERENCES account (id) ON DELETE CASCADE,
    -- argon2id over a keyed digest of the id and the code.
    code_hash text NOT NULL,
    sealed bytea NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz
);
CREATE INDEX mailed_code_expires ON mailed_code (expires_at);
CREATE INDEX mailed_code_account ON mailed_code (account_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON mailed_code TO postern_app;

-- A link that was mailed to a person: sets a new password, or ends the access that the letter told of.
CREATE TABLE account_link (
    -- SHA-256 of the secret in the link.
    token_hash bytea PRIMARY KEY,
    purpose text NOT NULL CONSTRAINT account_link_purpose CHECK (purpose IN ('reset', 'not_me')),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- The address that it was mailed to: it sets no password once the person has another one.
    email text NOT NULL,
    session_id uuid REFERENCES session (id) ON DELETE SET NULL,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz
);
CREATE INDEX account_link_expires ON account_link (expires_at);
CREATE INDEX account_link_account ON account_link (account_id);
CREATE INDEX account_link_session ON account_link (session_id);
GRANT SELECT, INSERT, UPDATE (spent_at), DELETE ON account_link TO postern_app;

-- An authenticator application (RFC 6238): in force once a code of it was shown.
CREATE TABLE totp (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT totp_account_key UNIQUE REFERENCES account (id) ON DELETE CASCADE,
    sealed bytea NOT NULL,
    -- The time step of the last code that was taken: each is good once.
    last_step bigint NOT NULL DEFAULT 0,
    confirmed_at timestamptz,
    created_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE (sealed, last_step, confirmed_at), DELETE ON totp TO postern_app;
GRANT SELECT (account_id, confirmed_at) ON totp TO postern_definer;

-- Codes that were written down for when the application is lost: keyed digests, each good once.
CREATE TABLE recovery_code (
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    digest bytea NOT NULL,
    spent_at timestamptz,
    PRIMARY KEY (account_id, digest)
);
GRANT SELECT, INSERT, UPDATE (spent_at), DELETE ON recovery_code TO postern_app;

-- A sign-in whose password was right and whose second factor is still asked for.
CREATE TABLE factor_step (
    ticket_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- The browser that gave the password.
    device bytea NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz
);
CREATE INDEX factor_step_expires ON factor_step (expires_at);
CREATE INDEX factor_step_account ON factor_step (account_id);
GRANT SELECT, INSERT, UPDATE (tries, spent_at), DELETE ON factor_step TO postern_app;

-- Browsers in which the second factor is not asked for.
CREATE TABLE trusted_device (
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    device bytea NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (account_id, device)
);
GRANT SELECT, INSERT, UPDATE (until), DELETE ON trusted_device TO postern_app;
