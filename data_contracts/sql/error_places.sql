-- Every place with an error, however many the receipt lists.
SELECT _row, place, code, detail
FROM checked_hits
WHERE level = 'error'
ORDER BY _row, place, code
