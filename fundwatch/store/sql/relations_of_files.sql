SELECT DISTINCT relation
FROM _files
WHERE list_contains($files, file)
ORDER BY relation
