/* Values of a batch that no row of the named tables knows, with the first place of each. */
SELECT own.entries, own.sheet, own."row"
FROM (
    SELECT value, count(*) AS entries, min("row") AS "row", min_by(sheet, "row") AS sheet
    FROM _own_values
    WHERE value IS NOT NULL
    GROUP BY value
) AS own
WHERE NOT EXISTS (SELECT 1 FROM _known_values AS known WHERE known.value = own.value)
ORDER BY own."row"
