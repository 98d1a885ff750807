-- How many documents a task may still have is counted with those that a client does not see.

CREATE POLICY definer ON task FOR SELECT TO postern_definer USING (true);
CREATE POLICY definer ON task_document FOR SELECT TO postern_definer USING (true);
GRANT SELECT (id, contact_id, shared) ON task TO postern_definer;
GRANT SELECT (task_id) ON task_document TO postern_definer;

-- Whether that task may have one more; of a client's shared tasks alone, when a client asks. Nothing else is told of it.
CREATE FUNCTION task_has_room(p_task uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) < 100
      FROM public.task t
      JOIN public.task_document d ON d.workspace_id = t.workspace_id AND d.task_id = t.id
     WHERE t.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND t.id = p_task
       AND (coalesce(current_setting('app.client', true), '') = ''
            OR (t.shared AND t.contact_id = nullif(current_setting('app.client', true), '')::uuid))
$$;
GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION task_has_room(uuid) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION task_has_room(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION task_has_room(uuid) TO postern_app;
