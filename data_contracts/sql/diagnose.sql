-- The closer code and detail of each distinct refused text, written to all its places in the column.
UPDATE checked_hits AS hits
SET code = found.new_code, detail = found.detail
FROM (
    SELECT raw._row, told.old_code, told.new_code, told.detail
    FROM (
        SELECT unnest(CAST($olds AS VARCHAR[])) AS old_code, unnest(CAST($texts AS VARCHAR[])) AS value,
               unnest(CAST($codes AS VARCHAR[])) AS new_code, unnest(CAST($details AS VARCHAR[])) AS detail
    ) AS told
    INNER JOIN staged_rows AS raw ON raw.told_cell = told.value
) AS found
WHERE hits._row = found._row AND hits.place = $place AND hits.code = found.old_code
