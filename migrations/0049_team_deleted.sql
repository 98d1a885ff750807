-- A team that is deleted is gone at once: nobody is in it, nothing goes to it, and its name is free. Its row stays until the
-- last of its conversations was taken from it, some at a time (`domain/src/teams/delete.rs`): one statement over all of them
-- would hold up whoever writes in one, and with its transaction the feed of every workspace.

ALTER TABLE team ADD COLUMN deleted_at timestamptz;
GRANT UPDATE (deleted_at) ON team TO postern_app;
GRANT SELECT (deleted_at) ON team TO postern_definer;

DROP INDEX team_name_key;
CREATE UNIQUE INDEX team_name_key ON team (workspace_id, lower(name)) WHERE deleted_at IS NULL;

-- As before, but for the last clause of what looks for the team: with one that is deleted went its members, who were told.
CREATE OR REPLACE FUNCTION conversation_tells_losers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_by uuid;
    v_team uuid;
BEGIN
    IF EXISTS (SELECT FROM public.workspace w WHERE w.workspace_id = NEW.workspace_id AND w.agents_limited) THEN
        IF OLD.assignee_id IS DISTINCT FROM NEW.assignee_id THEN
            v_by := OLD.assignee_id;
        END IF;
        IF OLD.team_id IS DISTINCT FROM NEW.team_id THEN
            SELECT t.id INTO v_team FROM public.team t
             WHERE t.workspace_id = OLD.workspace_id AND t.id = OLD.team_id AND t.deleted_at IS NULL;
        END IF;
        IF v_by IS NOT NULL OR v_team IS NOT NULL THEN
            INSERT INTO public.event (workspace_id, at, body, lost_by, lost_team, anew)
            VALUES (NEW.workspace_id, clock_timestamp(),
                    json_build_object('type', 'lost', 'conversation', json_build_object('id', NEW.id))::text,
                    v_by, v_team, true);
        END IF;
    END IF;
    RETURN NULL;
END $$;
