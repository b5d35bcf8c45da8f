/* ---
id: moved_entries
doc:
  zh: 归属有变的账号的全部流水
  en: All entries in which a moved account number occurs
reads: [moved_records, transactions]
--- */
-- Found by narrow scans beforehand: a scan that skips by one key alone reads the other columns of few rows.
SELECT
    transactions.record_id, transactions.account_key, transactions.booked_day, transactions.booked_at,
    transactions.time_precision, transactions.sequence, transactions.amount, transactions.currency,
    transactions.direction, transactions.balance, transactions.is_cash, transactions.counterparty_key,
    transactions.counterparty_name, transactions.counterparty_token, transactions.summary, transactions.remark,
    transactions.channel, transactions.merchant_no, transactions.succeeded, transactions.is_reversal
FROM transactions
WHERE transactions.record_id IN (SELECT record_id FROM moved_records)
