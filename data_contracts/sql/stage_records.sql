-- Numbered records (see reading/records.py) as an all-text table; an empty cell is NULL, missing cells are NULL.
CREATE OR REPLACE TEMP TABLE staged_records AS
SELECT _row, _cells, CAST('' AS VARCHAR) AS _sheet, COLUMNS(* EXCLUDE (_row, _cells))
FROM read_csv($path, columns = $columns, delim = $unit, quote = '', escape = '', header = false,
              auto_detect = false, null_padding = true, strict_mode = false, max_line_size = 16777216)
