/* One record, one content: the row of the first batch holds and the others rest in its shadow.
   One record, several contents: none holds. */
SELECT
    record_id,
    batch,
    number,
    role,
    file,
    sheet,
    "row",
    contents,
    CASE WHEN contents = 1 AND place = 1 THEN 'rows' ELSE 'shadow' END AS decided
FROM (
    SELECT
        m.*,
        s.contents,
        row_number() OVER (PARTITION BY m.record_id ORDER BY m.number, m.batch, m.file, m.sheet, m."row") AS place
    FROM _members AS m
    JOIN (
        SELECT record_id, count(DISTINCT _content) AS contents
        FROM _members
        GROUP BY record_id
    ) AS s ON s.record_id = m.record_id
) AS ranked
