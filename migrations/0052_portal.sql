-- The portal: a contact opens a link that a member made, enters a PIN, and sees what is shared with them, and nothing else.
-- What a contact sees is held here, on every table of a workspace: by restrictive policies, which only ever narrow.

CREATE TABLE portal_link (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    -- SHA-256 of the 128 bits that stand in the address.
    token_hash bytea NOT NULL,
    -- argon2id over a keyed digest; none of it stands elsewhere.
    pin_hash text NOT NULL,
    pin_at timestamptz NOT NULL,
    author_id uuid,
    created_at timestamptz NOT NULL,
    -- None: never.
    expires_at timestamptz,
    revoked_at timestamptz,
    used_at timestamptz,
    -- Wrong PINs with less than a quarter of an hour between them; the last of them was at `tries_from`. Five close it for a
    -- quarter of an hour.
    tries integer NOT NULL DEFAULT 0,
    tries_from timestamptz,
    -- Wrong PINs since the PIN was set: after twenty it has to be set anew.
    wrong integer NOT NULL DEFAULT 0,
    -- When the contact last asked for a new PIN.
    asked_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id) ON DELETE CASCADE
);
ALTER TABLE portal_link ADD CONSTRAINT portal_link_author FOREIGN KEY (workspace_id, author_id)
    REFERENCES member (workspace_id, id) ON DELETE SET NULL (author_id);
-- Looked up before the workspace is known.
CREATE UNIQUE INDEX portal_link_token_key ON portal_link (token_hash);
CREATE INDEX portal_link_contact ON portal_link (workspace_id, contact_id, created_at DESC, id DESC);
ALTER TABLE portal_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal_link FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portal_link TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON portal_link TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON portal_link AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR sees_contact(contact_id) OR owns_contact(contact_id));
GRANT SELECT, INSERT, UPDATE (contact_id, pin_hash, pin_at, revoked_at, used_at, tries, tries_from, wrong, asked_at) ON portal_link
    TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON portal_link TO postern_definer;

-- A browser that entered the PIN.
CREATE TABLE portal_session (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    link_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    -- From where, and what the browser calls itself.
    network text NOT NULL,
    browser text NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, link_id) REFERENCES portal_link (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX portal_session_link ON portal_session (workspace_id, link_id, created_at DESC, id DESC);
ALTER TABLE portal_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal_session FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON portal_session TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY purge ON portal_session TO postern_definer USING (workspace_id IN (SELECT e.workspace FROM erasure e));
CREATE POLICY sight ON portal_session AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.limited', true), '') = '') OR EXISTS (SELECT FROM portal_link l
                       WHERE l.workspace_id = portal_session.workspace_id AND l.id = portal_session.link_id));
GRANT SELECT, INSERT, UPDATE (seen_at, ended_at) ON portal_session TO postern_app;
GRANT SELECT (workspace_id, ctid), DELETE ON portal_session TO postern_definer;

-- Which link an address is of, while it opens anything.
CREATE FUNCTION find_portal_link(p_hash bytea, p_now timestamptz) RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.workspace_id, l.id FROM public.portal_link l
     WHERE l.token_hash = p_hash AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > p_now)
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = l.workspace_id)
$$;

-- Entering before the PIN: the link itself is seen, and nothing of a contact.
CREATE FUNCTION enter_link(p_workspace uuid, p_link uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.portal_link l WHERE l.workspace_id = p_workspace AND l.id = p_link
                      AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now()))
        OR EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace) THEN
        RAISE EXCEPTION 'no such link' USING ERRCODE = 'PT404';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'link', true);
    PERFORM set_config('app.link', p_link::text, true);
    PERFORM set_config('app.client', '00000000-0000-0000-0000-000000000000', true);
END $$;

-- Entering as the contact of a link, by a session that the PIN opened. Every request asks anew whether the link still stands.
CREATE FUNCTION enter_portal(p_workspace uuid, p_session uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_link uuid;
    v_contact uuid;
BEGIN
    SELECT l.id, l.contact_id INTO v_link, v_contact
      FROM public.portal_session s JOIN public.portal_link l ON l.workspace_id = s.workspace_id AND l.id = s.link_id
     WHERE s.workspace_id = p_workspace AND s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now()
       AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now())
       AND NOT EXISTS (SELECT FROM public.erasure e WHERE e.workspace = p_workspace);
    IF v_link IS NULL THEN
        RAISE EXCEPTION 'session ended' USING ERRCODE = 'PT401';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    PERFORM set_config('app.member', '', true);
    PERFORM set_config('app.role', 'client', true);
    PERFORM set_config('app.link', v_link::text, true);
    PERFORM set_config('app.client', v_contact::text, true);
