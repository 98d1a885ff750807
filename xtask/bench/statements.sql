-- What the server does for one text of a known contact without batching, statement by statement, as pgbench runs it.
-- Left out, in pgbench's favour: the server's clean-up of a connection that goes back to the pool, and the transaction
-- around the routing. The words in braces are filled in for each workspace; a customer is chosen as `sim load` does.
\set u random(0, 999999999)
\set r int(exp(ln({customers} + 1.0) * :u / 1000000000.0) - 0.5)
\set c greatest(1, least({customers}, :r)) - 1
\set phone {first_customer} + :c
SELECT phone_number_id, workspace_id, channel_id, own_app FROM route_numbers(ARRAY['{number}']);
BEGIN;
SELECT lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') AS ms,
       substr(gen_random_uuid()::text, 15) AS part_rest, substr(gen_random_uuid()::text, 15) AS rest
  FROM public.enter_channel('{workspace}', '{channel}') \gset
SELECT id, phone_number_id, account_id FROM channel
 WHERE workspace_id = '{workspace}' AND phone_number_id = ANY (ARRAY['{number}']);
SELECT number, wrapped FROM workspace_key WHERE workspace_id = '{workspace}' ORDER BY number DESC LIMIT 1;
INSERT INTO webhook_part AS p (workspace_id, id, channel_id, digest, sealed, received_at, state)
VALUES ('{workspace}', (substr(:ms, 1, 8) || '-' || substr(:ms, 9) || '-' || :part_rest)::uuid, '{channel}',
        sha256(convert_to(:part_rest, 'UTF8')), decode(repeat('5a', 585), 'hex'), now(), 'applied')
ON CONFLICT (workspace_id, digest) DO UPDATE
   SET replays = p.replays + CASE WHEN p.state = 'pending' THEN 0 ELSE 1 END
RETURNING id, state, received_at;
SAVEPOINT element;
INSERT INTO message_key (workspace_id, digest) VALUES ('{workspace}', sha256(convert_to(:rest, 'UTF8')))
ON CONFLICT (workspace_id, digest) DO NOTHING;
SELECT i.kind, i.contact_id
  FROM unnest(ARRAY['phone', 'bsuid'], ARRAY['', '{account}'], ARRAY[:phone::text, 'US.9' || :phone])
       AS u(kind, scope, value)
  JOIN contact_identity i ON i.workspace_id = '{workspace}' AND i.kind = u.kind AND i.scope = u.scope
                         AND i.value = u.value \aset
UPDATE contact
   SET name = coalesce(NULL, name),
       phone = CASE WHEN false THEN coalesce('+' || :phone, phone) ELSE coalesce(phone, '+' || :phone) END
 WHERE workspace_id = '{workspace}' AND id = (:contact_id)::uuid
   AND (name IS DISTINCT FROM coalesce(NULL, name)
        OR phone IS DISTINCT FROM CASE WHEN false THEN coalesce('+' || :phone, phone)
                                       ELSE coalesce(phone, '+' || :phone) END)
RETURNING name, phone;
SELECT id AS conversation FROM conversation
 WHERE workspace_id = '{workspace}' AND channel_id = '{channel}' AND contact_id = (:contact_id)::uuid
   AND state = 'open' FOR NO KEY UPDATE \gset
INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, author_id, kind, body, at, received_at,
                     wamid, status, status_at)
VALUES ('{workspace}', (substr(:ms, 1, 8) || '-' || substr(:ms, 9) || '-' || :rest)::uuid, (:conversation)::uuid,
        '{channel}', 'in', NULL, 'text', 'bench: could you tell me when it will be ready?',
        date_trunc('second', now()), now(), 'wamid.HBgLMTIwMDAwMDAwMDAVAgASGBQ' || :rest || :ms, 'received', now())
ON CONFLICT (workspace_id, id) DO NOTHING;
UPDATE conversation
   SET last_message_id = CASE WHEN n.newest THEN (substr(:ms, 1, 8) || '-' || substr(:ms, 9) || '-' || :rest)::uuid
                              ELSE last_message_id END,
       last_kind = CASE WHEN n.newest THEN 'text' ELSE last_kind END,
       last_text = CASE WHEN n.newest THEN 'bench: could you tell me when it will be ready?' ELSE last_text END,
       last_direction = CASE WHEN n.newest THEN 'in' ELSE last_direction END,
       last_status = CASE WHEN n.newest THEN 'received' ELSE last_status END,
       last_at = greatest(last_at, date_trunc('second', now())),
       heard_at = CASE WHEN 'in' = 'in' THEN greatest(heard_at, date_trunc('second', now())) ELSE heard_at END,
       unread = CASE WHEN 'in' = 'in' THEN unread + 1 ELSE unread END,
       rev = rev + 1
  FROM (SELECT c.last_message_id IS NULL OR c.last_at <= date_trunc('second', now()) AS newest FROM conversation c
         WHERE c.workspace_id = '{workspace}' AND c.id = (:conversation)::uuid FOR NO KEY UPDATE) n
 WHERE workspace_id = '{workspace}' AND id = (:conversation)::uuid;
SELECT id, rev, conversation_id, direction, author_id, kind, body, at, arrival, status, status_at, ask_at, fault_code,
       fault_reason, fault_retry
  FROM message
 WHERE workspace_id = '{workspace}' AND id = (substr(:ms, 1, 8) || '-' || substr(:ms, 9) || '-' || :rest)::uuid;
SELECT * FROM conversation_row WHERE workspace_id = '{workspace}' AND id = (:conversation)::uuid;
INSERT INTO event (workspace_id, at, body)
VALUES ('{workspace}', now(), '{"type":"bench","of":"' || :rest || '"' || repeat(' ', 796) || '}');
RELEASE SAVEPOINT element;
COMMIT;
