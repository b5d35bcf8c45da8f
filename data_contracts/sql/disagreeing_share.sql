-- How many entries of those accounts agree.
SELECT CAST(sum(CASE WHEN abs(off_by) <= $tolerance THEN 1 ELSE 0 END) AS BIGINT)
FROM checked_offsets
WHERE off_by IS NOT NULL AND account_key IN (SELECT account_key FROM checked_tried_typed)
