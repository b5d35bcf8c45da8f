-- Records to be judged again: the first $most of the data and, beyond them, the first $most that failed something. Which
-- they are is told by two narrow columns: all cells are read of those alone.
WITH judged AS (
    SELECT _row, greatest(0, *COLUMNS('^_faults[0-9]+$')) > 0 AS _failed
    FROM query_table($clean)
    WHERE _skip IS NULL
),
chosen AS (
    (SELECT _row FROM judged ORDER BY _row LIMIT $most)
    UNION
    (SELECT _row FROM judged WHERE _failed ORDER BY _row LIMIT $most)
)
SELECT *
FROM query_table($clean)
WHERE _row IN (SELECT _row FROM chosen)
ORDER BY _row
