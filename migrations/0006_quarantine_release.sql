-- A piece leaves quarantine when it was given to whom it belongs, or when the operator throws it away.
GRANT DELETE ON quarantine TO postern_app;
