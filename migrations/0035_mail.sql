-- Letters that wait to be sent, whole and sealed; gone once a mail server took them.

CREATE TABLE mail (
    id uuid PRIMARY KEY,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    run_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- Given up, and why: for the operator.
    dead_at timestamptz,
    fault text
);
CREATE INDEX mail_due ON mail (run_at) WHERE dead_at IS NULL;
GRANT SELECT, INSERT, UPDATE (run_at, attempts, dead_at, fault, sealed), DELETE ON mail TO postern_app;
