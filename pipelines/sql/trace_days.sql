/* ---
id: trace_days
doc: First and last day on which money moved.
--- */
SELECT min(day) AS first_day, max(day) AS last_day
FROM transfers
