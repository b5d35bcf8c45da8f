/* ---
id: passes
kind: step
zh: 过手：一笔转入与其后一段时间内、金额相近的一笔转出
en: "passing on: a transfer that came in and one of about its amount that left within a time"
look_ahead_days: 7
--- */
-- What came in is met with what left not later than reach_seconds by an equi-join on (party, bucket of that length): the
-- transfer that left is entered in its own bucket and the one before, so that no pair is missed or met twice. It keeps at
-- least min_keep of the amount. A hub with more than max_candidates pairs to try in one bucket would cost more than all others
-- together; its pairs are left out there, and the features of its transfers are unknown (hubs), never zero.
WITH came AS (
    SELECT edge_id, payer, payee AS party, amount, in_second, in_second // $reach_seconds AS bucket FROM graph_edges
),
went AS (
    SELECT edge_id, payer AS party, payee, amount, out_second, out_second // $reach_seconds AS bucket FROM graph_edges
    UNION ALL
    SELECT edge_id, payer, payee, amount, out_second, out_second // $reach_seconds - 1 FROM graph_edges
)
SELECT
    came.edge_id AS in_edge,
    went.edge_id AS out_edge,
    came.payer AS source,
    came.party,
    went.payee AS sink,
    came.amount AS in_amount,
    went.amount AS out_amount,
    came.in_second,
    went.out_second
FROM came
JOIN went ON went.party = came.party AND went.bucket = came.bucket
LEFT JOIN hubs ON hubs.party = came.party AND hubs.bucket = came.bucket
WHERE hubs.party IS NULL
    AND went.out_second > came.in_second AND went.out_second - came.in_second <= $reach_seconds
    AND went.amount <= came.amount AND went.amount >= $min_keep * came.amount
