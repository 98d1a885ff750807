-- A piece leaves quarantine once the number or account that it is about has a workspace: the operator has it applied.
ALTER TABLE quarantine ADD COLUMN released_at timestamptz;
GRANT UPDATE (released_at) ON quarantine TO postern_app;
