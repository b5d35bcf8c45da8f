/* ---
id: pairing
doc: Transfers between accounts whose statements are both received, and how many of them were reported by both sides alike.
--- */
SELECT count(*) AS possible, CAST(COALESCE(sum(CASE WHEN transfers.legs = 2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS paired
FROM transfers
JOIN (SELECT DISTINCT canonical_key FROM entities WHERE is_reported) AS payers
    ON payers.canonical_key = transfers.from_account
JOIN (SELECT DISTINCT canonical_key FROM entities WHERE is_reported) AS payees
    ON payees.canonical_key = transfers.to_account
WHERE transfers.day BETWEEN $from_day AND $to_day
