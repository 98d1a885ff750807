-- A draft remembers whether it was begun as a note: a note must not come back as a reply to the customer.
ALTER TABLE draft ADD COLUMN note boolean NOT NULL DEFAULT false;
