-- The list reads one table: what it shows of a contact stands in its conversations too. A join cost four pages a row.
--
-- Triggers keep it true, and not the code that writes contacts: contacts come in by webhooks one by one and in batches, and
-- will be edited and merged by people, and none of these can forget it. They run as who writes, under the writer's own
-- policies: no function sees more than its caller does. Whoever stands above the policies, as a migration does, lifts FORCE
-- on both tables.

ALTER TABLE conversation ADD COLUMN contact_name text, ADD COLUMN contact_phone text;

ALTER TABLE contact NO FORCE ROW LEVEL SECURITY;
ALTER TABLE conversation NO FORCE ROW LEVEL SECURITY;
UPDATE conversation c SET contact_name = p.name, contact_phone = p.phone
  FROM contact p
 WHERE p.workspace_id = c.workspace_id AND p.id = c.contact_id AND (p.name IS NOT NULL OR p.phone IS NOT NULL);
ALTER TABLE contact FORCE ROW LEVEL SECURITY;
ALTER TABLE conversation FORCE ROW LEVEL SECURITY;

-- FOR SHARE waits for a transaction that is changing the contact, and holds off the next one: either this reads the new
-- name, or that one finds the new conversation. The reference's own lock would let both miss each other.
CREATE FUNCTION conversation_takes_contact() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT p.name, p.phone INTO NEW.contact_name, NEW.contact_phone
      FROM public.contact p
     WHERE p.workspace_id = NEW.workspace_id AND p.id = NEW.contact_id
       FOR SHARE;
    RETURN NEW;
END $$;

-- A merge moves a conversation to another contact.
CREATE TRIGGER takes_contact BEFORE INSERT OR UPDATE OF contact_id ON conversation
    FOR EACH ROW EXECUTE FUNCTION conversation_takes_contact();

-- A row that says something else is a newer row: `rev` moves on.
CREATE FUNCTION contact_tells_conversations() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.conversation c
       SET contact_name = NEW.name, contact_phone = NEW.phone, rev = c.rev + 1
     WHERE c.workspace_id = NEW.workspace_id AND c.contact_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER tells_conversations AFTER UPDATE OF name, phone ON contact
    FOR EACH ROW WHEN ((OLD.name, OLD.phone) IS DISTINCT FROM (NEW.name, NEW.phone))
    EXECUTE FUNCTION contact_tells_conversations();

REVOKE ALL ON FUNCTION conversation_takes_contact(), contact_tells_conversations() FROM PUBLIC;

CREATE OR REPLACE VIEW conversation_row WITH (security_invoker = true) AS
    SELECT c.workspace_id, c.id, c.rev, c.contact_id, c.contact_name, c.contact_phone, c.channel_id,
           c.state, c.assignee_id, c.last_kind, c.last_text, c.last_direction, c.last_status, c.last_at, c.unread,
           c.heard_at
      FROM conversation c;
