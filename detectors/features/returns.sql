/* ---
id: returns
zh: 返款规律：定期定额收到返款的出资人占比，返款与本金之比是否人人相近
en: regular returns, the share of people paid back at even times in even amounts, and whether the rate is the same for all
look_ahead: none
window_days: 30
history_days: 90
features:
  - {name: regular_return_share, zh: 定期定额返款的出资人占比, en: share of people with principal here who are paid back at even times in even amounts, unit: share, risk_direction: 1}
  - {name: return_rate_spread, zh: 返款与本金之比的离散度, en: spread of return over principal among the people paid back, unit: ratio, risk_direction: -1, transform: log1p}
--- */
-- Principal: what a person paid in over 120 days, at least 1000 CNY. Regular: paid back on three days or more, the last of them
-- in the window, the longest gap at most one and a half times the shortest plus two days, the largest payment at most one
-- and a half times the smallest, and none above 15 % of the principal. The spread is the standard deviation of a person's
-- largest payment over principal, divided by its mean, over at least min_count people paid back in the window.
WITH reported AS (
    SELECT DISTINCT group_key FROM entities WHERE is_reported
),
principal AS (
    SELECT t.to_group AS group_key, t.from_party AS person, CAST(sum(t.amount_cny) AS BIGINT) AS paid_in
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.to_group
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.from_kind = 'person'
    GROUP BY t.to_group, t.from_party
    HAVING sum(t.amount_cny) >= 100000
),
paid AS (
    SELECT t.from_group AS group_key, t.to_party AS person, t.day, CAST(sum(t.amount_cny) AS BIGINT) AS amount
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.from_group
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.to_kind = 'person'
        AND t.amount_cny > 0
    GROUP BY t.from_group, t.to_party, t.day
),
spaced AS (
    SELECT
        paid.group_key,
        paid.person,
        paid.day,
        paid.amount,
        principal.paid_in,
        paid.day - lag(paid.day) OVER (PARTITION BY paid.group_key, paid.person ORDER BY paid.day) AS gap
    FROM paid
    INNER JOIN principal ON principal.group_key = paid.group_key AND principal.person = paid.person
),
returned AS (
    SELECT
        group_key,
        person,
        CASE WHEN max(day) >= $as_of_day - 29 THEN 1 ELSE 0 END AS is_recent,
        CASE
            WHEN count(*) >= 3
                AND max(day) >= $as_of_day - 29
                AND 2 * max(gap) <= 3 * min(gap) + 4
                AND 2 * max(amount) <= 3 * min(amount)
                AND 100 * max(amount) <= 15 * max(paid_in)
                THEN 1 ELSE 0
        END AS is_regular,
        CAST(max(amount) * 1000000 // max(paid_in) AS BIGINT) AS rate
    FROM spaced
    GROUP BY group_key, person
),
counted AS (
    SELECT
        group_key,
        sum(is_regular) AS regular,
        sum(is_recent) AS persons,
        sum(is_recent * CAST(rate AS DECIMAL(18, 0))) AS rates,
        sum(is_recent * CAST(rate AS DECIMAL(18, 0)) * CAST(rate AS DECIMAL(18, 0))) AS squares
    FROM returned
    GROUP BY group_key
),
payers AS (
    SELECT group_key, count(*) AS persons FROM principal GROUP BY group_key
)
SELECT
    payers.group_key,
    CASE
        WHEN payers.persons >= $min_count
            THEN CAST(coalesce(counted.regular, 0) AS DOUBLE) / CAST(payers.persons AS DOUBLE)
    END AS regular_return_share,
    CASE
        WHEN counted.persons >= $min_count AND counted.rates > 0
            THEN sqrt(greatest(
                0.0e0,
                CAST(counted.squares AS DOUBLE) * CAST(counted.persons AS DOUBLE)
                / (CAST(counted.rates AS DOUBLE) * CAST(counted.rates AS DOUBLE)) - 1.0e0
            ))
    END AS return_rate_spread
FROM payers
LEFT JOIN counted ON counted.group_key = payers.group_key
ORDER BY payers.group_key
