-- Rows of a Parquet file with their place in it, counted from 0.
SELECT * FROM read_parquet($path, file_row_number = true)
