-- Teams of members, and a workspace in which agents see their own and their teams' conversations alone. What a limited agent
-- sees is held here, on every table that tells of a conversation: by restrictive policies, which only ever narrow.
--
-- Entering says whether a member is limited (`app.limited`) and which teams are theirs (`app.teams`). Nobody else is: neither
-- those who run the workspace, nor its webhooks and jobs. For them the policies cost a comparison of a constant.

ALTER TABLE workspace ADD COLUMN agents_limited boolean NOT NULL DEFAULT false;
GRANT UPDATE (agents_limited) ON workspace TO postern_app;

CREATE TABLE team (
    workspace_id uuid NOT NULL REFERENCES workspace (workspace_id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX team_name_key ON team (workspace_id, lower(name));
ALTER TABLE team ENABLE ROW LEVEL SECURITY;
ALTER TABLE team FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON team TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE (name), DELETE ON team TO postern_app;

CREATE TABLE team_member (
    workspace_id uuid NOT NULL,
    team_id uuid NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, team_id, member_id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES team (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX team_member_member ON team_member (workspace_id, member_id);
ALTER TABLE team_member ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_member FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON team_member TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON team_member TO postern_app;

-- Where a number's new conversations go.
ALTER TABLE channel ADD COLUMN team_id uuid;
ALTER TABLE channel ADD CONSTRAINT channel_team FOREIGN KEY (workspace_id, team_id)
    REFERENCES team (workspace_id, id) ON DELETE SET NULL (team_id);
CREATE INDEX channel_team ON channel (workspace_id, team_id) WHERE team_id IS NOT NULL;

ALTER TABLE conversation ADD COLUMN team_id uuid;
ALTER TABLE conversation ADD CONSTRAINT conversation_team FOREIGN KEY (workspace_id, team_id)
    REFERENCES team (workspace_id, id) ON DELETE SET NULL (team_id);
CREATE INDEX conversation_team ON conversation (workspace_id, team_id, state, last_at DESC, id DESC) WHERE team_id IS NOT NULL;

CREATE OR REPLACE VIEW conversation_row WITH (security_invoker = true) AS
    SELECT c.workspace_id, c.id, c.rev, c.contact_id, c.contact_name, c.contact_phone, c.channel_id,
           c.state, c.assignee_id, c.last_kind, c.last_text, c.last_direction, c.last_status, c.last_at, c.unread,
           c.heard_at, c.team_id
      FROM conversation c;

-- Where agents are limited, what a message quotes is told within its own conversation alone.
CREATE OR REPLACE VIEW message_row WITH (security_invoker = true) AS
    SELECT m.workspace_id, m.id, m.rev, m.conversation_id, m.channel_id, m.direction, m.author_id, m.kind, m.body, m.told,
           m.at, m.arrival, m.status, m.status_at, m.ask_at, m.fault_code, m.fault_reason, m.fault_retry, m.fault_details,
           m.target_id, m.quotes, q.id AS quoted_id, q.direction AS quoted_direction, q.author_id AS quoted_author,
           -- What was deleted is not told by those who quote it either.
           CASE WHEN d.id IS NULL THEN q.kind ELSE 'revoke' END AS quoted_kind,
           CASE WHEN d.id IS NULL THEN left(q.body, 160) ELSE '' END AS quoted_line,
           c.edited_body, c.edited_told, c.edited_at, c.deleted_at, c.reaction_in, c.reaction_out,
           -- As `postern_types::FileView` reads it.
           CASE WHEN f.id IS NULL THEN NULL ELSE jsonb_build_object(
               'id', f.id, 'state', f.state, 'mime', f.mime, 'name', f.name, 'size', f.size, 'width', f.width,
               'height', f.height, 'seconds', f.seconds, 'wave', f.wave, 'thumb', f.thumb_object IS NOT NULL,
               'fault', f.fault) END AS file
      FROM message m
      LEFT JOIN message q ON q.workspace_id = m.workspace_id AND q.channel_id = m.channel_id AND q.wamid = m.quotes
       -- Whoever sees this one need not see that one.
       AND (q.conversation_id = m.conversation_id OR NOT EXISTS (
            SELECT FROM workspace w WHERE w.workspace_id = m.workspace_id AND w.agents_limited))
      LEFT JOIN LATERAL (
           SELECT r.id FROM message r
            WHERE q.changed AND r.workspace_id = q.workspace_id AND r.target_id = q.id AND r.kind = 'revoke'
            LIMIT 1) d ON true
      LEFT JOIN file f ON f.workspace_id = m.workspace_id AND f.id = m.file_id
      -- The newest of each kind of change counts, by Meta's time, then by arrival.
      LEFT JOIN LATERAL (
           SELECT (array_agg(e.body ORDER BY e.at DESC, e.arrival DESC) FILTER (WHERE e.kind = 'edit'))[1] AS edited_body,
                  (array_agg(e.told ORDER BY e.at DESC, e.arrival DESC) FILTER (WHERE e.kind = 'edit'))[1] AS edited_told,
                  max(e.at) FILTER (WHERE e.kind = 'edit') AS edited_at,
                  max(e.at) FILTER (WHERE e.kind = 'revoke') AS deleted_at,
                  (array_agg(e.body ORDER BY e.at DESC, e.arrival DESC)
                      FILTER (WHERE e.kind = 'reaction' AND e.direction = 'in'))[1] AS reaction_in,
                  (array_agg(e.body ORDER BY e.at DESC, e.arrival DESC)
                      FILTER (WHERE e.kind = 'reaction' AND e.direction = 'out' AND e.status <> 'failed'))[1] AS reaction_out
             FROM message e
            WHERE m.changed AND e.workspace_id = m.workspace_id AND e.target_id = m.id) c ON true;

CREATE FUNCTION conversation_takes_team() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT n.team_id INTO NEW.team_id FROM public.channel n
     WHERE n.workspace_id = NEW.workspace_id AND n.id = NEW.channel_id;
    RETURN NEW;
END $$;
CREATE TRIGGER takes_team BEFORE INSERT ON conversation
    FOR EACH ROW WHEN (NEW.team_id IS NULL) EXECUTE FUNCTION conversation_takes_team();

-- The feed. Which conversation an event tells of is read out of the event itself, so that no writer can forget it.
-- What stands in it is forgotten: pages begin anew with a snapshot, and no large table is written anew under a lock.
TRUNCATE event;
UPDATE installation SET epoch = substr(md5(gen_random_uuid()::text), 1, 8);
ALTER TABLE event
    ADD COLUMN conversation_id uuid GENERATED ALWAYS AS (((body::jsonb -> 'conversation') ->> 'id')::uuid) STORED,
    -- Who may have lost sight of that conversation: whose it was.
    ADD COLUMN lost_by uuid,
    ADD COLUMN lost_team uuid,
    -- Whoever reads it reads everything anew: what they may see has changed.
    ADD COLUMN anew boolean NOT NULL DEFAULT false;

-- A conversation that goes to others is lost by whom it belonged to. A trigger tells them, and not the code that gives it away.
-- With a team that is deleted go its members: they are told of that.
CREATE FUNCTION conversation_tells_losers() RETURNS trigger
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
            SELECT t.id INTO v_team FROM public.team t WHERE t.workspace_id = OLD.workspace_id AND t.id = OLD.team_id;
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
CREATE TRIGGER tells_losers AFTER UPDATE OF assignee_id, team_id ON conversation
    FOR EACH ROW WHEN ((OLD.assignee_id, OLD.team_id) IS DISTINCT FROM (NEW.assignee_id, NEW.team_id))
    EXECUTE FUNCTION conversation_tells_losers();

-- A contact may have conversations that who renames it does not see: they take its name as well.
CREATE OR REPLACE FUNCTION contact_tells_conversations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.conversation c
       SET contact_name = coalesce(NEW.given_name, NEW.name, NEW.username), contact_phone = NEW.phone, rev = c.rev + 1
     WHERE c.workspace_id = NEW.workspace_id AND c.contact_id = NEW.id;
    RETURN NULL;
END $$;

-- What the policies ask of a limited agent. They run as who asks, and see what that one sees.
CREATE FUNCTION sees_conversation(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.conversation c
                    WHERE c.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND c.id = p_id);
END $$;

CREATE FUNCTION sees_message(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.message m
                    WHERE m.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND m.id = p_id);
END $$;

CREATE FUNCTION sees_contact(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.conversation c
                    WHERE c.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND c.contact_id = p_id);
END $$;

CREATE FUNCTION sees_file(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.message m
                    WHERE m.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND m.file_id = p_id);
END $$;

-- A lane of jobs, or a rate: named after a conversation, a number and a contact, or something that is no conversation's.
CREATE FUNCTION sees_lane(p_name text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF split_part(p_name, ':', 1) IN ('conversation', 'courtesy', 'typing') THEN
        RETURN public.sees_conversation(split_part(p_name, ':', 2)::uuid);
    END IF;
    RETURN split_part(p_name, ':', 1) <> 'pair';
END $$;

REVOKE ALL ON FUNCTION sees_conversation(uuid), sees_message(uuid), sees_contact(uuid), sees_file(uuid), sees_lane(text),
    conversation_takes_team(), conversation_tells_losers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sees_conversation(uuid), sees_message(uuid), sees_contact(uuid), sees_file(uuid), sees_lane(text)
    TO postern_app;

CREATE POLICY sight ON conversation AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '')
           OR assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
           OR team_id = ANY ((SELECT nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]));

-- What hangs off a conversation.
CREATE POLICY sight ON message AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_conversation(conversation_id));
CREATE POLICY sight ON message_try AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_message(message_id));
CREATE POLICY sight ON message_status AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_message(message_id));
CREATE POLICY sight ON draft AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_conversation(conversation_id));
-- A file that one brought is not a conversation's before it is sent.
CREATE POLICY sight ON file AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '')
           OR author_id = (SELECT nullif(current_setting('app.member', true), '')::uuid) OR sees_file(id));