END $$;

CREATE POLICY definer ON portal_link FOR SELECT TO postern_definer USING (true);
CREATE POLICY definer ON portal_session FOR SELECT TO postern_definer USING (true);
GRANT SELECT (workspace_id, id, contact_id, token_hash, revoked_at, expires_at) ON portal_link TO postern_definer;
GRANT SELECT (workspace_id, id, link_id, ended_at, expires_at) ON portal_session TO postern_definer;
GRANT CREATE ON SCHEMA public TO postern_definer;
ALTER FUNCTION find_portal_link(bytea, timestamptz) OWNER TO postern_definer;
ALTER FUNCTION enter_link(uuid, uuid) OWNER TO postern_definer;
ALTER FUNCTION enter_portal(uuid, uuid) OWNER TO postern_definer;
REVOKE CREATE ON SCHEMA public FROM postern_definer;
REVOKE ALL ON FUNCTION find_portal_link(bytea, timestamptz), enter_link(uuid, uuid), enter_portal(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_portal_link(bytea, timestamptz), enter_link(uuid, uuid), enter_portal(uuid, uuid) TO postern_app;

-- Who comes by a link counts tries and says when they were there: whose it is, what opens it and how long it stands is the members'.
CREATE FUNCTION portal_link_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(current_setting('app.client', true), '') <> ''
        AND (NEW.workspace_id, NEW.id, NEW.contact_id, NEW.token_hash, NEW.pin_hash, NEW.pin_at, NEW.author_id, NEW.created_at,
             NEW.expires_at, NEW.revoked_at)
            IS DISTINCT FROM
            (OLD.workspace_id, OLD.id, OLD.contact_id, OLD.token_hash, OLD.pin_hash, OLD.pin_at, OLD.author_id, OLD.created_at,
             OLD.expires_at, OLD.revoked_at) THEN
        RAISE EXCEPTION 'a client changes no link' USING ERRCODE = 'PT404';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION portal_link_stays() FROM PUBLIC;
CREATE TRIGGER stays BEFORE UPDATE ON portal_link FOR EACH ROW EXECUTE FUNCTION portal_link_stays();

-- Whether a document that a client sees names that file.
CREATE FUNCTION shows_file(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.task_document d
                    WHERE d.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND d.file_id = p_id);
END $$;
REVOKE ALL ON FUNCTION shows_file(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shows_file(uuid) TO postern_app;

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

-- What a client sees. A new table of a workspace needs a line here; the catalogue's test says so.
CREATE POLICY client ON audit AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '')) WITH CHECK (true);
CREATE POLICY client ON audit_head AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON channel AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON channel_alert AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON channel_change AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON channel_event AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON channel_fact AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR id = (SELECT nullif(current_setting('app.client', true), '')::uuid))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact_field AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact_identity AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact_label AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact_merge AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact_note AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact_suggestion AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact_term AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON contact_value AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON conversation AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON conversation_label AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON courtesy AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON draft AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON event AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '')) WITH CHECK (true);
CREATE POLICY client ON file AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (contact_id = (SELECT nullif(current_setting('app.client', true), '')::uuid) AND (author_id IS NULL OR shows_file(id))))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (contact_id = (SELECT nullif(current_setting('app.client', true), '')::uuid) AND author_id IS NULL AND channel_id IS NULL));
CREATE POLICY client ON invitation AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON job AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR lane = 'portal:' || (SELECT current_setting('app.client', true)))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (kind IN ('task_news', 'pin_asked') AND lane = 'portal:' || (SELECT current_setting('app.client', true))));
CREATE POLICY client ON label AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON live_ticket AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON member AS RESTRICTIVE TO postern_app
    USING (true) WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON member_access AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON message AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON message_key AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON message_status AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON message_try AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON portal_link AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR id = (SELECT nullif(current_setting('app.link', true), '')::uuid));
