-- Where a message has been: a row for each time that its status moved, so that anybody can see when, and where it stopped.
--
-- A trigger writes it, and not the code that moves a message on: that stands in several places, and none of them can forget
-- it. It runs as who writes, under the writer's own policies.

CREATE TABLE message_status (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    -- The order in which it was heard here.
    nth bigint GENERATED ALWAYS AS IDENTITY,
    status text NOT NULL,
    -- By Meta's clock for what Meta tells, else by ours.
    at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, message_id, nth),
    FOREIGN KEY (workspace_id, message_id) REFERENCES message (workspace_id, id) ON DELETE CASCADE
);

ALTER TABLE message_status ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_status FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON message_status TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT ON message_status TO postern_app;

CREATE FUNCTION message_keeps_status() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.message_status (workspace_id, message_id, status, at, heard_at)
    VALUES (NEW.workspace_id, NEW.id, NEW.status, NEW.status_at, clock_timestamp());
    RETURN NULL;
END $$;

CREATE TRIGGER keeps_status AFTER UPDATE OF status ON message
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION message_keeps_status();

REVOKE ALL ON FUNCTION message_keeps_status() FROM PUBLIC;

-- The part of a webhook that a message came in, where its time alone does not tell: one that was applied later.
ALTER TABLE message ADD COLUMN part_id uuid;
