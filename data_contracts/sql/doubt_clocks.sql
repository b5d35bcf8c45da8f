SELECT
    count(*) FILTER (WHERE regexp_full_match(trim(told_cell), '\d{3,4}')),
    count(*) FILTER (WHERE regexp_full_match(trim(told_cell), '\d{5,6}'))
FROM staged_rows
