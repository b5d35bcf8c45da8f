/* The rows of the arriving batch with the role that they have after the decision. */
SELECT i.*, d.decided AS _role
FROM _incoming AS i
JOIN _decided AS d
    ON d.role = 'new'
    AND d.record_id = i.record_id
    AND d."row" IS NOT DISTINCT FROM i."row"
    AND d.sheet IS NOT DISTINCT FROM i.sheet
    AND d.file IS NOT DISTINCT FROM i.file
