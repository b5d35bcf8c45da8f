-- Records that have another number of cells than most.
UPDATE staged_records
SET _cells = runs.cells
FROM (SELECT unnest($firsts) AS first, unnest($lasts) AS last, unnest($cells) AS cells) AS runs
WHERE staged_records.rowid + 1 BETWEEN runs.first AND runs.last
