-- A workspace can be deleted: its members go before its threads, and what they wrote or had in hand must not hold them.

ALTER TABLE conversation
    DROP CONSTRAINT conversation_workspace_id_assignee_id_fkey,
    ADD CONSTRAINT conversation_workspace_id_assignee_id_fkey FOREIGN KEY (workspace_id, assignee_id)
        REFERENCES member (workspace_id, id) ON DELETE SET NULL (assignee_id);

ALTER TABLE message
    DROP CONSTRAINT message_workspace_id_author_id_fkey,
    ADD CONSTRAINT message_workspace_id_author_id_fkey FOREIGN KEY (workspace_id, author_id)
        REFERENCES member (workspace_id, id) ON DELETE SET NULL (author_id);
