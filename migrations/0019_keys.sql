-- Keys rotate: which of the known keys is used for new things stands here, the same for every process, and what stands
-- under an older one can be sealed anew.

-- Ids of keys of the configuration. None before the first start: then it is the first key of the process that asks.
ALTER TABLE installation ADD COLUMN master_id text;
ALTER TABLE installation ADD COLUMN token_id text;
-- Since when `token_id` signs: tokens of the key before it live on for ten minutes.
ALTER TABLE installation ADD COLUMN token_since timestamptz;
-- Keys that no process signs with or reads from now on, whether it still knows them or not.
ALTER TABLE installation ADD COLUMN token_retired text[] NOT NULL DEFAULT '{}';
GRANT UPDATE (master_id, token_id, token_since, token_retired) ON installation TO postern_app;

GRANT UPDATE (sealed) ON quarantine TO postern_app;

CREATE POLICY definer ON workspace_key TO postern_definer USING (true) WITH CHECK (true);
GRANT SELECT (workspace_id, number, master_id), UPDATE (master_id, wrapped), DELETE ON workspace_key TO postern_definer;
CREATE POLICY definer ON audit TO postern_definer USING (true) WITH CHECK (true);
GRANT SELECT (workspace_id, id, detail), UPDATE (detail) ON audit TO postern_definer;
-- What is sealed, for `drop_key` alone, which looks at the key's name before it and gives none of it away.
CREATE POLICY definer ON channel FOR SELECT TO postern_definer USING (true);
GRANT SELECT (workspace_id, token_sealed, app_secret_sealed, verify_token_sealed) ON channel TO postern_definer;
GRANT SELECT (workspace_id, sealed) ON webhook_part, job TO postern_definer;

-- A workspace's data keys are numbered one after the other. A number that is there already is refused, or passed over, by
-- its uniqueness.
CREATE FUNCTION workspace_key_follows() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.number <> 1 + coalesce((SELECT max(k.number) FROM public.workspace_key k
                                    WHERE k.workspace_id = NEW.workspace_id), 0)
       AND NOT EXISTS (SELECT FROM public.workspace_key k
                        WHERE k.workspace_id = NEW.workspace_id AND k.number = NEW.number) THEN
        RAISE EXCEPTION 'a data key out of turn' USING ERRCODE = 'PT403';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follows BEFORE INSERT ON workspace_key FOR EACH ROW EXECUTE FUNCTION workspace_key_follows();
REVOKE ALL ON FUNCTION workspace_key_follows() FROM PUBLIC;

-- Everybody who can be the serving role can say that they are the operator: what the three functions below allow has to
-- be harmless by itself, as far as that can be told without a key. A sealed value begins with its version, and the length
-- and the name of its key; then come 12 bytes of nonce, the text and 16 bytes of tag.

-- Ids of the workspaces after one, in their order: the operator goes through them one after the other.
CREATE FUNCTION next_workspaces(p_after uuid, p_most integer) RETURNS TABLE (workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.workspace_id FROM public.workspace w WHERE w.workspace_id > p_after ORDER BY w.workspace_id LIMIT p_most
$$;

-- Puts the same data key of the workspace one is in under another master key. False when it is not under `p_from` any more.
-- What is written has to name that master key, and to be as long as a data key is.
CREATE FUNCTION rewrap_key(p_number integer, p_from text, p_to text, p_wrapped bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_name bytea := convert_to(p_to, 'UTF8');
    v_begin bytea := '\x01'::bytea || set_byte('\x00'::bytea, 0, octet_length(v_name)) || v_name;
BEGIN
    IF current_setting('app.role', true) IS DISTINCT FROM 'operator' THEN
        RAISE EXCEPTION 'not the operator' USING ERRCODE = 'PT403';
    END IF;
    IF substr(p_wrapped, 1, octet_length(v_begin)) IS DISTINCT FROM v_begin
       OR octet_length(p_wrapped) <> octet_length(v_begin) + 12 + 32 + 16 THEN
        RAISE EXCEPTION 'no data key under that master key' USING ERRCODE = 'PT403';
    END IF;
    UPDATE public.workspace_key k SET master_id = p_to, wrapped = p_wrapped
     WHERE k.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid
       AND k.number = p_number AND k.master_id = p_from;
    RETURN FOUND;
END $$;

-- Forgets a data key of the workspace one is in; never the newest, and none under which anything is sealed. False when it
-- stays, or was gone already. That nobody is about to seal under it is the caller's to know.
CREATE FUNCTION drop_key(p_number integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_workspace uuid := nullif(current_setting('app.workspace', true), '')::uuid;
    v_name bytea := convert_to(p_number::text, 'UTF8');
    v_begin bytea := '\x01'::bytea || set_byte('\x00'::bytea, 0, octet_length(v_name)) || v_name;
    v_length integer := octet_length(v_begin);
BEGIN
    IF current_setting('app.role', true) IS DISTINCT FROM 'operator' THEN
        RAISE EXCEPTION 'not the operator' USING ERRCODE = 'PT403';
    END IF;
    DELETE FROM public.workspace_key k
     WHERE k.workspace_id = v_workspace AND k.number = p_number
       AND EXISTS (SELECT FROM public.workspace_key n WHERE n.workspace_id = v_workspace AND n.number > p_number)
       AND NOT EXISTS (SELECT FROM public.channel c
                        WHERE c.workspace_id = v_workspace
                          AND v_begin IN (substr(c.token_sealed, 1, v_length), substr(c.app_secret_sealed, 1, v_length),
                                          substr(c.verify_token_sealed, 1, v_length)))
       AND NOT EXISTS (SELECT FROM public.audit a
                        WHERE a.workspace_id = v_workspace AND substr(a.detail, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.webhook_part p
                        WHERE p.workspace_id = v_workspace AND substr(p.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.job j
                        WHERE j.workspace_id = v_workspace AND substr(j.sealed, 1, v_length) = v_begin);
    RETURN FOUND;
END $$;

-- Puts details of the audit, which nobody may change, under the newest data key. Action, actor and time stay as they are,
-- and no detail comes or goes.
CREATE FUNCTION reseal_details(p_ids uuid[], p_sealed bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_workspace uuid := nullif(current_setting('app.workspace', true), '')::uuid;
    v_name bytea := convert_to((SELECT max(k.number) FROM public.workspace_key k
                                 WHERE k.workspace_id = v_workspace)::text, 'UTF8');
    v_begin bytea := '\x01'::bytea || set_byte('\x00'::bytea, 0, octet_length(v_name)) || v_name;
BEGIN
    IF current_setting('app.role', true) IS DISTINCT FROM 'operator' THEN
        RAISE EXCEPTION 'not the operator' USING ERRCODE = 'PT403';
    END IF;
    IF v_begin IS NULL
       OR EXISTS (SELECT FROM unnest(p_ids, p_sealed) AS n (id, sealed)
                   WHERE substr(n.sealed, 1, octet_length(v_begin)) IS DISTINCT FROM v_begin
                      OR octet_length(n.sealed) < octet_length(v_begin) + 12 + 16) THEN
        RAISE EXCEPTION 'not sealed under the newest data key' USING ERRCODE = 'PT403';
    END IF;
    UPDATE public.audit a SET detail = n.sealed
      FROM unnest(p_ids, p_sealed) AS n (id, sealed)
     WHERE a.workspace_id = v_workspace AND a.id = n.id AND a.detail IS NOT NULL;
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
