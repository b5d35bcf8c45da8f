/* All rows of one stored batch with the role that they have after the decision. */
SELECT p.* EXCLUDE (filename), coalesce(d.decided, f.role) AS _role
FROM (SELECT * FROM _stored WHERE list_contains($paths, filename)) AS p
JOIN _candidates AS f ON f.path = p.filename
LEFT JOIN _decided AS d
    ON d.record_id = p.record_id
    AND d.batch = f.batch
    AND d."row" IS NOT DISTINCT FROM p."row"
    AND d.sheet IS NOT DISTINCT FROM p.sheet
    AND d.file IS NOT DISTINCT FROM p.file
