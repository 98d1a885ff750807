-- A long body is applied in pieces. Its part is kept first, and is `pending` until the last piece is in. What was understood
-- and is shown nowhere yet is `unshown`: a later version finds it and applies it again.
ALTER TABLE webhook_part DROP CONSTRAINT webhook_part_state;
ALTER TABLE webhook_part ADD CONSTRAINT webhook_part_state
    CHECK (state IN ('pending', 'applied', 'unshown', 'kept'));
COMMENT ON COLUMN webhook_part.digest IS 'keyed hash of the part as it was sealed: the same part again is a replay';
CREATE INDEX webhook_part_waiting ON webhook_part (workspace_id, id) WHERE state <> 'applied';
