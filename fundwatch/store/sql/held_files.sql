SELECT file, relation, partition, role, path, sha256, rows, institution, number, state_day
FROM _files
ORDER BY file
