/* ---
id: coverage_gaps
doc: Days of each institution in a window by status; what is missing weakens every alert that rests on it.
--- */
SELECT institution, status, count(*) AS days, min(day) AS first_day, max(day) AS last_day
FROM coverage
WHERE day BETWEEN $from_day AND $to_day
GROUP BY institution, status
ORDER BY institution, status
