/* ---
id: moved_days
doc:
  zh: 归属有变的账号出现过的日期
  en: The days on which account numbers occur whose party or account has changed
reads: [moved_accounts, transactions]
--- */
SELECT DISTINCT transactions.booked_day AS day
FROM transactions
JOIN moved_accounts ON moved_accounts.account_key = transactions.account_key

UNION

SELECT DISTINCT transactions.booked_day AS day
FROM transactions
JOIN moved_accounts ON moved_accounts.account_key = transactions.counterparty_key

UNION

SELECT DISTINCT transactions.booked_day AS day
FROM transactions
JOIN moved_accounts
    ON moved_accounts.account_key = CAST('0x' || substr(md5(COALESCE(
        transactions.counterparty_token,
        'name|' || CAST(transactions.account_key AS VARCHAR) || '|' || transactions.counterparty_name)), 1, 15) AS BIGINT)
WHERE transactions.counterparty_key IS NULL
    AND COALESCE(transactions.counterparty_token, transactions.counterparty_name) IS NOT NULL
