-- Different cells of a column that were warned of as ending in zeros.
SELECT count(DISTINCT raw.told_cell)
FROM checked_hits AS hits
INNER JOIN staged_rows AS raw ON raw._row = hits._row
WHERE hits.place = $place AND hits.code = 'F029'
