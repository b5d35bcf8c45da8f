-- Rows that an earlier file put right and this one leaves as they are.
INSERT INTO staged_origins
SELECT _row, file, sheet, "row", false
FROM former_origins
WHERE _row NOT IN (SELECT _row FROM staged_origins)
