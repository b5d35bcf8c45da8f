/* ---
id: fans
kind: step
zh: 以每次往来为中心的时段内有多少不同的对手
en: how many different counterparties stand within a span centred on each contact
look_ahead_days: 7
--- */
-- A counterparty is within the span of a moment from reach_seconds before one of its contacts until as long after. Spans of
-- one counterparty that overlap are joined (the later begins where the earlier ends), so that adding 1 where one begins and
-- taking 1 where it ends counts every counterparty once: a sweep over moments, no distinct count and no join by range.
WITH events AS (
    SELECT is_in, party, 1 AS step, FALSE AS is_asked,
        GREATEST(second - $reach_seconds, COALESCE(previous + $reach_seconds + 1, second - $reach_seconds)) AS moment
    FROM contacts
    UNION ALL
    SELECT is_in, party, -1, FALSE, second + $reach_seconds + 1 FROM contacts
    UNION ALL
    SELECT DISTINCT is_in, party, 0, TRUE, second FROM contacts
),
swept AS (
    SELECT is_in, party, moment, is_asked,
        sum(step) OVER (
            PARTITION BY is_in, party ORDER BY moment, is_asked ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS counterparties
    FROM events
)
SELECT is_in, party, moment, CAST(counterparties AS BIGINT) AS counterparties
FROM swept
WHERE is_asked
