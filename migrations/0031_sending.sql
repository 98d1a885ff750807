-- Messages of every kind that an agent can send.
ALTER TABLE message
    -- Meta's object of its type as it is posted, without recipient and context: `{"type":"image","image":{…}}`. Where the
    -- id of a file at Meta belongs stands `{"file": <our id>}` until then. None for plain text.
    ADD COLUMN sending jsonb;
