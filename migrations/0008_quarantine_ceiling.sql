-- Each signer has a ceiling in quarantine: its pieces are counted, and their bytes.
ALTER TABLE quarantine
    ADD COLUMN bytes integer NOT NULL GENERATED ALWAYS AS (octet_length(sealed)) STORED,
    -- The nil id stands for the installation.
    ADD COLUMN signer uuid NOT NULL
        GENERATED ALWAYS AS (coalesce(signed_by, '00000000-0000-0000-0000-000000000000')) STORED;
CREATE INDEX quarantine_waiting ON quarantine (signer, received_at DESC, id DESC) INCLUDE (bytes);
