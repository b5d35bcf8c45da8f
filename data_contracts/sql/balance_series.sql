-- Accounts by currency, numbered: keys are reckoned once for each, and entries are parted by a number instead of by texts.
-- A masked number has no key; to ask the key for that would reckon it once for every entry.
CREATE OR REPLACE TEMP TABLE checked_series AS
SELECT CAST(row_number() OVER (ORDER BY account, currency) AS INTEGER) AS series, account, currency,
       fw_key(account) AS account_key
FROM (SELECT DISTINCT account, currency FROM checked_typed)
WHERE NOT contains(account, '*')
