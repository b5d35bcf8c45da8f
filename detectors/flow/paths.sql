/* ---
id: paths
kind: step
zh: 两笔相接的路径，闭合路径的起点
en: paths of two transfers, of which longer ones are grown
look_ahead_days: 7
--- */
-- Only what can close is kept: a path returns to where it began, so that party is also a sink of some pass.
SELECT
    in_edge AS e1, out_edge AS e2,
    CAST(NULL AS BIGINT) AS e3, CAST(NULL AS BIGINT) AS e4, CAST(NULL AS BIGINT) AS e5, CAST(NULL AS BIGINT) AS e6,
    out_edge AS last_edge, source AS start_party, sink AS end_party, in_second AS start_second
FROM passes
WHERE source IN (SELECT sink FROM passes)
