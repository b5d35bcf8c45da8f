/* ---
id: contacts
kind: step
zh: 每一方的每次往来，与上一次同一对手的往来
en: every contact of a party, and the last one with the same counterparty
look_ahead_days: 0
--- */
SELECT
    is_in, party, second,
    lag(second) OVER (PARTITION BY is_in, party, other ORDER BY second) AS previous
FROM (
    SELECT TRUE AS is_in, payee AS party, payer AS other, in_second AS second FROM graph_edges
    UNION ALL
    SELECT FALSE, payer, payee, in_second FROM graph_edges
) AS touched
