-- Invitations: mailed to one address, or a link that is handed on. Whoever uses one waits for an admin.

CREATE TABLE invitation (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    -- SHA-256 of the secret in the link.
    token_hash bytea NOT NULL CONSTRAINT invitation_token_key UNIQUE,
    -- The one address that it is for; none for a link that is handed on.
    email text CONSTRAINT invitation_email_folded CHECK (email = lower(email)),
    -- The domain that an address must have to use the link.
    domain text CONSTRAINT invitation_domain_folded CHECK (domain = lower(domain)),
    role text NOT NULL CONSTRAINT invitation_role CHECK (role IN ('agent', 'manager', 'admin')),
    by_id uuid,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Used or withdrawn.
    ended_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT invitation_kind CHECK (email IS NULL OR domain IS NULL)
);
ALTER TABLE invitation ADD CONSTRAINT invitation_by FOREIGN KEY (workspace_id, by_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (by_id);
CREATE UNIQUE INDEX invitation_open_key ON invitation (workspace_id, email) WHERE ended_at IS NULL;
CREATE INDEX invitation_ended ON invitation (ended_at);
CREATE INDEX invitation_by_member ON invitation (workspace_id, by_id);
ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invitation TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE (token_hash, sent_at, expires_at, ended_at) ON invitation TO postern_app;
CREATE POLICY definer ON invitation FOR SELECT TO postern_definer USING (true);
GRANT SELECT (workspace_id, id, token_hash, expires_at, ended_at) ON invitation TO postern_definer;

-- The workspace and the id of the open invitation whose link has that hash.
CREATE FUNCTION find_invitation(p_hash bytea, p_now timestamptz) RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.workspace_id, i.id FROM public.invitation i
     WHERE i.token_hash = p_hash AND i.ended_at IS NULL AND i.expires_at > p_now
$$;

-- Entering with an invitation that is open: to read it and to become a member who waits.
CREATE FUNCTION enter_invitation(p_workspace uuid, p_invitation uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.invitation i WHERE i.workspace_id = p_workspace AND i.id = p_invitation
                      AND i.ended_at IS NULL AND i.expires_at > now() - interval '1 minute') THEN
        RAISE EXCEPTION 'no such invitation' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'invitation', true);
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION find_invitation(bytea, timestamptz) OWNER TO postern_definer;
ALTER FUNCTION enter_invitation(uuid, uuid) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION find_invitation(bytea, timestamptz), enter_invitation(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_invitation(bytea, timestamptz), enter_invitation(uuid, uuid) TO postern_app;
