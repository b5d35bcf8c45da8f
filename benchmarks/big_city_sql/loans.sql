SELECT
    CAST('0x' || substr(md5('loans' || i), 1, 15) AS BIGINT) AS record_id, 'B0' AS batch, 'loans.xlsx' AS file, '贷款台账' AS sheet,
    CAST(i + 2 AS INTEGER) AS row, '610900-M' || lpad(CAST(i % 10 AS VARCHAR), 2, '0') AS institution, 'H' || i AS contract_no,
    'L' || i AS loan_no, name AS borrower_name, 'T' || md5('holder' || holder) AS borrower_token, 'person' AS borrower_type,
    CAST(5000000 AS BIGINT) AS contract_amount, CAST(5000000 AS BIGINT) AS principal,
    DATE '1970-01-01' + CAST($first_day + i % $days AS INTEGER) AS disbursed_on, CAST($first_day + i % $days AS INTEGER) AS disbursed_day,
    CAST(NULL AS DATE) AS due_on, 1500 AS annual_rate_bp, CAST(0 AS BIGINT) AS fees, '等额本息' AS repayment_method, '信用' AS security,
    '经营' AS purpose, account AS receiving_account, account_key AS receiving_account_key, CAST(NULL AS VARCHAR) AS guarantor_token,
    '正常' AS five_class, 'open' AS status
FROM range(2000) AS numbers(i) JOIN people ON people.id = i * 7 % $accounts
