-- Rows kept out, with their account where it can be read and others of it are in the file. Of a record that is broken as a
-- whole (another width, torn, an open quote) no cell is sure to be in its column.
CREATE OR REPLACE TEMP TABLE checked_kept AS
SELECT told._row, known.account_key
FROM (
    SELECT clean._row, CASE WHEN broken._row IS NULL THEN fw_key(clean.account_text) END AS account_key
    FROM (SELECT _row, account_source AS account_text FROM checked_clean) AS clean
    INNER JOIN (
        SELECT _row FROM checked_bad UNION SELECT _row FROM checked_hits WHERE place = 0 AND code IN ('F022', 'F031')
    ) AS bad ON bad._row = clean._row
    LEFT JOIN (SELECT DISTINCT _row FROM checked_hits WHERE place = 0 AND code IN ('F023', 'F024', 'F025')) AS broken
        ON broken._row = clean._row
) AS told
LEFT JOIN (SELECT DISTINCT account_key FROM checked_series) AS known ON known.account_key = told.account_key
