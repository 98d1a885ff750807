-- Keys rotate: which of the known keys is used for new things stands here, the same for every process, and what stands
-- under an older one can be sealed anew.

-- Ids of keys of the configuration. None before the first start: then it is the first key of the process that asks.
ALTER TABLE installation ADD COLUMN master_id text;
ALTER TABLE installation ADD COLUMN token_id text;
-- Since when `token_id` signs: tokens of the key before it live on for ten minutes.
ALTER TABLE installation ADD COLUMN token_since timestamptz;
GRANT UPDATE (master_id, token_id, token_since) ON installation TO postern_app;

GRANT UPDATE (sealed) ON quarantine TO postern_app;

CREATE POLICY definer ON workspace_key TO postern_definer USING (true) WITH CHECK (true);
GRANT SELECT (workspace_id, number, master_id), UPDATE (master_id, wrapped), DELETE ON workspace_key TO postern_definer;
CREATE POLICY definer ON audit TO postern_definer USING (true) WITH CHECK (true);
GRANT SELECT (workspace_id, id), UPDATE (detail) ON audit TO postern_definer;

-- Ids of the workspaces after one, in their order: the operator goes through them one after the other.
CREATE FUNCTION next_workspaces(p_after uuid, p_most integer) RETURNS TABLE (workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.workspace_id FROM public.workspace w WHERE w.workspace_id > p_after ORDER BY w.workspace_id LIMIT p_most
$$;

-- Puts the same data key of the workspace one is in under another master key. False when it is not under `p_from` any more.
CREATE FUNCTION rewrap_key(p_number integer, p_from text, p_to text, p_wrapped bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('app.role', true) IS DISTINCT FROM 'operator' THEN
        RAISE EXCEPTION 'not the operator' USING ERRCODE = 'PT403';
    END IF;
    UPDATE public.workspace_key k SET master_id = p_to, wrapped = p_wrapped
     WHERE k.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid
       AND k.number = p_number AND k.master_id = p_from;
    RETURN FOUND;
END $$;

-- Forgets a data key of the workspace one is in; never the newest. That nothing is sealed under it is the caller's to
-- know. False when it was gone already.
CREATE FUNCTION drop_key(p_number integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_workspace uuid := nullif(current_setting('app.workspace', true), '')::uuid;
BEGIN
    IF current_setting('app.role', true) IS DISTINCT FROM 'operator' THEN
        RAISE EXCEPTION 'not the operator' USING ERRCODE = 'PT403';
    END IF;
    DELETE FROM public.workspace_key k
     WHERE k.workspace_id = v_workspace AND k.number = p_number
       AND EXISTS (SELECT FROM public.workspace_key n WHERE n.workspace_id = v_workspace AND n.number > p_number);
    RETURN FOUND;
END $$;

-- Puts details of the audit, which nobody may change, under another data key. Action, actor and time stay as they are.
CREATE FUNCTION reseal_details(p_ids uuid[], p_sealed bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('app.role', true) IS DISTINCT FROM 'operator' THEN
        RAISE EXCEPTION 'not the operator' USING ERRCODE = 'PT403';
    END IF;
    UPDATE public.audit a SET detail = n.sealed
      FROM unnest(p_ids, p_sealed) AS n (id, sealed)
     WHERE a.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND a.id = n.id;
END $$;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION next_workspaces(uuid, integer) OWNER TO postern_definer;
ALTER FUNCTION rewrap_key(integer, text, text, bytea) OWNER TO postern_definer;
ALTER FUNCTION drop_key(integer) OWNER TO postern_definer;
ALTER FUNCTION reseal_details(uuid[], bytea[]) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION next_workspaces(uuid, integer), rewrap_key(integer, text, text, bytea), drop_key(integer),
    reseal_details(uuid[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION next_workspaces(uuid, integer), rewrap_key(integer, text, text, bytea), drop_key(integer),
    reseal_details(uuid[], bytea[]) TO postern_app;
