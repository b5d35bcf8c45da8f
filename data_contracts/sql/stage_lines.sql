-- Records (see reading/records.py) as a table of text that keeps their order; an empty cell is NULL, missing ones too.
CREATE OR REPLACE TEMP TABLE staged_records AS
SELECT CAST($usual AS INTEGER) AS _cells, COLUMNS(*)
FROM read_csv($paths, columns = $columns, delim = $unit, quote = '', escape = '', header = false,
              auto_detect = false, null_padding = true, strict_mode = false, max_line_size = 16777216)
