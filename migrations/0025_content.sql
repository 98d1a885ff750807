-- Messages of every kind: what they say beside their text, what they answer, and what they change.

ALTER TABLE message
    -- What it says beside its text (`postern_types::Told`); none for plain text.
    ADD COLUMN told jsonb,
    -- Meta's id of the message that it answers.
    ADD COLUMN quotes text,
    -- Meta's id of the message that it changes: of a reaction, an edit, a deletion.
    ADD COLUMN target text,
    -- That message, once it is known; then this is no line of its own.
    ADD COLUMN target_id uuid,
    -- Whether there are such messages about this one: only then are they looked for.
    ADD COLUMN changed boolean NOT NULL DEFAULT false,
    -- What Meta said of a failure, in its own words.
    ADD COLUMN fault_details text;

ALTER TABLE status_early ADD COLUMN fault_details text;

-- What changes a message, and what waits for one to change.
CREATE INDEX message_changes ON message (workspace_id, target_id) WHERE target_id IS NOT NULL;
CREATE INDEX message_target ON message (workspace_id, channel_id, target) WHERE target IS NOT NULL;

-- The short way in asks whether a change waits for a message: such a message goes the long way.
GRANT SELECT (target, target_id) ON message TO postern_definer;
