-- Breaks that rows kept out of the same account do not explain.
SELECT _row, off_by
FROM (
    SELECT offsets._row, offsets.off_by, count(*) OVER (PARTITION BY offsets.account_key) AS breaks, coalesce(gaps.rows, 0) AS kept_out
    FROM checked_offsets AS offsets
    LEFT JOIN checked_gaps AS gaps ON gaps.account_key = offsets.account_key
    WHERE abs(offsets.off_by) > $tolerance
)
WHERE breaks > kept_out
ORDER BY _row
LIMIT $most
