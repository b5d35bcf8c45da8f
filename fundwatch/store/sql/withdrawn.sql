/* Records that the leaving batches brought and that no standing or arriving batch carries any more. */
SELECT count(DISTINCT record_id)
FROM _leaving
WHERE record_id NOT IN (SELECT record_id FROM _members)
