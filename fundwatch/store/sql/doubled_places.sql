/* Within one table a place in a file yields one record. */
SELECT "row"
FROM _incoming
GROUP BY file, sheet, "row"
HAVING count(*) > 1
ORDER BY "row"
LIMIT 1
