/* ---
id: longer_paths
kind: step
zh: 路径再延长一手
en: paths grown by one transfer
look_ahead_days: 42
--- */
SELECT
    paths.e1, paths.e2,
    CASE WHEN $transfers = 3 THEN passes.out_edge ELSE paths.e3 END AS e3,
    CASE WHEN $transfers = 4 THEN passes.out_edge ELSE paths.e4 END AS e4,
    CASE WHEN $transfers = 5 THEN passes.out_edge ELSE paths.e5 END AS e5,
    CASE WHEN $transfers = 6 THEN passes.out_edge ELSE paths.e6 END AS e6,
    passes.out_edge AS last_edge, paths.start_party, passes.sink AS end_party, paths.start_second
FROM paths
JOIN passes ON passes.in_edge = paths.last_edge
WHERE paths.start_party <> paths.end_party AND passes.out_second - paths.start_second <= $span_seconds
