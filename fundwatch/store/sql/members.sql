/* Every stored row of a record that the change touches, with a hash of what it says.
   The hash leaves out where the row came from; it is compared within this run only. */
SELECT
    p.record_id,
    f.batch,
    f.number,
    f.role,
    p.file,
    p.sheet,
    p."row",
    p._content
FROM (
    SELECT
        record_id,
        file,
        sheet,
        "row",
        filename,
        hash(*COLUMNS(lambda c: NOT list_contains($uncompared, c))) AS _content
    FROM _stored
    WHERE record_id IN (SELECT record_id FROM _touched)
) AS p
JOIN _candidates AS f ON f.path = p.filename
