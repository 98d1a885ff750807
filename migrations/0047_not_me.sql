-- What “this was not me” undoes: all that came since its letter was written. And a passkey as the proof of who is signed in.

-- When a letter with such a link was written. Those that are on their way were good for 30 days; from now on they are for 7.
ALTER TABLE account_link ADD COLUMN written_at timestamptz NOT NULL DEFAULT now();
UPDATE account_link
   SET written_at = expires_at - interval '30 days', expires_at = expires_at - interval '23 days',
       -- Where it was mailed to is not known of a link about a changed address: none of these sets a password.
       email = ''
 WHERE purpose = 'not_me';

-- When recovery codes were made; of those that there are it is not known, and they stood before.
ALTER TABLE recovery_code ADD COLUMN created_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE recovery_code ALTER COLUMN created_at SET DEFAULT now();

-- A question for a passkey of somebody who is signed in, before what cannot be undone.
ALTER TABLE passkey_state DROP CONSTRAINT passkey_state_purpose;
ALTER TABLE passkey_state ADD CONSTRAINT passkey_state_purpose CHECK (purpose IN ('enrol', 'factor', 'sign_in', 'own'));
ALTER TABLE passkey_state DROP CONSTRAINT passkey_state_whose;
ALTER TABLE passkey_state ADD CONSTRAINT passkey_state_whose CHECK (
    (account_id IS NULL) = (purpose = 'sign_in')
    AND (session_id IS NOT NULL) = (purpose IN ('enrol', 'own'))
    AND (device IS NULL) = (purpose IN ('enrol', 'own')));
