/* ---
id: amounts
zh: 金额的样子：整额、现金、与本金成比例的小额返款
en: what the amounts look like, round, in cash, or small against what the payee had paid in
look_ahead: none
window_days: 30
history_days: 90
features:
  - {name: round_in_share, zh: 自然人整额流入占比, en: share of person payments of 1000 CNY and more that are multiples of 500 CNY, unit: share, risk_direction: 1}
  - {name: cash_in_share, zh: 现金流入占比, en: share of the in-flow in cash, unit: share, risk_direction: 1}
  - {name: cash_out_share, zh: 现金流出占比, en: share of the out-flow in cash, unit: share, risk_direction: 1}
  - {name: small_return_share, zh: 按本金比例返款的收款人占比, en: share of paid persons whose largest payment is 0.2 to 15 percent of what they paid in, unit: share, risk_direction: 1}
--- */
-- Roundness is judged on payments in CNY alone; a foreign sum valued in CNY is never round.
-- small_return_share is the fingerprint of T08 without its calendar: P is what the person paid in over 120 days
-- (at least 1000 CNY), x the largest single payment back in the window, 0.002 <= x / P <= 0.15.
WITH reported AS (
    SELECT DISTINCT group_key FROM entities WHERE is_reported
),
inflow AS (
    SELECT
        t.to_group AS group_key,
        t.from_party AS payer,
        t.from_kind AS kind,
        t.day,
        t.amount_cny,
        t.currency,
        t.is_cash
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.to_group
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.from_kind <> 'bank'
),
outflow AS (
    SELECT
        t.from_group AS group_key,
        t.to_party AS payee,
        t.to_kind AS kind,
        t.amount_cny,
        t.is_cash
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.from_group
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.to_kind <> 'bank'
),
came_in AS (
    SELECT
        group_key,
        sum(amount_cny) AS in_cny,
        sum(CASE WHEN is_cash THEN amount_cny ELSE 0 END) AS cash_cny,
        sum(CASE WHEN kind = 'person' AND currency = 'CNY' AND amount_cny >= 100000 THEN 1 ELSE 0 END) AS large,
        sum(
            CASE
                WHEN kind = 'person' AND currency = 'CNY' AND amount_cny >= 100000 AND amount_cny % 50000 = 0
                    THEN 1 ELSE 0
            END
        ) AS round
    FROM inflow
    WHERE day >= $as_of_day - 29
    GROUP BY group_key
),
went_out AS (
    SELECT
        group_key,
        sum(amount_cny) AS out_cny,
        sum(CASE WHEN is_cash THEN amount_cny ELSE 0 END) AS cash_cny
    FROM outflow
    GROUP BY group_key
),
principal AS (
    SELECT group_key, payer, sum(amount_cny) AS paid_in
    FROM inflow
    WHERE kind = 'person'
    GROUP BY group_key, payer
),
payment AS (
    SELECT group_key, payee, max(amount_cny) AS largest
    FROM outflow
    WHERE kind = 'person'
    GROUP BY group_key, payee
),
returned AS (
    SELECT
        payment.group_key,
        count(*) AS persons,
        sum(
            CASE
                WHEN principal.paid_in >= 100000
                    AND 1000 * payment.largest >= 2 * principal.paid_in
                    AND 100 * payment.largest <= 15 * principal.paid_in
                    THEN 1 ELSE 0
            END
        ) AS small_returns
    FROM payment
    LEFT JOIN principal ON principal.group_key = payment.group_key AND principal.payer = payment.payee
    GROUP BY payment.group_key
)
SELECT
    reported.group_key,
    CASE
        WHEN came_in.large >= $min_count THEN CAST(came_in.round AS DOUBLE) / CAST(came_in.large AS DOUBLE)
    END AS round_in_share,
    CASE
        WHEN came_in.in_cny > 0 THEN CAST(came_in.cash_cny AS DOUBLE) / CAST(came_in.in_cny AS DOUBLE)
    END AS cash_in_share,
    CASE
        WHEN went_out.out_cny > 0 THEN CAST(went_out.cash_cny AS DOUBLE) / CAST(went_out.out_cny AS DOUBLE)
    END AS cash_out_share,
    CASE
        WHEN returned.persons >= $min_count
            THEN CAST(returned.small_returns AS DOUBLE) / CAST(returned.persons AS DOUBLE)
    END AS small_return_share
FROM reported
LEFT JOIN came_in ON came_in.group_key = reported.group_key
LEFT JOIN went_out ON went_out.group_key = reported.group_key
LEFT JOIN returned ON returned.group_key = reported.group_key
WHERE came_in.group_key IS NOT NULL OR went_out.group_key IS NOT NULL
ORDER BY reported.group_key
