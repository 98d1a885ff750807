-- Signing in by way of Google or Microsoft (OpenID Connect).

-- Whom a provider knows by which name: an issuer and its subject, and nothing else, finds an account.
CREATE TABLE account_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    provider text NOT NULL CONSTRAINT account_identity_provider CHECK (provider IN ('google', 'microsoft')),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- What the provider told when it was connected; it is shown, and finds nobody.
    email text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject),
    CONSTRAINT account_identity_account_key UNIQUE (account_id, provider)
);
GRANT SELECT, INSERT, DELETE ON account_identity TO postern_app;

-- A browser on its way to a provider and back. PKCE's verifier and the nonce stand nowhere: they are drawn from the secret in
-- the browser's cookie, under a key that stands outside the database.
CREATE TABLE oidc_way (
    -- SHA-256 of the state in the provider's address.
    state_hash bytea PRIMARY KEY,
    -- SHA-256 of the secret in the browser's cookie.
    browser_hash bytea NOT NULL CONSTRAINT oidc_way_browser_key UNIQUE,
    provider text NOT NULL CONSTRAINT oidc_way_provider CHECK (provider IN ('google', 'microsoft')),
    -- Whose account is to be connected; none for who signs in.
    session_id uuid REFERENCES session (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    -- When the answer came: it is taken once.
    back_at timestamptz,
    -- Why it came to nothing.
    refused text,
    -- Whom the provider vouched for.
    issuer text,
    subject text,
    email text,
    -- Whether it vouched for the address, too.
    verified boolean NOT NULL DEFAULT false,
    name text,
    spent_at timestamptz
);
-- A step behind a provider: a mailed code would show the same mailbox once more.
ALTER TABLE factor_step ADD COLUMN by_provider boolean NOT NULL DEFAULT false;

CREATE INDEX oidc_way_expires ON oidc_way (expires_at);
CREATE INDEX oidc_way_session ON oidc_way (session_id);
GRANT SELECT, INSERT, UPDATE (back_at, refused, issuer, subject, email, verified, name, expires_at, spent_at), DELETE
    ON oidc_way TO postern_app;
