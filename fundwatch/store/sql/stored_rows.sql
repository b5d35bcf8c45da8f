/* Rows of stored files, each with the number of its file. */
SELECT p.* EXCLUDE (filename), f.file AS _file
FROM read_parquet($paths, filename = true, union_by_name = true) AS p
JOIN _files AS f ON $folder || f.path = p.filename
