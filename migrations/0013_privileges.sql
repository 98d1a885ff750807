-- The serving role keeps what the code does and nothing more. A workspace, its numbers and its threads go through the
-- owner alone: deleting a workspace takes its audit along, and a changed data key would lose what it sealed.

REVOKE UPDATE, DELETE ON workspace, workspace_key FROM postern_app;
REVOKE DELETE ON channel, conversation, message, webhook_part, rate_bucket FROM postern_app;
REVOKE UPDATE ON contact_identity, status_early FROM postern_app;

-- A person's address and a member's person do not change.
REVOKE UPDATE ON account, member FROM postern_app;
GRANT UPDATE (name, password_hash, disabled_at) ON account TO postern_app;
GRANT UPDATE (role, removed_at) ON member TO postern_app;

-- The definer functions look at ids, times and states: no password hash, no token hash, nothing sealed.
REVOKE SELECT ON account, session FROM postern_definer;
GRANT SELECT (id, disabled_at) ON account TO postern_definer;
GRANT SELECT (id, account_id, expires_at, ended_at) ON session TO postern_definer;
REVOKE SELECT, UPDATE ON job FROM postern_definer;
GRANT SELECT (workspace_id, id, lane, turn, state, run_at, attempts, worker, claimed_until) ON job TO postern_definer;
GRANT UPDATE (state, attempts, worker, claimed_until) ON job TO postern_definer;
REVOKE DELETE ON channel_route FROM postern_definer;
