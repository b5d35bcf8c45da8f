-- Rows kept out per account: each may break the chain of balances once without anything being wrong with the rest.
CREATE OR REPLACE TEMP TABLE checked_gaps AS
SELECT fw_key(clean.account_text) AS account_key, count(*) AS rows
FROM (SELECT _row, account_source AS account_text FROM checked_clean) AS clean
INNER JOIN checked_bad AS bad ON bad._row = clean._row
WHERE clean.account_text IS NOT NULL
GROUP BY 1
