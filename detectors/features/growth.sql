/* ---
id: growth
zh: 与自身历史相比的增长：流入、付款人
en: growth against the group's own past, of the in-flow and of the payers
look_ahead: none
window_days: 30
history_days: 90
features:
  - {name: in_growth, zh: 流入相对自身历史的增长（对数）, en: log ratio of the in-flow to the own mean of 30 days before, unit: log_ratio, risk_direction: 1}
  - {name: payer_growth, zh: 付款人数相对自身历史的增长（对数）, en: log ratio of person payers to the own mean of 30 days before, unit: log_ratio, risk_direction: 1}
--- */
-- The past is three spans of 30 days before the window. 1000 CNY and one payer are added to both sides, so that a
-- small account does not grow without bound. Undefined for a group without a past (see payers.sql).
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
span_payer AS (
    SELECT
        t.to_group AS group_key,
        CASE
            WHEN t.day >= $as_of_day - 29 THEN 0
            WHEN t.day >= $as_of_day - 59 THEN 1
            WHEN t.day >= $as_of_day - 89 THEN 2
            ELSE 3
        END AS span,
        t.from_party AS payer,
        t.from_kind AS kind,
        coalesce(sum(t.amount_cny), 0) AS paid
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.to_group
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.from_kind <> 'bank'
    GROUP BY
        t.to_group,
        CASE
            WHEN t.day >= $as_of_day - 29 THEN 0
            WHEN t.day >= $as_of_day - 59 THEN 1
            WHEN t.day >= $as_of_day - 89 THEN 2
            ELSE 3
        END,
        t.from_party,
        t.from_kind
),
compared AS (
    SELECT
        group_key,
        sum(CASE WHEN span = 0 THEN paid ELSE 0 END) AS in_now,
        sum(CASE WHEN span > 0 THEN paid ELSE 0 END) AS in_before,
        sum(CASE WHEN span = 0 AND kind = 'person' THEN 1 ELSE 0 END) AS payers_now,
        sum(CASE WHEN span > 0 AND kind = 'person' THEN 1 ELSE 0 END) AS payers_before
    FROM span_payer
    GROUP BY group_key
)
SELECT
    compared.group_key,
    CASE
        WHEN seen_before.group_key IS NOT NULL OR reported.is_new = 1
            THEN ln(
                (CAST(compared.in_now AS DOUBLE) + 100000.0e0)
                / (CAST(compared.in_before AS DOUBLE) / 3.0e0 + 100000.0e0)
            )
    END AS in_growth,
    CASE
        WHEN seen_before.group_key IS NOT NULL OR reported.is_new = 1
            THEN ln(
                (CAST(compared.payers_now AS DOUBLE) + 1.0e0)
                / (CAST(compared.payers_before AS DOUBLE) / 3.0e0 + 1.0e0)
            )
    END AS payer_growth
FROM compared
INNER JOIN reported ON reported.group_key = compared.group_key
LEFT JOIN seen_before ON seen_before.group_key = compared.group_key
ORDER BY compared.group_key