-- A contact is seen with any of its conversations.
CREATE POLICY sight ON contact AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(id));
CREATE POLICY sight ON contact_identity AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(contact_id));
CREATE POLICY sight ON contact_term AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(contact_id));
-- Two contacts are made one, and parted again, by who sees all that is theirs.
CREATE POLICY sight ON contact_suggestion AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY sight ON contact_merge AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));

-- Who loses sight of a conversation is told so; whoever sees it otherwise has lost nothing.
CREATE POLICY sight ON event AS RESTRICTIVE TO postern_app
    USING (CASE WHEN lost_by IS NULL AND lost_team IS NULL
                THEN (SELECT coalesce(current_setting('app.limited', true), '') = '')
                     OR conversation_id IS NULL OR sees_conversation(conversation_id)
                ELSE NOT (SELECT coalesce(current_setting('app.limited', true), '') = '')
                     AND (lost_by = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                          OR lost_team = ANY ((SELECT nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]))
                     AND NOT sees_conversation(conversation_id) END)
    WITH CHECK ((SELECT coalesce(current_setting('app.limited', true), '') = '')
                OR conversation_id IS NULL OR sees_conversation(conversation_id));

-- What came in and what goes out, as the machine keeps it.
CREATE POLICY sight ON job AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_lane(lane));
CREATE POLICY sight ON rate_bucket AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_lane(name));
CREATE POLICY sight ON webhook_part AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY sight ON status_early AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));
CREATE POLICY sight ON message_key AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = ''));

