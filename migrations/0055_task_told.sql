-- What became of the last word to a task's contact in the chat, for the agent to see.

ALTER TABLE task
    ADD COLUMN told text CONSTRAINT task_told CHECK (told IN ('chat', 'template', 'no_template', 'no_chat')),
    ADD COLUMN told_at timestamptz,
    ADD CONSTRAINT task_told_when CHECK ((told IS NULL) = (told_at IS NULL));
