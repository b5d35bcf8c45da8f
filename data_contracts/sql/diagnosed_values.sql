SELECT DISTINCT hits.code, raw.told_cell
FROM checked_hits AS hits
INNER JOIN staged_rows AS raw ON raw._row = hits._row
WHERE hits.place = $place AND list_contains(CAST($codes AS VARCHAR[]), hits.code) AND raw.told_cell IS NOT NULL
ORDER BY ALL
