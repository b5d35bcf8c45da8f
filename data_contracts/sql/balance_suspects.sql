-- All entries of the accounts that disagree somewhere, with the group within which their order may be searched:
-- the day, or the instant where times are known and the contract orders by time.
SELECT
    places._row, series.account_key, series.currency, typed.booked_day,
    CASE WHEN $by_instant AND typed.time_precision <> 'day' THEN epoch_us(typed.booked_at) ELSE NULL END AS instant,
    places.delta, places.balance
FROM checked_positions AS places
INNER JOIN checked_series AS series ON series.series = places.series
INNER JOIN checked_typed AS typed ON typed._row = places._row
WHERE series.account_key IN (
    SELECT owner.account_key
    FROM checked_offsets AS told
    INNER JOIN checked_series AS owner ON owner.series = told.series
    WHERE abs(told.off_by) > $tolerance
)
ORDER BY series.account_key, series.currency, places.position
