-- Entries whose balance can be checked against the entry before, and those that agree within the tolerance.
SELECT
    count(*) FILTER (WHERE step IS NOT NULL) AS checkable,
    count(*) FILTER (WHERE abs(step) <= $tolerance) AS agreeing
FROM (
    SELECT
        balance
        - lag(balance) OVER (PARTITION BY account_key, currency ORDER BY booked_day, sequence, record_id)
        - CASE WHEN direction = 'in' THEN amount ELSE -amount END AS step
    FROM query_table($rows)
    WHERE succeeded
) AS steps
