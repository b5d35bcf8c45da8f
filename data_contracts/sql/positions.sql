-- Entries that moved money, in a candidate order within their series; failed ones do not touch the balance.
CREATE OR REPLACE TEMP TABLE checked_positions AS
SELECT
    _row, series, delta, balance,
    CAST(row_number() OVER (
        PARTITION BY series
        ORDER BY CASE WHEN $by_day THEN booked_day END, CASE WHEN $by_time THEN booked_at END,
                 CASE WHEN $newest_first THEN -_row ELSE _row END
    ) AS BIGINT) AS position
FROM (
    SELECT typed._row, series.series, typed.booked_day, typed.booked_at, typed.balance,
           CASE WHEN typed.direction = 'in' THEN typed.amount ELSE -typed.amount END AS delta
    FROM checked_typed AS typed
    INNER JOIN checked_series AS series
        ON series.account = typed.account AND series.currency IS NOT DISTINCT FROM typed.currency
    WHERE typed.succeeded
) AS entries
