/* ---
id: passing
zh: 过手：转入的钱有多少在一日内、七日内又转走，停留多久，比自身历史高多少
en: passing on, how much of what came in left again within a day and within seven, after how long, against the own past
look_ahead: none
window_days: 30
history_days: 90
features:
  - {name: fast_pass_share, zh: 一日内保留九成以上转走的流入占比, en: share of the in-flow taken on within a day by transfers that keep 90 % or more, unit: share, risk_direction: 1, settled_days: 1}
  - {name: slow_pass_share, zh: 七日内保留六成以上转走的流入占比, en: share of the in-flow taken on within seven days by transfers that keep 60 % or more, unit: share, risk_direction: 1, settled_days: 7}
  - {name: slow_stay_days, zh: 过手资金的平均停留天数, en: mean days that transfers stayed which were taken on within seven days, unit: days, risk_direction: -1, settled_days: 7}
  - {name: slow_pass_growth, zh: 七日内过手占比相对自身历史的增长（对数）, en: log ratio of the share taken on within seven days to the own 90 days before, unit: log_ratio, risk_direction: 1, settled_days: 7}
--- */
-- Only transfers whose time to be passed on is over by the as-of day are counted, so that the last days do not look calm.
-- Transfers of hubs, whose pass features are unknown, are left out; they must be less than 70 % of the in-flow.
-- Shares are added up in whole fen, so that the sum does not depend on the order of rows.
WITH reported AS (
    SELECT DISTINCT group_key FROM entities WHERE is_reported
),
came AS (
    SELECT
        t.to_group AS group_key,
        t.day,
        t.amount_cny AS amount,
        CASE WHEN f.fast_share IS NULL THEN 0 ELSE 1 END AS is_known,
        CAST(round(coalesce(f.fast_share, 0.0e0) * t.amount_cny) AS BIGINT) AS fast,
        CAST(round(coalesce(f.slow_share, 0.0e0) * t.amount_cny) AS BIGINT) AS slow,
        CAST(round(f.slow_stay_days * 86400) AS BIGINT) AS stay
    FROM transfer_features AS f
    INNER JOIN transfers AS t ON t.transfer_id = f.edge_id
    INNER JOIN reported ON reported.group_key = t.to_group
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
),
summed AS (
    SELECT
        group_key,
        sum(CASE WHEN day BETWEEN $as_of_day - 29 AND $as_of_day - 1 THEN amount ELSE 0 END) AS all_1d,
        sum(CASE WHEN day BETWEEN $as_of_day - 29 AND $as_of_day - 1 THEN amount * is_known ELSE 0 END) AS known_1d,
        sum(CASE WHEN day BETWEEN $as_of_day - 29 AND $as_of_day - 1 THEN fast ELSE 0 END) AS fast,
        sum(CASE WHEN day BETWEEN $as_of_day - 29 AND $as_of_day - 7 THEN amount ELSE 0 END) AS all_7d,
        sum(CASE WHEN day BETWEEN $as_of_day - 29 AND $as_of_day - 7 THEN amount * is_known ELSE 0 END) AS known_7d,
        sum(CASE WHEN day BETWEEN $as_of_day - 29 AND $as_of_day - 7 THEN slow ELSE 0 END) AS slow,
        sum(CASE WHEN day BETWEEN $as_of_day - 29 AND $as_of_day - 7 THEN stay ELSE 0 END) AS stayed,
        sum(CASE WHEN day BETWEEN $as_of_day - 29 AND $as_of_day - 7 AND stay IS NOT NULL THEN 1 ELSE 0 END) AS passed,
        sum(CASE WHEN day < $as_of_day - 29 THEN amount * is_known ELSE 0 END) AS known_before,
        sum(CASE WHEN day < $as_of_day - 29 THEN slow ELSE 0 END) AS slow_before
    FROM came
    GROUP BY group_key
)
SELECT
    group_key,
    CASE
        WHEN known_1d > 0 AND 10 * known_1d >= 3 * all_1d THEN CAST(fast AS DOUBLE) / CAST(known_1d AS DOUBLE)
    END AS fast_pass_share,
    CASE
        WHEN known_7d > 0 AND 10 * known_7d >= 3 * all_7d THEN CAST(slow AS DOUBLE) / CAST(known_7d AS DOUBLE)
    END AS slow_pass_share,
    CASE
        WHEN passed > 0 THEN CAST(stayed AS DOUBLE) / CAST(passed AS DOUBLE) / 86400.0e0
    END AS slow_stay_days,
    CASE
        WHEN known_7d > 0 AND 10 * known_7d >= 3 * all_7d AND known_before > 0
            THEN ln(
                (CAST(slow AS DOUBLE) / CAST(known_7d AS DOUBLE) + 0.05e0)
                / (CAST(slow_before AS DOUBLE) / CAST(known_before AS DOUBLE) + 0.05e0)
            )
    END AS slow_pass_growth
FROM summed
ORDER BY group_key
