-- Records to be judged again: the first $most of the data and, beyond them, the first $most that failed something.
SELECT * EXCLUDE (_place, _failed, _failed_place)
FROM (
    SELECT
        *,
        row_number() OVER (ORDER BY _row) AS _place,
        row_number() OVER (PARTITION BY _failed ORDER BY _row) AS _failed_place
    FROM (
        SELECT *, greatest(0, *COLUMNS('^_faults[0-9]+$')) > 0 AS _failed
        FROM query_table($clean)
        WHERE _skip IS NULL
    ) AS judged
) AS placed
WHERE _place <= $most OR (_failed AND _failed_place <= $most)
ORDER BY _row
