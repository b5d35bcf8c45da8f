/* ---
id: coverage
doc:
  zh: 各机构各日的报送情况：已收、零报告、迟报、缺报
  en: What each institution has sent for each day; received, zero report, late or missing
partition: whole
reads: [institutions, received_days, zero_reports, calendar_days]
--- */
WITH received AS (
    SELECT
        institution,
        day,
        CAST(sum(rows) AS INTEGER) AS rows,
        min(received_day) AS received_day
    FROM received_days
    WHERE day <= $as_of_day
    GROUP BY institution, day
),

declared AS (
    SELECT DISTINCT institution, day FROM zero_reports WHERE day <= $as_of_day
),

first_days AS (
    SELECT institution, min(day) AS first_day
    FROM (
        SELECT institution, day FROM received
        UNION ALL
        SELECT institution, day FROM declared
    ) AS reported
    GROUP BY institution
)

SELECT
    institutions.code AS institution,
    institutions.sector,
    calendar_days.day,
    CASE
        WHEN received.received_day - received.day > $due_lag_days THEN 'late'
        WHEN received.day IS NOT NULL THEN 'received'
        WHEN declared.day IS NOT NULL THEN 'zero_report'
        ELSE 'missing'
    END AS status,
    COALESCE(received.rows, 0) AS rows
FROM institutions
JOIN first_days ON first_days.institution = institutions.code
JOIN calendar_days ON calendar_days.day BETWEEN first_days.first_day AND $as_of_day
LEFT JOIN received ON received.institution = institutions.code AND received.day = calendar_days.day
LEFT JOIN declared ON declared.institution = institutions.code AND declared.day = calendar_days.day
WHERE institutions.sector <> 'authority'
