/* ---
id: novelty
zh: 新对手：付给前所未见的收款人的占比，来自前所未见的付款人的流入占比
en: new counterparties, the share of payees never paid before and of the in-flow that unseen payers bring
look_ahead: none
window_days: 30
history_days: 90
features:
  - {name: payee_novelty_share, zh: 收款人新面孔占比, en: share of payees not paid in the 90 days before, unit: share, risk_direction: 1}
  - {name: new_payer_flow_share, zh: 新付款人流入占比, en: share of the in-flow from payers unseen in the 90 days before, unit: share, risk_direction: 1}
--- */
-- Parties count, people and firms alike; clearing names, cash and the bank are nobody. A share of parties needs $min_count
-- of them. Undefined for a group without a past (see payers.sql).
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
payee AS (
    SELECT t.from_group AS group_key, t.to_party AS party, min(t.day) AS first_day
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.from_group
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.to_kind NOT IN ('clearing', 'unknown', 'cash', 'bank')
    GROUP BY t.from_group, t.to_party
    HAVING max(t.day) >= $as_of_day - 29
),
payer AS (
    SELECT
        t.to_group AS group_key,
        t.from_party AS party,
        min(t.day) AS first_day,
        sum(CASE WHEN t.day >= $as_of_day - 29 THEN t.amount_cny ELSE 0 END) AS paid
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.to_group
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.from_kind NOT IN ('clearing', 'unknown', 'cash', 'bank')
    GROUP BY t.to_group, t.from_party
),
payees AS (
    SELECT
        group_key,
        count(*) AS parties,
        sum(CASE WHEN first_day >= $as_of_day - 29 THEN 1 ELSE 0 END) AS new_parties
    FROM payee
    GROUP BY group_key
),
payers AS (
    SELECT
        group_key,
        sum(paid) AS paid,
        sum(CASE WHEN first_day >= $as_of_day - 29 THEN paid ELSE 0 END) AS new_paid
    FROM payer
    GROUP BY group_key
)
SELECT
    reported.group_key,
    CASE
        WHEN payees.parties >= $min_count AND (seen_before.group_key IS NOT NULL OR reported.is_new = 1)
            THEN CAST(payees.new_parties AS DOUBLE) / CAST(payees.parties AS DOUBLE)
    END AS payee_novelty_share,
    CASE
        WHEN payers.paid > 0 AND (seen_before.group_key IS NOT NULL OR reported.is_new = 1)
            THEN CAST(payers.new_paid AS DOUBLE) / CAST(payers.paid AS DOUBLE)
    END AS new_payer_flow_share
FROM reported
LEFT JOIN payees ON payees.group_key = reported.group_key
LEFT JOIN payers ON payers.group_key = reported.group_key
LEFT JOIN seen_before ON seen_before.group_key = reported.group_key
WHERE payees.group_key IS NOT NULL OR payers.group_key IS NOT NULL
ORDER BY reported.group_key