-- One's own doings.
CREATE POLICY sight ON audit AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '')
           OR actor = (SELECT nullif(current_setting('app.member', true), '')::uuid));

-- Gives a conversation that one sees to a member, to a team, to both or to neither; perhaps out of one's own sight, which no
-- policy lets through. False when one does not see it.
CREATE FUNCTION hand_conversation(p_id uuid, p_assignee uuid, p_team uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.conversation c SET assignee_id = p_assignee, team_id = p_team, rev = c.rev + 1
     WHERE c.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND c.id = p_id
       AND (coalesce(current_setting('app.limited', true), '') = ''
            OR c.assignee_id = nullif(current_setting('app.member', true), '')::uuid
            OR c.team_id = ANY (nullif(current_setting('app.teams', true), '')::uuid[]));
    RETURN FOUND;
END $$;

-- The same for several at once, which stay with their teams; how many there were.
CREATE FUNCTION hand_conversations(p_ids uuid[], p_assignee uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_given bigint;
BEGIN
    UPDATE public.conversation c SET assignee_id = p_assignee, rev = c.rev + 1
     WHERE c.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND c.id = ANY (p_ids)
       AND (coalesce(current_setting('app.limited', true), '') = ''
            OR c.assignee_id = nullif(current_setting('app.member', true), '')::uuid
            OR c.team_id = ANY (nullif(current_setting('app.teams', true), '')::uuid[]));
    GET DIAGNOSTICS v_given = ROW_COUNT;
    RETURN v_given;
END $$;

CREATE OR REPLACE FUNCTION enter_member(p_session uuid, p_workspace uuid, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account uuid;
    v_opened timestamptz;
    v_member record;
BEGIN
    SELECT s.account_id, s.created_at INTO v_account, v_opened
      FROM public.session s JOIN public.account a ON a.id = s.account_id
     WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL;
    IF v_account IS NULL THEN
        RAISE EXCEPTION 'session ended' USING ERRCODE = 'PT401';
    END IF;
    SELECT m.id, m.role, m.state, m.removed_at, m.access_from, w.factor_required, w.agents_limited INTO v_member
      FROM public.member m JOIN public.workspace w ON w.workspace_id = m.workspace_id
     WHERE m.workspace_id = p_workspace AND m.account_id = v_account;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not a member' USING ERRCODE = 'PT404';
    END IF;
    -- Only TRUE lets in, so that a NULL anywhere does not.
    IF (v_member.removed_at IS NULL AND v_member.state = 'active' AND v_member.access_from <= v_opened) IS NOT TRUE THEN
        RAISE EXCEPTION 'no access' USING ERRCODE = 'PT403';
    END IF;
    IF (array_position(ARRAY['agent', 'manager', 'admin', 'owner'], v_member.role)
        >= array_position(ARRAY['agent', 'manager', 'admin', 'owner'], p_role)) IS NOT TRUE THEN
        RAISE EXCEPTION 'higher role needed' USING ERRCODE = 'PT403';
    END IF;
    IF (v_member.factor_required IS FALSE
        OR EXISTS (SELECT FROM public.totp t WHERE t.account_id = v_account AND t.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT FROM public.passkey p WHERE p.account_id = v_account)) IS NOT TRUE THEN
        RAISE EXCEPTION 'second factor needed' USING ERRCODE = 'PT403';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', v_member.id::text, true);
    PERFORM set_config('app.role', v_member.role, true);
    -- From where whatever they do is audited.
    PERFORM set_config('app.session', p_session::text, true);
    -- Whoever is none of those who see everything is limited.
    IF v_member.agents_limited AND (v_member.role IN ('manager', 'admin', 'owner')) IS NOT TRUE THEN
        PERFORM set_config('app.limited', 'on', true);
        PERFORM set_config('app.teams', (SELECT coalesce(array_agg(t.team_id), '{}')::text FROM public.team_member t
                                          WHERE t.workspace_id = p_workspace AND t.member_id = v_member.id), true);
    END IF;
END $$;

-- The short way in tells of the conversation's team as well.
DROP FUNCTION intake_messages(timestamptz, uuid[], text[], uuid[], bytea[], bytea[], integer[], bytea[], uuid[], text[], text[],
    text[], text[], text[], text[], timestamptz[], text[]);
CREATE FUNCTION intake_messages(
    p_now timestamptz, p_workspaces uuid[], p_numbers text[], p_parts uuid[], p_digests bytea[], p_sealed bytea[],
    p_part integer[], p_keys bytea[], p_ids uuid[], p_phones text[], p_bsuids text[], p_names text[],
    p_kinds text[], p_bodies text[], p_lines text[], p_ats timestamptz[], p_wamids text[])
RETURNS TABLE (element integer, replay boolean, arrival bigint, id uuid, rev bigint, contact_id uuid, contact_name text,
               contact_phone text, channel_id uuid, state text, assignee_id uuid, last_kind text, last_text text,
               last_direction text, last_status text, last_at timestamptz, unread integer, heard_at timestamptz,
               team_id uuid)
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
                  v.contact_phone, v.team_id)
    SELECT e.n::integer, v_replays[e.part], e.arrival, c.id, c.rev, c.contact_id, c.contact_name, c.contact_phone,
           c.channel_id, c.state, c.assignee_id, c.last_kind, c.last_text, c.last_direction, c.last_status, c.last_at, c.unread, c.heard_at,
           c.team_id
      FROM unnest(p_part, v_arrivals, v_workspaces, v_conversations)
           WITH ORDINALITY AS e(part, arrival, workspace_id, conversation_id, n)
      LEFT JOIN changed c
        ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id AND e.arrival IS NOT NULL
     WHERE v_replays[e.part] IS NOT NULL
     ORDER BY e.n;
END $$;

CREATE POLICY definer ON team FOR SELECT TO postern_definer USING (true);
CREATE POLICY definer ON team_member FOR SELECT TO postern_definer USING (true);
GRANT SELECT (workspace_id, id) ON team TO postern_definer;
GRANT SELECT (workspace_id, team_id, member_id) ON team_member TO postern_definer;
GRANT SELECT (team_id), UPDATE (assignee_id, team_id, contact_name, contact_phone) ON conversation TO postern_definer;
GRANT INSERT (lost_by, lost_team, anew) ON event TO postern_definer;

GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION hand_conversation(uuid, uuid, uuid) OWNER TO postern_definer;
ALTER FUNCTION hand_conversations(uuid[], uuid) OWNER TO postern_definer;
ALTER FUNCTION contact_tells_conversations() OWNER TO postern_definer;
ALTER FUNCTION intake_messages(timestamptz, uuid[], text[], uuid[], bytea[], bytea[], integer[], bytea[], uuid[], text[], text[],
    text[], text[], text[], text[], timestamptz[], text[]) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION hand_conversation(uuid, uuid, uuid), hand_conversations(uuid[], uuid),
    intake_messages(timestamptz, uuid[], text[], uuid[], bytea[], bytea[], integer[], bytea[], uuid[], text[], text[], text[],
        text[], text[], text[], timestamptz[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hand_conversation(uuid, uuid, uuid), hand_conversations(uuid[], uuid),
    intake_messages(timestamptz, uuid[], text[], uuid[], bytea[], bytea[], integer[], bytea[], uuid[], text[], text[], text[],
        text[], text[], text[], timestamptz[], text[]) TO postern_app;
