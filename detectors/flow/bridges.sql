/* ---
id: bridges
kind: step
zh: 分散再归集：同一来源与去向之间的中间人数
en: "scatter and gather: intermediaries between one source and one sink"
look_ahead_days: 21
--- */
-- Intermediaries are counted within two adjoining weeks, of which every span of seven days lies in one.
WITH placed AS (
    SELECT in_edge, out_edge, source, sink, party, in_second // 604800 AS fortnight FROM passes WHERE source <> sink
    UNION ALL
    SELECT in_edge, out_edge, source, sink, party, in_second // 604800 - 1 FROM passes WHERE source <> sink
),
counted AS (
    SELECT source, sink, fortnight, count(DISTINCT party) AS intermediaries
    FROM placed
    GROUP BY source, sink, fortnight
    HAVING count(DISTINCT party) > 1
)
SELECT edge_id, max(intermediaries) AS intermediaries
FROM (
    SELECT placed.in_edge AS edge_id, counted.intermediaries
    FROM placed
    JOIN counted
        ON counted.source = placed.source AND counted.sink = placed.sink AND counted.fortnight = placed.fortnight
    UNION ALL
    SELECT placed.out_edge, counted.intermediaries
    FROM placed
    JOIN counted
        ON counted.source = placed.source AND counted.sink = placed.sink AND counted.fortnight = placed.fortnight
) AS both_legs
GROUP BY edge_id
