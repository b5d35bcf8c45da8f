-- Records of a cleaned table that are data, and how many cells of each column are filled.
SELECT count(*) AS _rows, count(COLUMNS(*))
FROM query_table($clean)
WHERE _skip IS NULL
