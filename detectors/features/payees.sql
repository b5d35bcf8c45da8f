/* ---
id: payees
zh: 钱付给谁：出入比、度数比、收款人集中度、流向自然人的占比
en: where the money goes, how much of it, to how few, to what kind
look_ahead: none
window_days: 30
history_days: 0
features:
  - {name: out_in_ratio, zh: 出入比, en: out-flow over in-flow, unit: ratio, risk_direction: 0, transform: log1p}
  - {name: degree_ratio, zh: 付款方与收款方数量之比（对数）, en: log ratio of paying to paid parties, unit: log_ratio, risk_direction: 1}
  - {name: top3_payee_share, zh: 前三收款方占比, en: share of the out-flow that goes to the three largest payees, unit: share, risk_direction: 1}
  - {name: payee_gini, zh: 收款金额基尼系数, en: Gini coefficient of the amounts by payee, unit: share, risk_direction: 0}
  - {name: person_out_share, zh: 流向自然人占比, en: share of the out-flow of known destination that goes to persons, unit: share, risk_direction: 1}
--- */
-- Cash is one payee of the concentration (where the money went) and no party of the degree (nobody is named).
-- The Gini coefficient is (2 Σ i·x(i)) / (n Σ x) − (n + 1) / n over amounts in rising order; ties do not change it.
WITH reported AS (
    SELECT DISTINCT group_key FROM entities WHERE is_reported
),
inflow AS (
    SELECT
        t.to_group AS group_key,
        sum(t.amount_cny) AS in_cny,
        count(DISTINCT CASE WHEN t.from_kind <> 'cash' THEN t.from_party END) AS payers
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.to_group
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.from_kind <> 'bank'
    GROUP BY t.to_group
),
payee AS (
    SELECT
        t.from_group AS group_key,
        t.to_party AS payee,
        t.to_kind AS kind,
        CAST(coalesce(sum(t.amount_cny), 0) AS BIGINT) AS paid
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.from_group
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.to_kind <> 'bank'
    GROUP BY t.from_group, t.to_party, t.to_kind
),
ranked AS (
    SELECT
        group_key,
        kind,
        paid,
        row_number() OVER (PARTITION BY group_key ORDER BY paid DESC, payee, kind) AS from_top,
        row_number() OVER (PARTITION BY group_key ORDER BY paid, payee, kind) AS from_bottom
    FROM payee
),
outflow AS (
    SELECT
        group_key,
        count(*) AS destinations,
        sum(CASE WHEN kind <> 'cash' THEN 1 ELSE 0 END) AS payees,
        sum(paid) AS out_cny,
        sum(CASE WHEN from_top <= 3 THEN paid ELSE 0 END) AS top3,
        sum(CAST(from_bottom AS DECIMAL(18, 0)) * CAST(paid AS DECIMAL(18, 0))) AS ranked_sum,
        sum(CASE WHEN kind = 'person' THEN paid ELSE 0 END) AS person_paid,
        sum(CASE WHEN kind IN ('clearing', 'unknown', 'cash') THEN 0 ELSE paid END) AS known_paid
    FROM ranked
    GROUP BY group_key
)
SELECT
    reported.group_key,
    CASE
        WHEN inflow.in_cny > 0 THEN CAST(coalesce(outflow.out_cny, 0) AS DOUBLE) / CAST(inflow.in_cny AS DOUBLE)
    END AS out_in_ratio,
    ln(
        CAST(coalesce(inflow.payers, 0) + 1 AS DOUBLE) / CAST(coalesce(outflow.payees, 0) + 1 AS DOUBLE)
    ) AS degree_ratio,
    CASE
        WHEN outflow.out_cny > 0 THEN CAST(outflow.top3 AS DOUBLE) / CAST(outflow.out_cny AS DOUBLE)
    END AS top3_payee_share,
    CASE
        WHEN outflow.out_cny > 0 AND outflow.destinations >= 3
            THEN 2.0e0 * CAST(outflow.ranked_sum AS DOUBLE)
                / (CAST(outflow.destinations AS DOUBLE) * CAST(outflow.out_cny AS DOUBLE))
                - CAST(outflow.destinations + 1 AS DOUBLE) / CAST(outflow.destinations AS DOUBLE)
    END AS payee_gini,
    CASE
        WHEN outflow.known_paid > 0 AND 10 * outflow.known_paid >= 3 * outflow.out_cny
            THEN CAST(outflow.person_paid AS DOUBLE) / CAST(outflow.known_paid AS DOUBLE)
    END AS person_out_share
FROM reported
LEFT JOIN inflow ON inflow.group_key = reported.group_key
LEFT JOIN outflow ON outflow.group_key = reported.group_key
WHERE inflow.group_key IS NOT NULL OR outflow.group_key IS NOT NULL
ORDER BY reported.group_key
