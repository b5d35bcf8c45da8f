/* ---
id: rhythm
zh: 什么时候动账：时点分布、夜间占比、日间突发、集中付款日
en: when money moves, over the hours, at night, in bursts of days, on one payout day
look_ahead: none
window_days: 30
history_days: 0
features:
  - {name: hour_entropy, zh: 交易时点均匀度, en: evenness of the hours of day, unit: share, risk_direction: 0}
  - {name: night_share, zh: 夜间交易占比, en: share of timed transfers between 23:00 and 05:59, unit: share, risk_direction: 1}
  - {name: day_burstiness, zh: 日间突发度, en: burstiness of the transfers per day, unit: ratio, risk_direction: 0}
  - {name: payout_day_share, zh: 单日集中付款人数占比, en: share of paid persons who were paid on the busiest payout day, unit: share, risk_direction: 1}
--- */
-- The two features of the clock need $min_count timed transfers and a known time for 30 % of all.
-- Evenness is Shannon's entropy of the hours over its greatest value, ln(min(24, transfers)); it is rounded to nine
-- places because engines add in different orders. Burstiness is (σ − μ) / (σ + μ) of the transfers per day over all
-- 30 days (Goh and Barabási 2008): −1 regular, 0 random, towards 1 all in one day.
WITH reported AS (
    SELECT DISTINCT group_key FROM entities WHERE is_reported
),
touched AS (
    SELECT t.to_group AS group_key, t.day, t.at, t.time_precision
    FROM transfers AS t
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.from_kind <> 'bank'
    UNION ALL
    SELECT t.from_group AS group_key, t.day, t.at, t.time_precision
    FROM transfers AS t
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.to_kind <> 'bank'
),
entry AS (
    SELECT
        touched.group_key,
        touched.day,
        CASE WHEN touched.time_precision <> 'day' THEN CAST(hour(touched.at) AS INTEGER) END AS clock_hour
    FROM touched
    INNER JOIN reported ON reported.group_key = touched.group_key
),
hourly AS (
    SELECT group_key, clock_hour, count(*) AS entries
    FROM entry
    WHERE clock_hour IS NOT NULL
    GROUP BY group_key, clock_hour
),
clock AS (
    SELECT
        group_key,
        sum(entries) AS timed,
        sum(CASE WHEN clock_hour >= 23 OR clock_hour < 6 THEN entries ELSE 0 END) AS at_night,
        sum(CAST(entries AS DOUBLE) * ln(CAST(entries AS DOUBLE))) AS weighted_log
    FROM hourly
    GROUP BY group_key
),
daily AS (
    SELECT group_key, day, count(*) AS entries
    FROM entry
    GROUP BY group_key, day
),
days AS (
    SELECT
        group_key,
        sum(entries) AS entries,
        sqrt(
            greatest(
                0.0e0,
                CAST(30 * sum(entries * entries) - sum(entries) * sum(entries) AS DOUBLE) / 900.0e0
            )
        ) AS sigma,
        CAST(sum(entries) AS DOUBLE) / 30.0e0 AS mu
    FROM daily
    GROUP BY group_key
),
payout AS (
    SELECT t.from_group AS group_key, t.day, t.to_party AS payee
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.from_group
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.to_kind = 'person'
    GROUP BY t.from_group, t.day, t.to_party
),
payees AS (
    SELECT group_key, count(DISTINCT payee) AS persons
    FROM payout
    GROUP BY group_key
),
payout_day AS (
    SELECT group_key, day, count(*) AS persons
    FROM payout
    GROUP BY group_key, day
),
busiest AS (
    SELECT group_key, max(persons) AS persons
    FROM payout_day
    GROUP BY group_key
)
SELECT
    days.group_key,
    CASE
        WHEN clock.timed >= $min_count AND clock.timed >= 2 AND 10 * clock.timed >= 3 * days.entries
            THEN round(
                (ln(CAST(clock.timed AS DOUBLE)) - clock.weighted_log / CAST(clock.timed AS DOUBLE))
                / ln(CAST(least(24, clock.timed) AS DOUBLE)),
                9
            )
    END AS hour_entropy,
    CASE
        WHEN clock.timed >= $min_count AND 10 * clock.timed >= 3 * days.entries
            THEN CAST(clock.at_night AS DOUBLE) / CAST(clock.timed AS DOUBLE)
    END AS night_share,
    (days.sigma - days.mu) / (days.sigma + days.mu) AS day_burstiness,
    CASE
        WHEN payees.persons >= $min_count THEN CAST(busiest.persons AS DOUBLE) / CAST(payees.persons AS DOUBLE)
    END AS payout_day_share
FROM days
LEFT JOIN clock ON clock.group_key = days.group_key
LEFT JOIN payees ON payees.group_key = days.group_key
LEFT JOIN busiest ON busiest.group_key = days.group_key
ORDER BY days.group_key
