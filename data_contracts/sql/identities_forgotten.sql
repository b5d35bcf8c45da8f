-- Each distinct identity text with a token under a key that nobody keeps; both forms of a resident number give one token.
CREATE OR REPLACE TEMP VIEW checked_identities AS
SELECT _text, 'T' || substr(sha256('forgotten_key' || fw_long_identity(_text)), 1, 32) AS _token,
       fw_birth(_text) AS _birth, fw_region(_text) AS _region
FROM (SELECT DISTINCT _text FROM all_texts AS told WHERE _text IS NOT NULL) AS texts
