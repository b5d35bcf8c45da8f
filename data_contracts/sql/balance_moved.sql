UPDATE checked_positions
SET position = given.position
FROM (SELECT unnest(CAST($rows AS INTEGER[])) AS _row, unnest(CAST($positions AS BIGINT[])) AS position) AS given
WHERE checked_positions._row = given._row
