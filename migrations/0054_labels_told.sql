-- The short way in tells of a conversation's labels as well: whoever has not read its row before shows them at once.
DROP FUNCTION intake_messages(timestamptz, uuid[], text[], uuid[], bytea[], bytea[], integer[], bytea[], uuid[], text[], text[],
    text[], text[], text[], text[], timestamptz[], text[]);
CREATE FUNCTION intake_messages(
    p_now timestamptz, p_workspaces uuid[], p_numbers text[], p_parts uuid[], p_digests bytea[], p_sealed bytea[],
    p_part integer[], p_keys bytea[], p_ids uuid[], p_phones text[], p_bsuids text[], p_names text[],
    p_kinds text[], p_bodies text[], p_lines text[], p_ats timestamptz[], p_wamids text[])
RETURNS TABLE (element integer, replay boolean, arrival bigint, id uuid, rev bigint, contact_id uuid, contact_name text,
               contact_phone text, channel_id uuid, state text, assignee_id uuid, last_kind text, last_text text,
               last_direction text, last_status text, last_at timestamptz, unread integer, heard_at timestamptz,
               team_id uuid, labels uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- Planned once for each connection, and not for the lengths of each call's arrays: planning costs more than running. The
-- one plan must not be one for empty tables.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
-- Who keeps the same part or message the long way is not waited for.
SET lock_timeout = '100ms' AS $$
-- The columns of the result are no variables of ours.
#variable_conflict use_column
DECLARE
    -- By element; null where the sender, their open conversation or their name is not what is known.
    v_workspaces uuid[];
    v_channels uuid[];
    v_conversations uuid[];
    -- By part: whether it is a replay; null for those that are left out.
    v_replays boolean[];
    -- By element.
    v_new boolean[];
    v_arrivals bigint[];
BEGIN
    SELECT array_agg(f.workspace_id ORDER BY e.n), array_agg(f.channel_id ORDER BY e.n),
           array_agg(f.conversation_id ORDER BY e.n)
      INTO v_workspaces, v_channels, v_conversations
      FROM unnest(p_part, p_phones, p_bsuids, p_names, p_wamids) WITH ORDINALITY AS e(part, phone, bsuid, name, wamid, n)
      LEFT JOIN LATERAL (
           SELECT r.workspace_id, r.channel_id, v.id AS conversation_id
             FROM public.channel_route r
             JOIN public.channel n ON n.workspace_id = r.workspace_id AND n.id = r.channel_id
             LEFT JOIN public.contact_identity p
               ON p.workspace_id = r.workspace_id AND p.kind = 'phone' AND p.scope = '' AND p.value = e.phone
             LEFT JOIN public.contact_identity b
               ON b.workspace_id = r.workspace_id AND b.kind = 'bsuid' AND b.scope = n.people_scope AND b.value = e.bsuid
             JOIN public.contact c
               ON c.workspace_id = r.workspace_id AND c.id = coalesce(p.contact_id, b.contact_id)
             JOIN public.conversation v
               ON v.workspace_id = r.workspace_id AND v.channel_id = r.channel_id AND v.contact_id = c.id
              AND v.state = 'open'
              AND (e.phone IS NULL OR v.reply_to IS NULL OR v.reply_to = e.phone)
            WHERE r.phone_number_id = p_numbers[e.part] AND r.workspace_id = p_workspaces[e.part]
              -- All that it tells of the sender is known already.
              AND (e.phone IS NULL OR (p.contact_id = c.id AND c.phone IS NOT NULL))
              AND (e.bsuid IS NULL OR b.contact_id = c.id)
              AND (e.name IS NULL OR e.name IN (c.name, c.username, c.name || chr(10) || c.username))
              -- What came in before has its key. The id of one that went out would be refused, and undo all the others.
              AND NOT EXISTS (SELECT FROM public.message m
                               WHERE m.workspace_id = r.workspace_id AND m.channel_id = r.channel_id
                                 AND m.wamid = e.wamid AND m.direction <> 'in')
              -- What changes it came before it: the long way brings the two together.
              AND NOT EXISTS (SELECT FROM public.message m
                               WHERE m.workspace_id = r.workspace_id AND m.channel_id = r.channel_id
                                 AND m.target = e.wamid AND m.target_id IS NULL)) f ON true;

    -- Held until the transaction ends, and not waited for: others take them in other orders. One that was closed meanwhile,
    -- or is held by somebody, leaves its parts out.
    WITH free AS MATERIALIZED (
        SELECT v.workspace_id, v.id
          FROM (SELECT DISTINCT e.workspace_id, e.conversation_id
                  FROM unnest(v_workspaces, v_conversations) AS e(workspace_id, conversation_id)) t
          JOIN public.conversation v ON v.workspace_id = t.workspace_id AND v.id = t.conversation_id
         WHERE v.state = 'open' FOR NO KEY UPDATE OF v SKIP LOCKED)
    SELECT array_agg(f.id ORDER BY e.n) INTO v_conversations
      FROM unnest(v_workspaces, v_conversations) WITH ORDINALITY AS e(workspace_id, conversation_id, n)
      LEFT JOIN free f ON f.workspace_id = e.workspace_id AND f.id = e.conversation_id;

    WITH fit AS (
        SELECT e.part, (array_agg(e.workspace_id))[1] AS workspace_id, (array_agg(e.channel_id))[1] AS channel_id
          FROM unnest(p_part, v_workspaces, v_channels, v_conversations)
               AS e(part, workspace_id, channel_id, conversation_id)
         GROUP BY e.part HAVING bool_and(e.conversation_id IS NOT NULL)),
    kept AS (
        INSERT INTO public.webhook_part AS w (workspace_id, id, channel_id, digest, sealed, received_at, state)
        SELECT f.workspace_id, p_parts[f.part], f.channel_id, p_digests[f.part], p_sealed[f.part], p_now, 'applied'
          FROM fit f ORDER BY f.workspace_id, p_digests[f.part]
        ON CONFLICT (workspace_id, digest) DO UPDATE SET replays = w.replays + 1
         -- One that another delivery began is ended the long way.
         WHERE w.state <> 'pending'
        RETURNING w.id, w.digest)
    SELECT array_agg(k.id <> p.id ORDER BY p.n) INTO v_replays
      FROM unnest(p_parts, p_digests) WITH ORDINALITY AS p(id, digest, n)
      LEFT JOIN kept k ON k.digest = p.digest;

    WITH fresh AS (
        INSERT INTO public.message_key (workspace_id, digest)
        SELECT e.workspace_id, e.key FROM unnest(p_part, v_workspaces, p_keys) AS e(part, workspace_id, key)
         WHERE NOT v_replays[e.part] ORDER BY e.workspace_id, e.key
        ON CONFLICT (workspace_id, digest) DO NOTHING
        RETURNING digest)
    SELECT array_agg(f.digest IS NOT NULL ORDER BY e.n) INTO v_new
      FROM unnest(p_keys) WITH ORDINALITY AS e(key, n) LEFT JOIN fresh f ON f.digest = e.key;

    WITH added AS (
        INSERT INTO public.message AS m (workspace_id, id, conversation_id, channel_id, direction, kind, body, at,
                                         received_at, wamid, status, status_at)
        SELECT e.workspace_id, e.id, e.conversation_id, e.channel_id, 'in', e.kind, e.body, e.at,
               p_now, e.wamid, 'received', p_now
          FROM unnest(v_new, v_workspaces, p_ids, v_conversations, v_channels, p_kinds, p_bodies, p_ats, p_wamids)
               WITH ORDINALITY AS e(new, workspace_id, id, conversation_id, channel_id, kind, body, at, wamid, n)
         WHERE e.new ORDER BY e.n
        RETURNING m.id, m.arrival)
    SELECT array_agg(a.arrival ORDER BY e.n) INTO v_arrivals
      FROM unnest(p_ids) WITH ORDINALITY AS e(id, n) LEFT JOIN added a ON a.id = e.id;

    RETURN QUERY
    WITH told AS (
        SELECT DISTINCT ON (e.workspace_id, e.conversation_id) e.workspace_id, e.conversation_id, e.id, e.kind, e.line,
               e.at, count(*) OVER (PARTITION BY e.workspace_id, e.conversation_id) AS many
          FROM unnest(v_new, v_workspaces, v_conversations, p_ids, p_kinds, p_lines, p_ats)
               WITH ORDINALITY AS e(new, workspace_id, conversation_id, id, kind, line, at, n)
         WHERE e.new
         ORDER BY e.workspace_id, e.conversation_id, e.at DESC, e.n DESC),
    changed AS (
        -- An older message that came late counts as unread, and does not become the last line.
        UPDATE public.conversation v
           SET last_message_id = CASE WHEN w.newest THEN t.id ELSE v.last_message_id END,
               last_kind = CASE WHEN w.newest THEN t.kind ELSE v.last_kind END,
               last_text = CASE WHEN w.newest THEN t.line ELSE v.last_text END,
               last_direction = CASE WHEN w.newest THEN 'in' ELSE v.last_direction END,
               last_status = CASE WHEN w.newest THEN 'received' ELSE v.last_status END,
               last_at = greatest(v.last_at, t.at),
               heard_at = greatest(v.heard_at, t.at),
               unread = v.unread + t.many::integer,
               rev = v.rev + t.many
          FROM told t
          JOIN public.conversation o ON o.workspace_id = t.workspace_id AND o.id = t.conversation_id
         CROSS JOIN LATERAL (SELECT o.last_message_id IS NULL OR o.last_at <= t.at AS newest) w
         WHERE v.workspace_id = t.workspace_id AND v.id = t.conversation_id
        RETURNING v.workspace_id, v.id, v.rev, v.contact_id, v.channel_id, v.state, v.assignee_id, v.last_kind,
                  v.last_text, v.last_direction, v.last_status, v.last_at, v.unread, v.heard_at, v.contact_name,
                  v.contact_phone, v.team_id, v.labels)
    SELECT e.n::integer, v_replays[e.part], e.arrival, c.id, c.rev, c.contact_id, c.contact_name, c.contact_phone,
           c.channel_id, c.state, c.assignee_id, c.last_kind, c.last_text, c.last_direction, c.last_status, c.last_at, c.unread, c.heard_at,
           c.team_id, c.labels
      FROM unnest(p_part, v_arrivals, v_workspaces, v_conversations)
           WITH ORDINALITY AS e(part, arrival, workspace_id, conversation_id, n)
      LEFT JOIN changed c
        ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id AND e.arrival IS NOT NULL
     WHERE v_replays[e.part] IS NOT NULL
     ORDER BY e.n;
END $$;

GRANT SELECT (labels) ON conversation TO postern_definer;
GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION intake_messages(timestamptz, uuid[], text[], uuid[], bytea[], bytea[], integer[], bytea[], uuid[], text[], text[], text[],
    text[], text[], text[], timestamptz[], text[]) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION intake_messages(timestamptz, uuid[], text[], uuid[], bytea[], bytea[], integer[], bytea[], uuid[], text[], text[], text[],
    text[], text[], text[], timestamptz[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_messages(timestamptz, uuid[], text[], uuid[], bytea[], bytea[], integer[], bytea[], uuid[], text[], text[], text[],
    text[], text[], text[], timestamptz[], text[]) TO postern_app;
