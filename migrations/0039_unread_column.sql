-- Nothing has ever read which session a mailed link came from.
ALTER TABLE account_link DROP COLUMN session_id;
