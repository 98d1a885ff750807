-- Whether a person is mailed what becomes of tasks.
ALTER TABLE account_setting ADD COLUMN task_mail boolean NOT NULL DEFAULT true;
