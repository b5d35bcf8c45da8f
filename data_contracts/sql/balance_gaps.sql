-- Rows kept out per account (NULL: it cannot be read): each may break the chain of balances once without anything being
-- wrong with the rest.
CREATE OR REPLACE TEMP TABLE checked_gaps AS
SELECT account_key, count(*) AS rows
FROM checked_kept
GROUP BY account_key
