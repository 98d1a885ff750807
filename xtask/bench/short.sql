-- The same work by the functions that the server takes webhooks together with, one webhook a transaction. The words in
-- braces are filled in for each workspace; a customer is chosen as `sim load` does.
\set u random(0, 999999999)
\set r int(exp(ln({customers} + 1.0) * :u / 1000000000.0) - 0.5)
\set c greatest(1, least({customers}, :r)) - 1
\set phone {first_customer} + :c
BEGIN;
SELECT lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') AS ms,
       substr(gen_random_uuid()::text, 15) AS part_rest, substr(gen_random_uuid()::text, 15) AS rest,
       workspace_id, own_app, key_number, wrapped
  FROM intake_routes(ARRAY['{number}']) \gset
SELECT * FROM intake_messages(
    now(), ARRAY[(:workspace_id)::uuid], ARRAY['{number}'],
    ARRAY[(substr(:ms, 1, 8) || '-' || substr(:ms, 9) || '-' || :part_rest)::uuid],
    ARRAY[sha256(convert_to(:part_rest, 'UTF8'))], ARRAY[decode(repeat('5a', 585), 'hex')],
    ARRAY[1], ARRAY[sha256(convert_to(:rest, 'UTF8'))],
    ARRAY[(substr(:ms, 1, 8) || '-' || substr(:ms, 9) || '-' || :rest)::uuid],
    ARRAY[:phone::text], ARRAY['US.9' || :phone], ARRAY[NULL]::text[], ARRAY['text'],
    ARRAY['bench: could you tell me when it will be ready?'], ARRAY['bench: could you tell me when it will be ready?'],
    ARRAY[date_trunc('second', now())], ARRAY['wamid.HBgLMTIwMDAwMDAwMDAVAgASGBQ' || :rest || :ms]);
SELECT intake_events(now(), ARRAY['{number}'],
    ARRAY['{"type":"bench","of":"' || :rest || '"' || repeat(' ', 796) || '}']);
COMMIT;
