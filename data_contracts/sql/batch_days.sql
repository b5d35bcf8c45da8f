-- Typed rows and the days they fall on; $day names the column of day numbers.
SELECT count(*) AS counted, count(DISTINCT COLUMNS(lambda name: name = $day)) AS days
FROM query_table($rows)
