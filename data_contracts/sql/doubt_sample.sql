-- Different long numbers among the first rows that do not end as a cut one does.
SELECT count(DISTINCT told_cell)
FROM (SELECT told_cell FROM staged_rows LIMIT 50000) AS sample
WHERE regexp_full_match(told_cell, '\d{17,25}') AND NOT regexp_full_match(told_cell, '\d{15}0{2,}')
