/* ---
id: entry_numbers
doc:
  zh: 新增或撤销的流水中出现的账号
  en: The account numbers in entries that came or went, and whether an entry of theirs went
reads: [changed_entries]
--- */
SELECT account_key, side, bool_or(is_removed) AS is_lost
FROM (
    SELECT account_key, 'own' AS side, is_removed FROM changed_entries
    UNION ALL
    SELECT counterparty_key, 'counterparty', is_removed FROM changed_entries WHERE counterparty_key IS NOT NULL
    UNION ALL
    SELECT
        CAST('0x' || substr(md5(COALESCE(
            counterparty_token, 'name|' || CAST(account_key AS VARCHAR) || '|' || counterparty_name)), 1, 15) AS BIGINT),
        'numberless',
        is_removed
    FROM changed_entries
    WHERE counterparty_key IS NULL AND COALESCE(counterparty_token, counterparty_name) IS NOT NULL
        AND NOT COALESCE(is_cash, FALSE)
) AS met
GROUP BY account_key, side
