/* ---
id: coverage
doc:
  zh: 各机构各日的报送情况：已收、零报告、迟报、缺报，应报之日，以及何夜起可读
  en: What each institution has sent for each day; received, zero report, late or missing, when it was due, and from which evening on it could be read
partition: whole
reads: [institutions, received_days, zero_reports, calendar_days, reference_calendar]
--- */
-- The due list of reports.
-- * due_day: so many days after the day, or for who reports monthly after the end of its month, moved to a working day.
-- * complete_day: the evening from which on the day could be read. The night of an evening runs on the following day,
--   so a report that comes on day R is read by the evening of R - 1, and not before. What the night of an evening could
--   not read is, for that evening, missing; rules about absence answer on the evening on which it is no longer.
-- * Days before the first delivery of an institution are history, of which nobody expected a report while they passed:
--   a load of two years on one day makes no gap of two years.
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
    SELECT institution, day, min(COALESCE(declared_day, day)) AS declared_day
    FROM zero_reports
    WHERE day <= $as_of_day
    GROUP BY institution, day
),

first_days AS (
    SELECT institution, min(day) AS first_day, min(arrival_day) - 1 AS first_evening
    FROM (
        SELECT institution, day, received_day AS arrival_day FROM received
        UNION ALL
        SELECT institution, day, declared_day FROM declared
    ) AS reported
    GROUP BY institution
),

working_days AS (
    SELECT day, workday_number FROM reference_calendar WHERE is_workday
),

expected AS (
    SELECT
        institutions.code AS institution,
        institutions.sector,
        calendar_days.day,
        first_days.first_evening,
        COALESCE(institutions.due_days, $due_lag_days) + CASE
            WHEN institutions.reports = 'monthly'
            THEN date_diff('day', DATE '1970-01-01', last_day(DATE '1970-01-01' + CAST(calendar_days.day AS INTEGER)))
            ELSE calendar_days.day
        END AS promised_day
    FROM institutions
    JOIN first_days ON first_days.institution = institutions.code
    JOIN calendar_days ON calendar_days.day BETWEEN first_days.first_day AND $as_of_day
    WHERE institutions.sector <> 'authority'
),

dues AS (
    SELECT
        expected.institution,
        expected.sector,
        expected.day,
        expected.first_evening,
        CAST(COALESCE(working_days.day, expected.promised_day) AS INTEGER) AS due_day
    FROM expected
    LEFT JOIN reference_calendar ON reference_calendar.day = expected.promised_day
    LEFT JOIN working_days
        ON working_days.workday_number
            = reference_calendar.workday_number + CASE WHEN reference_calendar.is_workday THEN 0 ELSE 1 END
)

SELECT
    dues.institution,
    dues.sector,
    dues.day,
    CASE
        WHEN received.received_day > dues.due_day THEN 'late'
        WHEN received.day IS NOT NULL THEN 'received'
        WHEN declared.day IS NOT NULL THEN 'zero_report'
        ELSE 'missing'
    END AS status,
    COALESCE(received.rows, 0) AS rows,
    dues.due_day,
    CASE
        WHEN received.day IS NULL AND declared.day IS NULL THEN NULL
        WHEN dues.day < dues.first_evening THEN dues.day
        ELSE CAST(GREATEST(dues.day, LEAST(
            COALESCE(received.received_day, declared.declared_day),
            COALESCE(declared.declared_day, received.received_day)
        ) - 1) AS INTEGER)
    END AS complete_day
FROM dues
LEFT JOIN received ON received.institution = dues.institution AND received.day = dues.day
LEFT JOIN declared ON declared.institution = dues.institution AND declared.day = dues.day
