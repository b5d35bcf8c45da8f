-- How many entries of those accounts agree.
SELECT CAST(sum(CASE WHEN abs(off_by) <= $tolerance THEN 1 ELSE 0 END) AS BIGINT)
FROM checked_offsets
WHERE off_by IS NOT NULL AND series IN (
    SELECT series.series
    FROM checked_series AS series
    INNER JOIN checked_tried_typed AS tried ON tried.account = series.account
)
