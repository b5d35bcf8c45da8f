-- Rows that share a key within one table, whether all of them say the same, and the first of them; for the first of a
-- contradicting group the last is named.
WITH told AS (
    SELECT shared._row, shared.record_id, contents._content
    FROM checked_shared AS shared
    INNER JOIN checked_contents AS contents ON contents._row = shared._row
),
groups AS (
    SELECT record_id, min(_row) AS first_row, max(_row) AS last_row, count(DISTINCT _content) = 1 AS same
    FROM told
    GROUP BY record_id
)
SELECT told._row, CASE WHEN NOT groups.same AND told._row = groups.first_row THEN groups.last_row ELSE groups.first_row END AS other,
       groups.same
FROM told
INNER JOIN groups ON groups.record_id = told.record_id
ORDER BY told._row
