SELECT institution, booked_day AS day, CAST(count(*) AS INTEGER) AS rows, booked_day + 1 AS received_day
FROM transactions GROUP BY institution, booked_day
