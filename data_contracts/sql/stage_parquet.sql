-- Rows of a Parquet file as text in their order.
CREATE OR REPLACE TEMP TABLE staged_records AS
SELECT
    CAST(row_number() OVER () AS INTEGER) AS _row, CAST(NULL AS INTEGER) AS _cells, CAST('' AS VARCHAR) AS _sheet,
    CAST(COLUMNS(*) AS VARCHAR)
FROM read_parquet($path)
