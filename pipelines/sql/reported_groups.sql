/* ---
id: reported_groups
doc: Every control group with an account whose statement we receive, and those accounts.
--- */
SELECT group_key, string_agg(account, '|' ORDER BY account) AS accounts
FROM entities
WHERE is_reported AND account IS NOT NULL
GROUP BY group_key
