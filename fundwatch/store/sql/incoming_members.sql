/* The rows of the arriving batch in the same shape as members.sql. */
SELECT
    record_id,
    $batch AS batch,
    CAST($number AS BIGINT) AS number,
    'new' AS role,
    file,
    sheet,
    "row",
    hash(*COLUMNS(lambda c: NOT list_contains($uncompared, c))) AS _content
FROM _incoming
