-- Order within the account's day, from 1; entries that moved nothing come last. A view: a check that keeps no rows needs none.
CREATE OR REPLACE TEMP VIEW checked_ordered AS
SELECT
    typed._row,
    CAST(row_number() OVER (
        PARTITION BY typed.account, typed.booked_day
        ORDER BY CASE WHEN places.position IS NULL THEN 1 ELSE 0 END, places.position, typed.currency, typed.booked_at, typed._row
    ) AS INTEGER) AS sequence
FROM checked_typed AS typed
LEFT JOIN checked_positions AS places ON places._row = typed._row
