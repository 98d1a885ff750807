-- Files that messages bring and take along. The bytes lie in the store, sealed; here stands what is known of them.

CREATE TABLE file (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    -- The number that it came by, or goes out by.
    channel_id uuid NOT NULL,
    -- The colleague who uploaded it; none for what came in.
    author_id uuid,
    -- Meta's id of it: of one that came in as told, of one that goes out since it was handed over.
    media_id text,
    media_at timestamptz,
    -- Image, video, audio, document or sticker.
    kind text NOT NULL,
    -- Its type: as claimed, and once it is here as its first bytes say.
    claimed text NOT NULL,
    mime text NOT NULL,
    -- Its name, made harmless.
    name text,
    -- Its hash, as it was told.
    expected text,
    state text NOT NULL CONSTRAINT file_state CHECK (state IN ('waiting', 'stored', 'failed', 'refused')),
    fault text,
    size bigint,
    sha256 bytea,
    -- The key of its objects, sealed; made anew with each writing.
    key_sealed bytea,
    object text,
    -- A small picture of it.
    thumb_object text,
    thumb_size bigint,
    thumb_mime text,
    width integer,
    height integer,
    seconds integer,
    wave text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT file_is_whole CHECK (state <> 'stored'
        OR (size IS NOT NULL AND sha256 IS NOT NULL AND key_sealed IS NOT NULL AND object IS NOT NULL)),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, author_id) REFERENCES member (workspace_id, id)
);

ALTER TABLE file ENABLE ROW LEVEL SECURITY;
ALTER TABLE file FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON file TO postern_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON file TO postern_app;

-- The file that a message brings, or takes along.
ALTER TABLE message ADD COLUMN file_id uuid;
ALTER TABLE message ADD CONSTRAINT message_file FOREIGN KEY (workspace_id, file_id) REFERENCES file (workspace_id, id);
CREATE INDEX message_file ON message (workspace_id, file_id) WHERE file_id IS NOT NULL;
-- What was brought of late and is not sent is counted before more of it is taken.
CREATE INDEX file_brought ON file (workspace_id, created_at) WHERE author_id IS NOT NULL;

-- A message as it reads now, with its file. Read under the caller's own policies.
CREATE VIEW message_row WITH (security_invoker = true) AS
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
GRANT SELECT ON message_row TO postern_app;

-- Files and events stand under data keys too: for `drop_key` alone, which looks at the key's name before the sealed value.
CREATE POLICY definer ON channel_event FOR SELECT TO postern_definer USING (true);
GRANT SELECT (workspace_id, sealed) ON channel_event TO postern_definer;
CREATE POLICY definer ON file FOR SELECT TO postern_definer USING (true);
GRANT SELECT (workspace_id, key_sealed) ON file TO postern_definer;

-- Forgets a data key of the workspace one is in; never the newest, and none under which anything is sealed. False when it
-- stays, or was gone already. That nobody is about to seal under it is the caller's to know.
CREATE OR REPLACE FUNCTION drop_key(p_number integer) RETURNS boolean
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
                        WHERE j.workspace_id = v_workspace AND substr(j.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.channel_event e
                        WHERE e.workspace_id = v_workspace AND substr(e.sealed, 1, v_length) = v_begin)
       AND NOT EXISTS (SELECT FROM public.file f
                        WHERE f.workspace_id = v_workspace AND substr(f.key_sealed, 1, v_length) = v_begin);
    RETURN FOUND;
END $$;
