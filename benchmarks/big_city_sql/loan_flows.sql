SELECT
    CAST('0x' || substr(md5('loan_flows' || i), 1, 15) AS BIGINT) AS record_id, 'B0' AS batch, 'loans.xlsx' AS file, '还款流水' AS sheet,
    CAST(i + 2 AS INTEGER) AS row, '610900-M' || lpad(CAST(i % 10 AS VARCHAR), 2, '0') AS institution, 'L' || i % 2000 AS loan_no,
    'repayment' AS flow_type, DATE '1970-01-01' + CAST($first_day + i % $days AS INTEGER) AS flow_on,
    CAST($first_day + i % $days AS INTEGER) AS flow_day, CAST(90000 AS BIGINT) AS due_principal, CAST(10000 AS BIGINT) AS due_interest,
    CAST(0 AS BIGINT) AS due_fees, CAST(90000 AS BIGINT) AS paid_principal, CAST(10000 AS BIGINT) AS paid_interest,
    CAST(0 AS BIGINT) AS paid_fees, name AS payer_name, account AS payer_account, account_key AS payer_account_key
FROM range(10000) AS numbers(i) JOIN people ON people.id = i % 2000 * 7 % $accounts
