/* ---
id: payers
zh: 谁付款进来：人数、新面孔、收到返款的付款人、来源构成
en: who pays in, how many, how many new, how many were paid back, of what kind
look_ahead: none
window_days: 30
history_days: 90
features:
  - {name: payer_count, zh: 自然人付款人数, en: distinct person payers, unit: persons, risk_direction: 1, transform: log1p}
  - {name: payer_novelty_share, zh: 付款人新面孔占比, en: share of person payers unseen in the 90 days before, unit: share, risk_direction: 1}
  - {name: returned_payer_share, zh: 收到返款的付款人占比, en: share of person payers who were also paid back, unit: share, risk_direction: 1}
  - {name: person_in_share, zh: 自然人流入占比, en: share of the in-flow of known origin that comes from persons, unit: share, risk_direction: 1}
  - {name: opaque_in_share, zh: 不透明对手流入占比, en: share of the in-flow from opaque clearing counterparties, unit: share, risk_direction: 0}
--- */
-- People are counted by party; cash has no payer. A share of people needs $min_count of them.
-- Novelty is undefined for a group without a past: neither seen in the 90 days before nor opened in the window.
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
payer AS (
    SELECT
        t.to_group AS group_key,
        t.from_party AS payer,
        t.from_kind AS kind,
        max(CASE WHEN t.day >= $as_of_day - 29 THEN 1 ELSE 0 END) AS in_window,
        max(CASE WHEN t.day < $as_of_day - 29 THEN 1 ELSE 0 END) AS in_history,
        sum(CASE WHEN t.day >= $as_of_day - 29 THEN t.amount_cny ELSE 0 END) AS paid
    FROM transfers AS t
    INNER JOIN reported ON reported.group_key = t.to_group
    WHERE t.day BETWEEN $as_of_day - 119 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.from_kind <> 'bank'
    GROUP BY t.to_group, t.from_party, t.from_kind
),
paid_back AS (
    SELECT DISTINCT t.from_group AS group_key, t.to_party AS payee
    FROM transfers AS t
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
        AND t.from_group <> t.to_group
        AND t.to_kind = 'person'
),
counted AS (
    SELECT
        payer.group_key,
        sum(CASE WHEN payer.kind = 'person' THEN 1 ELSE 0 END) AS persons,
        sum(CASE WHEN payer.kind = 'person' AND payer.in_history = 0 THEN 1 ELSE 0 END) AS new_persons,
        sum(CASE WHEN payer.kind = 'person' AND paid_back.payee IS NOT NULL THEN 1 ELSE 0 END) AS returned_persons,
        sum(payer.paid) AS paid,
        sum(CASE WHEN payer.kind = 'person' THEN payer.paid ELSE 0 END) AS person_paid,
        sum(CASE WHEN payer.kind = 'clearing' THEN payer.paid ELSE 0 END) AS opaque_paid,
        sum(CASE WHEN payer.kind IN ('clearing', 'unknown', 'cash') THEN 0 ELSE payer.paid END) AS known_paid
    FROM payer
    LEFT JOIN paid_back ON paid_back.group_key = payer.group_key AND paid_back.payee = payer.payer
    WHERE payer.in_window = 1
    GROUP BY payer.group_key
)
SELECT
    reported.group_key,
    CAST(coalesce(counted.persons, 0) AS DOUBLE) AS payer_count,
    CASE
        WHEN counted.persons >= $min_count AND (seen_before.group_key IS NOT NULL OR reported.is_new = 1)
            THEN CAST(counted.new_persons AS DOUBLE) / CAST(counted.persons AS DOUBLE)
    END AS payer_novelty_share,
    CASE
        WHEN counted.persons >= $min_count
            THEN CAST(counted.returned_persons AS DOUBLE) / CAST(counted.persons AS DOUBLE)
    END AS returned_payer_share,
    CASE
        WHEN counted.known_paid > 0 AND 10 * counted.known_paid >= 3 * counted.paid
            THEN CAST(counted.person_paid AS DOUBLE) / CAST(counted.known_paid AS DOUBLE)
    END AS person_in_share,
    CASE
        WHEN counted.paid > 0 THEN CAST(counted.opaque_paid AS DOUBLE) / CAST(counted.paid AS DOUBLE)
    END AS opaque_in_share
FROM reported
LEFT JOIN counted ON counted.group_key = reported.group_key
LEFT JOIN seen_before ON seen_before.group_key = reported.group_key
ORDER BY reported.group_key
