/* ---
id: trace_subjects
doc: The accounts and parties that a text names - an account or card number, a holder's token, a social credit code, or a party's own key.
--- */
SELECT DISTINCT canonical_key, party_key, account = $text AS is_account
FROM entities
WHERE account = $text OR party_token = $text OR uscc = $text OR list_contains($parties, party_key)
ORDER BY party_key, canonical_key
