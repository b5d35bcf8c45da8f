/* ---
id: sighted_entries
doc:
  zh: 须读的流水：新增的，以及失去过流水的账号的全部流水
  en: The entries to read; the new ones, and all of the numbers that lost one
reads: [changed_entries, transactions, entry_numbers]
--- */
SELECT
    account_key, institution, account, card, customer_no, holder_token, account_name, counterparty_key,
    counterparty_account, counterparty_token, counterparty_name, counterparty_birth_on, counterparty_region, is_cash
FROM changed_entries
WHERE NOT is_removed

UNION ALL

SELECT
    account_key, institution, account, card, customer_no, holder_token, account_name, counterparty_key,
    counterparty_account, counterparty_token, counterparty_name, counterparty_birth_on, counterparty_region, is_cash
FROM transactions
WHERE account_key IN (SELECT account_key FROM entry_numbers WHERE is_lost AND side = 'own')

UNION ALL

SELECT
    account_key, institution, account, card, customer_no, holder_token, account_name, counterparty_key,
    counterparty_account, counterparty_token, counterparty_name, counterparty_birth_on, counterparty_region, is_cash
FROM transactions
WHERE counterparty_key IN (SELECT account_key FROM entry_numbers WHERE is_lost AND side = 'counterparty')

UNION ALL

SELECT
    account_key, institution, account, card, customer_no, holder_token, account_name, counterparty_key,
    counterparty_account, counterparty_token, counterparty_name, counterparty_birth_on, counterparty_region, is_cash
FROM transactions
WHERE counterparty_key IS NULL
    AND CAST('0x' || substr(md5(COALESCE(
        counterparty_token, 'name|' || CAST(account_key AS VARCHAR) || '|' || counterparty_name)), 1, 15) AS BIGINT)
        IN (SELECT account_key FROM entry_numbers WHERE is_lost AND side = 'numberless')
