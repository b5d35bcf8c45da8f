SELECT CAST(day AS INTEGER) AS day, day % 7 < 5 AS is_workday, CAST(day * 5 // 7 AS INTEGER) AS workday_number, CAST(NULL AS VARCHAR) AS holiday
FROM range($first_day - 400, $last_day + 400) AS days(day)
