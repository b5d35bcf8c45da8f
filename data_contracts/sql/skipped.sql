SELECT _skip, count(*) AS records, min(_row, $most) AS first_rows
FROM checked_judged
WHERE _skip IS NOT NULL
GROUP BY _skip
ORDER BY _skip
