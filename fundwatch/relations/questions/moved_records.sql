/* ---
id: moved_records
doc:
  zh: 归属有变的账号所及的流水号
  en: The records of all entries in which a moved account number occurs
reads: [moved_accounts, transactions, sightings, gone_sightings]
--- */
SELECT transactions.record_id
FROM transactions
WHERE transactions.account_key IN (SELECT account_key FROM moved_accounts)

UNION ALL

SELECT transactions.record_id
FROM transactions
WHERE transactions.counterparty_key IN (SELECT account_key FROM moved_accounts)
    AND NOT EXISTS (SELECT 1 FROM moved_accounts WHERE moved_accounts.account_key = transactions.account_key)

UNION ALL

SELECT transactions.record_id
FROM transactions
WHERE transactions.counterparty_key IS NULL
    AND COALESCE(transactions.counterparty_token, transactions.counterparty_name) IS NOT NULL
    AND CAST('0x' || substr(md5(COALESCE(
            transactions.counterparty_token,
            'name|' || CAST(transactions.account_key AS VARCHAR) || '|' || transactions.counterparty_name)), 1, 15) AS BIGINT)
        IN (
            SELECT moved_accounts.account_key
            FROM moved_accounts
            JOIN (
                SELECT account_key FROM sightings WHERE side = 'numberless'
                UNION ALL
                SELECT account_key FROM gone_sightings WHERE side = 'numberless'
            ) AS numberless ON numberless.account_key = moved_accounts.account_key
        )
    AND NOT EXISTS (SELECT 1 FROM moved_accounts WHERE moved_accounts.account_key = transactions.account_key)
