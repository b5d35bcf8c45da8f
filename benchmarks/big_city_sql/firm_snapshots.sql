SELECT
    CAST('0x' || substr(md5('firm_snapshots' || id), 1, 15) AS BIGINT) AS record_id, 'B0' AS batch, 'firm.xlsx' AS file,
    '机构概况' AS sheet, 2 AS row, '610900-M' || lpad(CAST(id / 200 - 1 AS INTEGER)::VARCHAR, 2, '0') AS institution, name AS firm_name,
    '91610900MA' || lpad(CAST(id AS VARCHAR), 8, '0') AS uscc, 'T' || md5('holder' || id) AS firm_token, '2025-01' AS month,
    CAST(100000000 AS BIGINT) AS net_assets, CAST(100000000 AS BIGINT) AS registered_capital, CAST(0 AS BIGINT) AS loan_balance,
    CAST(NULL AS BIGINT) AS guarantee_balance, CAST(NULL AS BIGINT) AS pawn_balance, CAST(NULL AS BIGINT) AS bank_borrowing,
    account AS lending_account, account_key AS lending_account_key, CAST(NULL AS VARCHAR) AS deposit_account,
    CAST(NULL AS BIGINT) AS deposit_account_key, CAST(NULL AS VARCHAR) AS basic_account, CAST(NULL AS BIGINT) AS basic_account_key
FROM people
WHERE id BETWEEN 200 AND 2000 AND id % 200 = 0 AND id < $accounts
