SELECT _row, place, code, level, detail
FROM checked_hits
ORDER BY CASE WHEN level = 'error' THEN 0 ELSE 1 END, _row, place, code
LIMIT $most
