-- All entries of the accounts that disagree somewhere, with the group within which their order may be searched:
-- the day, or the instant where times are known and the contract orders by time.
SELECT
    _row, account_key, currency, booked_day,
    CASE WHEN $by_instant AND time_precision <> 'day' THEN epoch_us(booked_at) ELSE NULL END AS instant,
    delta, balance
FROM checked_positions
WHERE account_key IN (SELECT account_key FROM checked_offsets WHERE abs(off_by) > $tolerance)
ORDER BY account_key, currency, position
