/* ---
id: gatherings
zh: 聚散：一日与七日之内最多有多少付款人、多少收款人，比自身历史多多少
en: fans, the most payers and payees within a day and within seven, and within seven against the own past
look_ahead: none
window_days: 30
history_days: 90
features:
  - {name: in_fan_1d, zh: 一日内最多付款人数, en: most payers within a day before or after a transfer, unit: persons, risk_direction: 1, transform: log1p, settled_days: 0}
  - {name: in_fan_7d, zh: 七日内最多付款人数, en: most payers within seven days before or after a transfer, unit: persons, risk_direction: 1, transform: log1p, settled_days: 0}
  - {name: out_fan_1d, zh: 一日内最多收款人数, en: most payees within a day before or after a transfer, unit: persons, risk_direction: 1, transform: log1p, settled_days: 0}
  - {name: out_fan_7d, zh: 七日内最多收款人数, en: most payees within seven days before or after a transfer, unit: persons, risk_direction: 1, transform: log1p, settled_days: 0}
  - {name: in_fan_growth, zh: 七日内付款人数相对自身历史的增长（对数）, en: log ratio of the most payers within seven days to those of the 90 days before, unit: log_ratio, risk_direction: 1, settled_days: 0}
  - {name: out_fan_growth, zh: 七日内收款人数相对自身历史的增长（对数）, en: log ratio of the most payees within seven days to those of the 90 days before, unit: log_ratio, risk_direction: 1, settled_days: 0}
--- */
-- The greatest fan of the window, as far as it is known on the as-of day. A fan of the past may reach seven days into the
-- window; that only makes growth smaller. Growth is undefined for a group without a past (see payers.sql).
WITH reported AS (
    SELECT
        group_key,
        CASE
            WHEN count(*) = count(opened_day) AND min(opened_day) >= $as_of_day - 29 THEN 1 ELSE 0
        END AS is_new
    FROM entities
    WHERE is_reported
    GROUP BY group_key
),
seen_before AS (
    SELECT DISTINCT group_key
    FROM party_day
    WHERE day BETWEEN $as_of_day - 119 AND $as_of_day - 30
),
moved AS (
    SELECT
        t.from_group, t.to_group, t.day,
        f.payee_payers_1d, f.payee_payers_7d, f.payer_payees_1d, f.payer_payees_7d
    FROM transfer_features AS f
    INNER JOIN transfers AS t ON t.transfer_id = f.edge_id
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
),
touched AS (
    SELECT
        to_group AS group_key, day, payee_payers_1d AS in_1d, payee_payers_7d AS in_7d,
        CAST(0 AS DOUBLE) AS out_1d, CAST(0 AS DOUBLE) AS out_7d
    FROM moved
    UNION ALL
    SELECT
        from_group AS group_key, day, CAST(0 AS DOUBLE) AS in_1d, CAST(0 AS DOUBLE) AS in_7d,
        payer_payees_1d AS out_1d, payer_payees_7d AS out_7d
    FROM moved
),
greatest_fan AS (
    SELECT
        touched.group_key,
        max(CASE WHEN day >= $as_of_day - 29 THEN in_1d ELSE 0 END) AS in_1d,
        max(CASE WHEN day >= $as_of_day - 29 THEN in_7d ELSE 0 END) AS in_7d,
        max(CASE WHEN day >= $as_of_day - 29 THEN out_1d ELSE 0 END) AS out_1d,
        max(CASE WHEN day >= $as_of_day - 29 THEN out_7d ELSE 0 END) AS out_7d,
        max(CASE WHEN day < $as_of_day - 29 THEN in_7d ELSE 0 END) AS in_before,
        max(CASE WHEN day < $as_of_day - 29 THEN out_7d ELSE 0 END) AS out_before
    FROM touched
    INNER JOIN reported ON reported.group_key = touched.group_key
    GROUP BY touched.group_key
)
SELECT
    greatest_fan.group_key,
    CAST(greatest_fan.in_1d AS DOUBLE) AS in_fan_1d,
    CAST(greatest_fan.in_7d AS DOUBLE) AS in_fan_7d,
    CAST(greatest_fan.out_1d AS DOUBLE) AS out_fan_1d,
    CAST(greatest_fan.out_7d AS DOUBLE) AS out_fan_7d,
    CASE
        WHEN seen_before.group_key IS NOT NULL OR reported.is_new = 1
            THEN ln(CAST(greatest_fan.in_7d + 1 AS DOUBLE) / CAST(greatest_fan.in_before + 1 AS DOUBLE))
    END AS in_fan_growth,
    CASE
        WHEN seen_before.group_key IS NOT NULL OR reported.is_new = 1
            THEN ln(CAST(greatest_fan.out_7d + 1 AS DOUBLE) / CAST(greatest_fan.out_before + 1 AS DOUBLE))
    END AS out_fan_growth
FROM greatest_fan
INNER JOIN reported ON reported.group_key = greatest_fan.group_key
LEFT JOIN seen_before ON seen_before.group_key = greatest_fan.group_key
ORDER BY greatest_fan.group_key
