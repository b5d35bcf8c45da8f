-- By place in the table, at which DuckDB fetches a few rows alone: to match a column it would read every cell of the file.
SELECT * FROM told_rows
WHERE rowid IN (SELECT rowid FROM told_rows WHERE _row IN (SELECT unnest(CAST($rows AS INTEGER[]))))
