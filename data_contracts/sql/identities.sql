-- One row per distinct identity text; birth date and region are read before only the token remains.
CREATE OR REPLACE TEMP TABLE checked_identities AS
SELECT _text, min(_token) AS _token, fw_birth(_text) AS _birth, fw_region(_text) AS _region
FROM checked_identity_tokens
GROUP BY _text
