SELECT
    CAST('0x' || substr(md5('accounts' || account), 1, 15) AS BIGINT) AS record_id, 'B0' AS batch, 'accounts.csv' AS file,
    CAST(NULL AS VARCHAR) AS sheet, CAST(id + 2 AS INTEGER) AS row, institution,
    account, account_key, card, CAST('0x' || substr(md5(card), 1, 15) AS BIGINT) AS card_key, name AS account_name,
    'C' || holder AS customer_no,
    CASE WHEN id % 5 > 0 THEN 'T' || md5('holder' || holder) END AS holder_token,
    '结算户' AS account_type, DATE '2020-01-01' + CAST(id % 1500 AS INTEGER) AS opened_on, '网点' AS branch_name,
    '0001' AS branch_code, 'open' AS status, CAST(0 AS BIGINT) AS opening_balance,
    CAST(NULL AS DATE) AS opening_last_entry_on, '610902' AS region, 'CNY' AS currency
FROM people
WHERE is_reported
