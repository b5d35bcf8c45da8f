/* ---
id: dwell
zh: 钱停留多久：一日与三日内过手占比、平均停留天数、期末留存
en: how long money stays, the share gone within one day and three, the mean stay, the balance kept
look_ahead: none
window_days: 30
history_days: 0
features:
  - {name: pass_through_1d, zh: 次日前转出占比, en: share of the in-flow gone by the end of the next day, unit: share, risk_direction: 1}
  - {name: pass_through_3d, zh: 三日内转出占比, en: share of the in-flow gone within three days, unit: share, risk_direction: 1}
  - {name: dwell_days, zh: 平均停留天数, en: mean days that the in-flow stayed, unit: days, risk_direction: -1, transform: log1p}
  - {name: balance_retention, zh: 期末余额与流入之比, en: closing balance over the in-flow, unit: ratio, risk_direction: -1, transform: log1p}
--- */
-- First in, first out at the grain of a day, so that rows whose clock time is unknown count like the others: in-flow
-- of a day lies between two values of the running in-flow; it has left once the running out-flow has passed it.
-- Out-flow beyond what came in during the window is paid from the opening balance (from_opening) and moves nothing.
-- The last days of the window are left out of a share when the time to leave is not over yet: nothing is read ahead.
-- The mean stay is the area between the two running sums over the in-flow (Little 1961, L = λW), up to 30 days.
WITH reported AS (
    SELECT DISTINCT group_key FROM entities WHERE is_reported
),
entry AS (
    SELECT t.to_group AS group_key, t.day, t.amount_cny AS in_cny, CAST(0 AS BIGINT) AS out_cny
    FROM transfers AS t
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.from_kind <> 'bank'
    UNION ALL
    SELECT t.from_group AS group_key, t.day, CAST(0 AS BIGINT) AS in_cny, t.amount_cny AS out_cny
    FROM transfers AS t
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.to_kind <> 'bank'
),
flow AS (
    SELECT
        entry.group_key,
        entry.day,
        CAST(coalesce(sum(entry.in_cny), 0) AS BIGINT) AS in_cny,
        CAST(coalesce(sum(entry.out_cny), 0) AS BIGINT) AS out_cny
    FROM entry
    INNER JOIN reported ON reported.group_key = entry.group_key
    GROUP BY entry.group_key, entry.day
),
running AS (
    SELECT
        group_key,
        day,
        in_cny,
        CAST(sum(in_cny) OVER (
            PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS cum_in,
        CAST(sum(out_cny) OVER (
            PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS cum_out
    FROM flow
),
drawn AS (
    SELECT
        group_key,
        day,
        in_cny,
        cum_in,
        cum_out - greatest(CAST(0 AS BIGINT), max(cum_out - cum_in) OVER (
            PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )) AS cum_left
    FROM running
),
ahead AS (
    SELECT
        group_key,
        day,
        in_cny,
        cum_in,
        cum_left,
        max(cum_left) OVER (
            PARTITION BY group_key ORDER BY day RANGE BETWEEN CURRENT ROW AND 1 FOLLOWING
        ) AS left_1d,
        max(cum_left) OVER (
            PARTITION BY group_key ORDER BY day RANGE BETWEEN CURRENT ROW AND 3 FOLLOWING
        ) AS left_3d,
        coalesce(lead(day) OVER (PARTITION BY group_key ORDER BY day), $as_of_day + 1) - day AS days_held
    FROM drawn
),
stay AS (
    SELECT
        group_key,
        sum(in_cny) AS in_cny,
        sum((cum_in - cum_left) * days_held) AS held,
        sum(CASE WHEN day <= $as_of_day - 1 THEN in_cny ELSE 0 END) AS due_1d,
        sum(CASE WHEN day <= $as_of_day - 3 THEN in_cny ELSE 0 END) AS due_3d,
        sum(
            CASE
                WHEN day <= $as_of_day - 1
                    THEN greatest(CAST(0 AS BIGINT), least(in_cny, left_1d - (cum_in - in_cny)))
                ELSE 0
            END
        ) AS gone_1d,
        sum(
            CASE
                WHEN day <= $as_of_day - 3
                    THEN greatest(CAST(0 AS BIGINT), least(in_cny, left_3d - (cum_in - in_cny)))
                ELSE 0
            END
        ) AS gone_3d
    FROM ahead
    GROUP BY group_key
),
last_balance AS (
    SELECT
        group_key,
        closing_balance,
        row_number() OVER (PARTITION BY group_key, party_key ORDER BY day DESC) AS from_last
    FROM party_day
    WHERE day BETWEEN $as_of_day - 29 AND $as_of_day AND closing_balance IS NOT NULL
),
closing AS (
    SELECT group_key, sum(closing_balance) AS balance
    FROM last_balance
    WHERE from_last = 1
    GROUP BY group_key
)
SELECT
    stay.group_key,
    CASE WHEN stay.due_1d > 0 THEN CAST(stay.gone_1d AS DOUBLE) / CAST(stay.due_1d AS DOUBLE) END AS pass_through_1d,
    CASE WHEN stay.due_3d > 0 THEN CAST(stay.gone_3d AS DOUBLE) / CAST(stay.due_3d AS DOUBLE) END AS pass_through_3d,
    CASE WHEN stay.in_cny > 0 THEN CAST(stay.held AS DOUBLE) / CAST(stay.in_cny AS DOUBLE) END AS dwell_days,
    CASE
        WHEN stay.in_cny > 0 THEN CAST(closing.balance AS DOUBLE) / CAST(stay.in_cny AS DOUBLE)
    END AS balance_retention
FROM stay
LEFT JOIN closing ON closing.group_key = stay.group_key
ORDER BY stay.group_key
