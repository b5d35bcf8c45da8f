/* Rows of one record that say different things: none of them holds, each sender sees its own. */
SELECT record_id, batch, number, file, sheet, "row", role = 'new' AS is_new
FROM _decided
WHERE contents > 1
ORDER BY record_id, number, batch, file, sheet, "row"
