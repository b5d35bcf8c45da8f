-- Where rows that another file put right came from; `is_new` marks those of the file laid over now.
CREATE OR REPLACE TEMP TABLE staged_origins AS
SELECT unnest($rows) AS _row, CAST($file AS VARCHAR) AS file, CAST($sheet AS VARCHAR) AS sheet, unnest($places) AS "row", true AS is_new
