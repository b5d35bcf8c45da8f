-- Breaks that rows kept out do not explain: neither are there as many of the account, nor does one of the account, or
-- one whose account cannot be read, stand between the two rows.
WITH stepped AS (
    SELECT _row, series, off_by, lag(_row) OVER (PARTITION BY series ORDER BY position) AS row_before
    FROM checked_offsets
),
broken AS (
    SELECT stepped._row, series.account_key, stepped.off_by, stepped.row_before,
           count(*) OVER (PARTITION BY series.account_key) AS breaks, coalesce(gaps.rows, 0) AS kept_out
    FROM stepped
    INNER JOIN checked_series AS series ON series.series = stepped.series
    LEFT JOIN checked_gaps AS gaps ON gaps.account_key = series.account_key
    WHERE abs(stepped.off_by) > $tolerance
)
SELECT broken._row, broken.off_by
FROM broken
WHERE broken.breaks > broken.kept_out
  AND NOT EXISTS (
      SELECT 1 FROM checked_kept AS kept
      WHERE (kept.account_key = broken.account_key OR kept.account_key IS NULL)
        AND kept._row BETWEEN least(broken.row_before, broken._row) AND greatest(broken.row_before, broken._row)
  )
ORDER BY broken._row
LIMIT $most
