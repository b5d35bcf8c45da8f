INSERT INTO checked_identity_tokens
SELECT unnest(CAST($texts AS VARCHAR[])), unnest(CAST($tokens AS VARCHAR[]))
