/* ---
id: links
kind: step
zh: 每笔转移的前手、后手与三手链条数
en: what came before each transfer, what followed, and the chains of three that it belongs to
look_ahead_days: 14
--- */
-- Chains of three transfers are counted where they meet, never listed: a chain that begins with an edge is a pass followed by a
-- pass, so the passes of the next edge are added up; one that ends with it likewise; in the middle they multiply.
WITH onward AS (
    SELECT in_edge AS edge_id, count(*) AS passes, sum(out_amount) AS amount, min(out_second - in_second) AS stay
    FROM passes
    GROUP BY in_edge
),
before AS (
    SELECT out_edge AS edge_id, count(*) AS passes FROM passes GROUP BY out_edge
),
beginning AS (
    SELECT passes.in_edge AS edge_id, sum(onward.passes) AS chains
    FROM passes JOIN onward ON onward.edge_id = passes.out_edge
    GROUP BY passes.in_edge
),
ending AS (
    SELECT passes.out_edge AS edge_id, sum(before.passes) AS chains
    FROM passes JOIN before ON before.edge_id = passes.in_edge
    GROUP BY passes.out_edge
)
SELECT
    COALESCE(onward.edge_id, before.edge_id) AS edge_id,
    CAST(COALESCE(onward.passes, 0) AS BIGINT) AS onward,
    CAST(COALESCE(onward.amount, 0) AS BIGINT) AS onward_amount,
    onward.stay,
    CAST(COALESCE(before.passes, 0) AS BIGINT) AS before,
    CAST(
        COALESCE(beginning.chains, 0) + COALESCE(ending.chains, 0) + COALESCE(onward.passes * before.passes, 0) AS BIGINT
    ) AS chains
FROM onward
FULL JOIN before ON before.edge_id = onward.edge_id
LEFT JOIN beginning ON beginning.edge_id = COALESCE(onward.edge_id, before.edge_id)
LEFT JOIN ending ON ending.edge_id = COALESCE(onward.edge_id, before.edge_id)
