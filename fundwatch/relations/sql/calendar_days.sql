/* ---
id: calendar_days
kind: step
doc:
  zh: 自最早报送日至截止日的每一天
  en: Every day from the first one reported to the as-of day
partition: whole
reads: [received_days, zero_reports]
--- */
SELECT CAST(day AS INTEGER) AS day
FROM (
    SELECT unnest(generate_series(first_day, CAST($as_of_day AS INTEGER))) AS day
    FROM (
        SELECT min(day) AS first_day
        FROM (
            SELECT day FROM received_days
            UNION ALL
            SELECT day FROM zero_reports
        ) AS reported
    ) AS bounds
    WHERE first_day <= $as_of_day
) AS days
