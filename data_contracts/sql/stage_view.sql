-- The number of a record is its place: nothing is ever taken out of the table beneath. `rowid` lets a few rows be fetched
-- without reading all of them, as it does of a table.
CREATE OR REPLACE TEMP VIEW staged_view AS
SELECT staged_records.rowid, CAST(staged_records.rowid + 1 AS INTEGER) AS _row, staged_records._cells, CAST('' AS VARCHAR) AS _sheet,
       staged_records.* EXCLUDE (_cells)
FROM staged_records
