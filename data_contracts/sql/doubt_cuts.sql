-- Long numbers of a column, each once, and those of them that end as a cut one does.
SELECT count(*), count(*) FILTER (WHERE regexp_full_match(told_cell, '\d{15}0{2,}'))
FROM (SELECT DISTINCT told_cell FROM checked_clean WHERE _skip IS NULL AND length(told_cell) >= 17) AS numbers
WHERE regexp_full_match(told_cell, '\d{17,25}')
