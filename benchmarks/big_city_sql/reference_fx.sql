SELECT 'CNY' AS currency, 0 AS valid_from_day, 99999 AS valid_to_day, CAST(1000000 AS BIGINT) AS cny_micro
UNION ALL SELECT 'USD', 0, 99999, 7123400
