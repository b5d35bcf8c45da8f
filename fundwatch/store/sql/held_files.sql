SELECT file, concat_ws('|', relation, partition, sha256, number, state_day) AS identity
FROM _files
ORDER BY file
