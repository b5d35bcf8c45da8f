-- Records below the header in which any cell is filled.
SELECT count(first_cell)
FROM (SELECT coalesce(*COLUMNS('^c[0-9]+$')) AS first_cell FROM staged_rows WHERE _row > $header_row) AS records
