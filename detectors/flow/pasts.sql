/* ---
id: pasts
kind: step
zh: 每笔转移之前：同一对手的上一次、付款方历来的金额、对方是否付还过
en: "what lay before each transfer: the last one of the pair, the payer's own amounts, money that came back"
look_ahead_days: 0
--- */
-- Logarithms are added up in millionths, so that the sum does not depend on the order of rows.
WITH paid_back AS (
    SELECT payer, payee, min(in_second) AS first_second FROM graph_edges GROUP BY payer, payee
)
SELECT
    edges.edge_id,
    edges.in_second - edges.previous_second AS since_pair,
    edges.previous_second IS NULL AS is_first,
    COALESCE(paid_back.first_second < edges.in_second, FALSE) AS is_paid_back,
    (edges.log_amount - CAST(edges.past_logs AS DOUBLE) / NULLIF(edges.past_count, 0)) / 1000000 AS against_own
FROM (
    SELECT
        edge_id, payer, payee, in_second, log_amount,
        lag(in_second) OVER (PARTITION BY payer, payee ORDER BY in_second, edge_id) AS previous_second,
        sum(log_amount) OVER (
            PARTITION BY payer ORDER BY in_second, edge_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS past_logs,
        count(*) OVER (
            PARTITION BY payer ORDER BY in_second, edge_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS past_count
    FROM (
        SELECT edge_id, payer, payee, in_second, CAST(round(ln(amount) * 1000000) AS BIGINT) AS log_amount FROM graph_edges
    ) AS logs
) AS edges
LEFT JOIN paid_back ON paid_back.payer = edges.payee AND paid_back.payee = edges.payer
