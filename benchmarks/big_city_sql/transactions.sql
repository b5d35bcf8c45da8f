SELECT
    CAST('0x' || substr(md5(own_account.institution || '|' || i || entry.direction), 1, 15) AS BIGINT) AS record_id,
    'B' || entry.day AS batch, 'extract-' || entry.day || '.csv' AS file, CAST(NULL AS VARCHAR) AS sheet,
    CAST(i % 100000 + 2 AS INTEGER) AS row, own_account.institution AS institution,
    own_account.account, own_account.account_key, own_account.card, own_account.name AS account_name,
    CASE WHEN own_account.id % 5 > 0 THEN 'T' || md5('holder' || own_account.holder) END AS holder_token,
    CAST(NULL AS VARCHAR) AS customer_no,
    make_timestamp((CAST(entry.day AS BIGINT) * 86400 + entry.second) * 1000000) AS booked_at,
    DATE '1970-01-01' + CAST(entry.day AS INTEGER) AS booked_on, CAST(entry.day AS INTEGER) AS booked_day, 'second' AS time_precision,
    CAST(row_number() OVER (PARTITION BY entry.own, entry.day ORDER BY entry.second, i) AS INTEGER) AS sequence,
    entry.amount, CASE WHEN i % 500 = 0 THEN 'USD' ELSE 'CNY' END AS currency, entry.direction,
    CAST(1000000 + hash(i, $seed, 30) % 100000000 AS BIGINT) AS balance, entry.kind = 'cash' AS is_cash,
    other_account.account AS counterparty_account, other_account.account_key AS counterparty_key,
    CASE WHEN entry.kind = 'clearing' THEN '财付通支付科技有限公司' ELSE other_account.name END AS counterparty_name,
    CASE WHEN other_account.institution = own_account.institution THEN 'T' || md5('holder' || other_account.holder) END AS counterparty_token,
    CASE WHEN other_account.institution = own_account.institution AND NOT other_account.is_firm THEN other_account.birth_on END AS counterparty_birth_on,
    CASE WHEN other_account.institution = own_account.institution AND NOT other_account.is_firm THEN '610902' END AS counterparty_region,
    CAST(NULL AS VARCHAR) AS counterparty_bank, CAST(NULL AS VARCHAR) AS counterparty_bank_code,
    CASE entry.kind WHEN 'bank' THEN CASE WHEN i % 2 = 0 THEN '结息' ELSE '短信费' END WHEN 'cash' THEN '现金' ELSE '转账' END AS summary,
    CASE hash(i, $seed, 31) % 10 WHEN 0 THEN '货款' WHEN 1 THEN '还款' WHEN 2 THEN '生活费' END AS remark,
    CAST(NULL AS VARCHAR) AS transaction_type, CASE i % 3 WHEN 0 THEN '手机银行' WHEN 1 THEN '柜面' ELSE '网银' END AS channel,
    CAST(NULL AS VARCHAR) AS branch_name, '0001' AS branch_code, CAST(NULL AS VARCHAR) AS place,
    i % 400 <> 1 AS succeeded, i % 800 = 3 AS is_reversal, CAST(i AS VARCHAR) AS serial, CAST(NULL AS VARCHAR) AS sub_serial,
    CAST(NULL AS VARCHAR) AS log_no, CAST(NULL AS VARCHAR) AS voucher_no, CAST(NULL AS VARCHAR) AS teller,
    CAST(NULL AS VARCHAR) AS agent_name, CAST(NULL AS VARCHAR) AS agent_token, CASE WHEN entry.direction = 'out' AND i % 3 <> 1 THEN '117.' || own_account.holder % 200 || '.' || own_account.holder // 200 % 250 || '.' || own_account.holder // 50000 % 250 END AS ip,
    CASE WHEN entry.direction = 'out' AND i % 3 <> 1 THEN '3C' || upper(substr(md5('device' || own_account.holder), 1, 10)) END AS mac,
    CAST(NULL AS VARCHAR) AS merchant_name, CASE WHEN entry.kind = 'clearing' AND i % 4 = 0 THEN 'M' || i % 5000 END AS merchant_no,
    CAST(NULL AS BIGINT) AS counterparty_balance
FROM (
    SELECT i, kind, own, other, direction, day, second, amount FROM events
    UNION ALL
    SELECT i, kind, other, own, 'in', day + (second + lag) // 86400, (second + lag) % 86400, amount FROM events WHERE kind = 'pair'
) AS entry
JOIN people AS own_account ON own_account.id = entry.own
LEFT JOIN people AS other_account ON other_account.id = entry.other
WHERE entry.day <= $last_day
ORDER BY entry.day, own_account.institution
