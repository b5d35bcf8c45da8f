SELECT '61' || lpad(CAST(i + 1 AS VARCHAR), 4, '0') || '-B' AS code, '第' || i || '银行' AS name, 'bank' AS sector, '610902' AS region,
       'daily' AS reports, 1 AS due_days
FROM range(12) AS numbers(i)
UNION ALL
SELECT '610900-M' || lpad(CAST(i AS VARCHAR), 2, '0'), '第' || i || '小额贷款公司', 'micro_loan', '610902', 'monthly', 10 FROM range(10) AS numbers(i)
UNION ALL
SELECT '610900-A01', '市场监管局', 'authority', '610900', 'monthly', 10
