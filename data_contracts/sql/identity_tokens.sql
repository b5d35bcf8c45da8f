CREATE OR REPLACE TEMP TABLE checked_identity_tokens (_text VARCHAR, _token VARCHAR)