CREATE POLICY client ON portal_session AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR link_id = (SELECT nullif(current_setting('app.link', true), '')::uuid));
-- A visit begins with the PIN, and one that has ended stays so.
CREATE POLICY client_opens ON portal_session AS RESTRICTIVE FOR INSERT TO postern_app
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (SELECT current_setting('app.role', true) = 'link'));
CREATE POLICY client_ends ON portal_session AS RESTRICTIVE FOR UPDATE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR ended_at IS NULL) WITH CHECK (true);
CREATE POLICY client ON rate_bucket AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON status_early AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON task AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (shared AND contact_id = (SELECT nullif(current_setting('app.client', true), '')::uuid)))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = ''));
-- A change may name an internal document, a former title, a colleague: a client reads those kinds that are about the shared
-- part alone, and documents from their own table.
CREATE POLICY client ON task_change AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '')
           OR (kind IN ('created', 'status', 'due', 'shared', 'item_done', 'item_undone') AND sees_task(task_id)))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (author_id IS NULL AND kind = 'document' AND sees_task(task_id)));
CREATE POLICY client ON task_comment AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (NOT internal AND sees_task(task_id)))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (author_id IS NULL AND sees_task(task_id)));
CREATE POLICY client ON task_document AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (NOT internal AND sees_task(task_id)))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (author_id IS NULL AND NOT internal AND sees_task(task_id)
                AND EXISTS (SELECT FROM file f WHERE f.workspace_id = task_document.workspace_id AND f.id = task_document.file_id
                               AND f.contact_id = (SELECT nullif(current_setting('app.client', true), '')::uuid) AND f.author_id IS NULL)));
-- They bring what was asked for, or something more; what is there stays as it is.
CREATE POLICY client_brings ON task_document AS RESTRICTIVE FOR INSERT TO postern_app
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = '') OR NOT asked);
CREATE POLICY client_fills ON task_document AS RESTRICTIVE FOR UPDATE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (asked AND file_id IS NULL)) WITH CHECK (true);
CREATE POLICY client ON task_item AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR sees_task(task_id))
    WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON team AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON team_member AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON template AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON template_sync AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON webhook_part AS RESTRICTIVE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON workspace AS RESTRICTIVE TO postern_app
    USING (true) WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON workspace_key AS RESTRICTIVE TO postern_app USING (true);
CREATE POLICY client ON workspace_logo AS RESTRICTIVE TO postern_app
    USING (true) WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client ON workspace_setting AS RESTRICTIVE TO postern_app
    USING (true) WITH CHECK ((SELECT coalesce(current_setting('app.client', true), '') = ''));

-- What a client sees is not theirs to delete.
CREATE POLICY client_deletes ON contact AS RESTRICTIVE FOR DELETE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client_deletes ON file AS RESTRICTIVE FOR DELETE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client_deletes ON job AS RESTRICTIVE FOR DELETE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client_deletes ON task AS RESTRICTIVE FOR DELETE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client_deletes ON task_comment AS RESTRICTIVE FOR DELETE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client_deletes ON task_document AS RESTRICTIVE FOR DELETE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client_deletes ON task_item AS RESTRICTIVE FOR DELETE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));
CREATE POLICY client_deletes ON workspace_logo AS RESTRICTIVE FOR DELETE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = ''));

-- Which task or contact is told of to the pages beside the inbox is told to a limited agent who sees it.
CREATE FUNCTION sees_side(p_body text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_body jsonb := p_body::jsonb;
    v_id uuid;
BEGIN
    IF v_body ->> 'type' IS DISTINCT FROM 'side' THEN
        RETURN true;
    END IF;
    v_id := (v_body ->> 'id')::uuid;
    IF v_body ->> 'what' = 'task' THEN
        RETURN public.sees_task(v_id);
    END IF;
    RETURN public.sees_contact(v_id) OR public.owns_contact(v_id);
END $$;
REVOKE ALL ON FUNCTION sees_side(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sees_side(text) TO postern_app;
DROP POLICY sight ON event;
CREATE POLICY sight ON event AS RESTRICTIVE TO postern_app
    USING (CASE WHEN lost_by IS NULL AND lost_team IS NULL
                THEN (SELECT coalesce(current_setting('app.limited', true), '') = '')
                     OR (conversation_id IS NULL AND sees_side(body)) OR sees_conversation(conversation_id)
                ELSE NOT (SELECT coalesce(current_setting('app.limited', true), '') = '')
                     AND (lost_by = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                          OR lost_team = ANY ((SELECT nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]))
                     AND NOT sees_conversation(conversation_id) END)
    WITH CHECK ((SELECT coalesce(current_setting('app.limited', true), '') = '')
                OR conversation_id IS NULL OR sees_conversation(conversation_id));
-- What others brought is not taken over.
CREATE POLICY client_replaces ON file AS RESTRICTIVE FOR UPDATE TO postern_app
    USING ((SELECT coalesce(current_setting('app.client', true), '') = '') OR (author_id IS NULL AND channel_id IS NULL));
