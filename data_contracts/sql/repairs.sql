-- Cells repaired per column: how many, and the first places. Rows kept out are not listed, their repair is moot.
SELECT bit, count(*) AS repairs, min(_row, $most) AS first_rows
FROM (
    SELECT _row, unnest(list_filter(range(0, 62), lambda place: (_tidied0 >> place) & 1 = 1)) AS bit
    FROM checked_judged
    WHERE _skip IS NULL AND _tidied0 <> 0 AND _row NOT IN (SELECT _row FROM checked_hits WHERE level = 'error')
)
GROUP BY bit
ORDER BY bit
