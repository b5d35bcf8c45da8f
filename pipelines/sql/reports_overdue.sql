/* ---
id: reports_overdue
doc: Institutions whose reports are overdue on an evening, with the days lacking and the day on which the first was due.
--- */
SELECT institution, CAST(count(*) AS INTEGER) AS days, min(day) AS first_day, max(day) AS last_day,
       min(due_day) AS due_day
FROM coverage
WHERE day BETWEEN $from_day AND $as_of_day AND status = 'missing' AND due_day <= $as_of_day
GROUP BY institution
ORDER BY institution
