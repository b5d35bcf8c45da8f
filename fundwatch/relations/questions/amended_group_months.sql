/* ---
id: amended_group_months
doc:
  zh: 收款人数、笔数、金额可能有变的控制组与月份
  en: The control groups and months of which counts of payers may have changed
reads: [gone_transfers, new_transfers]
--- */
SELECT
    to_group AS group_key,
    CAST(date_diff('day', DATE '1970-01-01', date_trunc('month', DATE '1970-01-01' + day)) AS INTEGER) AS day
FROM gone_transfers
WHERE to_group <> 0
UNION
SELECT
    to_group,
    CAST(date_diff('day', DATE '1970-01-01', date_trunc('month', DATE '1970-01-01' + day)) AS INTEGER)
FROM new_transfers
WHERE to_group <> 0
