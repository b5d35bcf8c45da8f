/* Stored batches of which at least one row changes its role. */
SELECT DISTINCT batch
FROM _decided
WHERE role <> 'new' AND role <> decided
ORDER BY batch
