-- What a client's page needs beyond what their policies show, and what of a task's history is theirs to see.

-- The number of the chat: of the contact's newest conversation; where there is none, of the number that is connected longest.
CREATE FUNCTION portal_chat() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.phone
      FROM public.channel n
      LEFT JOIN LATERAL (
           SELECT max(c.last_at) AS at FROM public.conversation c
            WHERE c.workspace_id = n.workspace_id AND c.channel_id = n.id
              AND c.contact_id = nullif(current_setting('app.client', true), '')::uuid) c ON true
     WHERE n.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND n.state = 'connected'
       AND nullif(current_setting('app.client', true), '') IS NOT NULL
     ORDER BY c.at DESC NULLS LAST, n.connected_at
     LIMIT 1
$$;
GRANT SELECT (phone, state, connected_at) ON channel TO postern_definer;
GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION portal_chat() OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION portal_chat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_chat() TO postern_app;

-- A change may name an internal document, a former title, a colleague: a client reads those kinds that are about the shared
-- part alone, and documents from their own table.
DROP POLICY client ON task_change;
CREATE POLICY client ON task_change AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '')
           OR (kind IN ('created', 'status', 'due', 'shared', 'item_done', 'item_undone') AND sees_task(task_id)))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (author_id IS NULL AND kind = 'document' AND sees_task(task_id)));
