/* ---
id: received_days
doc: The days that loaded batches cover with the entries received for each, and the day they arrived.
--- */
SELECT
    batch_periods.institution,
    reference_calendar.day,
    CAST(coalesce(counted.entries, 0) AS INTEGER) AS "rows",
    batch_periods.received_day
FROM batch_periods
JOIN reference_calendar ON reference_calendar.day BETWEEN batch_periods.first_day AND batch_periods.last_day
LEFT JOIN (
    SELECT batch, booked_day, count(*) AS entries
    FROM transactions
    GROUP BY batch, booked_day
) AS counted ON counted.batch = batch_periods.batch AND counted.booked_day = reference_calendar.day
