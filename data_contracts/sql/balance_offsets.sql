-- Balance minus everything booked so far is constant along a true sequence, rows without a balance included in the sum.
-- A row is checkable when an earlier row with a balance, or a known opening balance, stands before it.
CREATE OR REPLACE TEMP TABLE checked_offsets AS
WITH running AS (
    SELECT _row, account_key, currency, position, balance, delta,
           CAST(sum(delta) OVER along AS BIGINT) AS moved
    FROM checked_positions
    WINDOW along AS (PARTITION BY account_key, currency ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
stepped AS (
    SELECT _row, running.account_key, running.currency, position,
           running.balance - moved AS settled, running.balance + moved AS inverted,
           lag(running.balance - moved) OVER along AS settled_before, lag(running.balance + moved) OVER along AS inverted_before,
           opening.balance AS opening
    FROM running
    LEFT JOIN checked_openings AS opening ON opening.account_key = running.account_key AND opening.currency = running.currency
    WHERE running.balance IS NOT NULL
    WINDOW along AS (PARTITION BY running.account_key, running.currency ORDER BY position)
)
SELECT
    _row, account_key, currency, position,
    settled - coalesce(settled_before, opening) AS off_by,
    inverted - coalesce(inverted_before, opening) AS inverted_off_by
FROM stepped
