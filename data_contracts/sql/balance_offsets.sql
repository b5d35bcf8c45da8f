-- Balance minus everything booked so far is constant along a true sequence, rows without a balance included in the sum.
-- A row is checkable when an earlier row with a balance, or a known opening balance, stands before it.
CREATE OR REPLACE TEMP TABLE checked_offsets AS
WITH running AS (
    SELECT _row, series, position, balance, CAST(sum(delta) OVER along AS BIGINT) AS moved
    FROM checked_positions
    WINDOW along AS (PARTITION BY series ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
stepped AS (
    SELECT _row, series, position, balance - moved AS settled, balance + moved AS inverted,
           lag(balance - moved) OVER along AS settled_before, lag(balance + moved) OVER along AS inverted_before
    FROM running
    WHERE balance IS NOT NULL
    WINDOW along AS (PARTITION BY series ORDER BY position)
),
opened AS (
    SELECT series.series, opening.balance
    FROM checked_series AS series
    INNER JOIN checked_openings AS opening
        ON opening.account_key = series.account_key AND opening.currency = series.currency
)
SELECT
    stepped._row, stepped.series, stepped.position,
    stepped.settled - coalesce(stepped.settled_before, opened.balance) AS off_by,
    stepped.inverted - coalesce(stepped.inverted_before, opened.balance) AS inverted_off_by
FROM stepped
LEFT JOIN opened ON opened.series = stepped.series
