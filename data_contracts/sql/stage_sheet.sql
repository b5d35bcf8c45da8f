-- A sheet, handed over as Parquet, as an all-text table; empty text is NULL as in delimited files.
CREATE OR REPLACE TEMP TABLE staged_records AS
SELECT
    CAST(_row AS INTEGER) AS _row, CAST(NULL AS INTEGER) AS _cells, CAST($sheet AS VARCHAR) AS _sheet,
    nullif(COLUMNS(* EXCLUDE (_row)), '')
FROM read_parquet($paths)
