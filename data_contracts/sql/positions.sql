-- Entries that moved money, in a candidate order within account and currency; failed ones do not touch the balance.
CREATE OR REPLACE TEMP TABLE checked_positions AS
SELECT
    _row, account_key, currency, booked_day, booked_at, time_precision,
    CASE WHEN direction = 'in' THEN amount ELSE -amount END AS delta, balance,
    CAST(row_number() OVER (
        PARTITION BY account_key, currency
        ORDER BY CASE WHEN $by_day THEN booked_day END, CASE WHEN $by_time THEN booked_at END,
                 CASE WHEN $newest_first THEN -_row ELSE _row END
    ) AS BIGINT) AS position
FROM checked_typed
WHERE succeeded AND account_key IS NOT NULL
