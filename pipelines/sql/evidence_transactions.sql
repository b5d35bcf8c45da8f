/* ---
id: evidence_transactions
doc: The booked entries that support an alert, as they were reported.
--- */
SELECT
    record_id,
    batch,
    file,
    sheet,
    "row",
    institution,
    serial AS serial_no,
    booked_at,
    booked_on,
    time_precision,
    amount,
    currency,
    direction,
    balance,
    account,
    account_name,
    counterparty_account,
    counterparty_name,
    summary,
    remark,
    channel
FROM transactions
WHERE list_contains($records, record_id)
ORDER BY booked_day, account_key, sequence, record_id
